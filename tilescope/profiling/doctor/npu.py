"""AMD's NPU: the chip, its driver, and the software that a run on it needs."""

from __future__ import annotations

from tilescope.profiling.doctor.findings import Finding
from tilescope.targets.machine import Machine
from tilescope.targets.xrt import requirements
from tilescope.targets.xrt.requirements import Requirement


def check_amd(machine: Machine) -> Finding:
    """Whether there is one."""
    return _finding(requirements.chip(machine))


def check_driver(machine: Machine) -> Finding:
    """The kernel module, loaded or built in."""
    return _finding(requirements.driver(machine))


def check_accel(machine: Machine) -> Finding:
    """The device file, and whether this user may use it."""
    return _finding(requirements.accelerator(machine))


def check_locked_memory(limit: int | None = None) -> Finding:
    """Whether a user may lock what a context needs; -1 is unlimited."""
    return _finding(requirements.locked_memory(limit))


def check_xrt(machine: Machine) -> Finding:
    """AMD's runtime."""
    return _finding(requirements.xrt(machine))


def check_mlir_aie(machine: Machine) -> Finding:
    """The compiler from a design to the NPU's program."""
    return _finding(requirements.mlir_aie(machine))


def check_peano(machine: Machine) -> Finding:
    """The C++ compiler for the NPU's cores."""
    return _finding(requirements.peano(machine))


def _finding(found: Requirement) -> Finding:
    return Finding("ok" if found.met else "lack", found.what, found.detail, found.remedy)
