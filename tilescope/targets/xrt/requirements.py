"""What a measurement on AMD's NPU needs of this machine, each with the remedy where it lacks."""

from __future__ import annotations

import resource
from collections.abc import Iterator
from dataclasses import dataclass

from tilescope.targets.machine import Machine
from tilescope.targets.xrt.npus import amd_npus
from tilescope.targets.xrt.toolchain import find_aiecc, find_compiler, source_folder

SIMULATED = "Nothing to do: the simulated NPU stands in."
FOR_REAL = "Only for a real NPU:"
CONTEXT_BYTES = 64 << 20
"""What the driver locks for the instructions of one context."""


@dataclass(frozen=True)
class Requirement:
    """What is needed, what was seen of it, and what to do where it is not there."""

    what: str
    detail: str
    remedy: str = ""

    @property
    def met(self) -> bool:
        """Whether it is there."""
        return not self.remedy


def requirements(machine: Machine) -> Iterator[Requirement]:
    """Everything in the order in which it is needed; each is looked at when it is asked for."""
    yield chip(machine)
    yield driver(machine)
    yield accelerator(machine)
    yield locked_memory()
    yield xrt(machine)
    yield mlir_aie(machine)
    yield peano(machine)
    yield sources()


def chip(machine: Machine) -> Requirement:
    """The NPU itself."""
    found = amd_npus(machine)
    if not found:
        return Requirement(
            "AMD NPU",
            "none on the PCI bus (1022:1502, 1022:17f0)",
            f"{SIMULATED} A Ryzen AI that should have one: enable the NPU (IPU) in the firmware's "
            "set-up; a virtual machine needs it passed through.",
        )
    return Requirement("AMD NPU", ", ".join(f"{npu.name} at {npu.address}" for npu in found))


def driver(machine: Machine) -> Requirement:
    """The kernel module, loaded or built in."""
    what = "amdxdna driver"
    if machine.exists("sys/module/amdxdna"):
        version = machine.text("sys/module/amdxdna/version")
        return Requirement(what, f"loaded{f', {version}' if version else ''}")
    return Requirement(
        what,
        "not loaded",
        "`sudo modprobe amdxdna` (in Linux since 6.14; before, build amd/xdna-driver)."
        if amd_npus(machine)
        else f"{FOR_REAL} it comes with Linux since 6.14, or build amd/xdna-driver.",
    )


def accelerator(machine: Machine) -> Requirement:
    """The device file, and whether this user may use it."""
    what = "/dev/accel"
    files = [path for path in machine.listing("dev/accel") if path.name.startswith("accel")]
    if not files:
        return Requirement(
            what,
            "no accelerator's device file",
            "Load the driver; a container needs `--device /dev/accel`."
            if amd_npus(machine)
            else f"{FOR_REAL} the driver makes it; a container needs `--device /dev/accel`.",
        )
    closed = [path.name for path in files if not machine.can_use(path)]
    names = ", ".join(path.name for path in files)
    if closed:
        return Requirement(
            what,
            f"{names}; this user may not use {', '.join(closed)}",
            "`sudo usermod -aG render $USER`, then log in again.",
        )
    return Requirement(what, names)


def locked_memory(limit: int | None = None) -> Requirement:
    """Whether a user may lock what a context needs; -1 is unlimited."""
    what = "locked memory"
    allowed = resource.getrlimit(resource.RLIMIT_MEMLOCK)[0] if limit is None else limit
    if 0 <= allowed < CONTEXT_BYTES:
        return Requirement(
            what,
            f"{allowed >> 10} KiB; a context of the NPU locks {CONTEXT_BYTES >> 20} MiB",
            "`ulimit -l unlimited`, or a line for memlock in /etc/security/limits.conf.",
        )
    return Requirement(what, "enough for a context of the NPU")


def xrt(machine: Machine) -> Requirement:
    """AMD's runtime, with its module for this Python."""
    what = "XRT"
    folder = machine.environ.get("XILINX_XRT") or (
        str(machine.path("opt/xilinx/xrt")) if machine.exists("opt/xilinx/xrt") else None
    )
    place = folder or machine.which("xrt-smi")
    if place is None:
        return Requirement(
            what,
            "not found (XILINX_XRT, /opt/xilinx/xrt, xrt-smi)",
            f"{FOR_REAL} install XRT with its plug-in from amd/xdna-driver.",
        )
    if not machine.has_module("pyxrt"):
        return Requirement(
            what,
            f"{place}, without pyxrt for this Python",
            "`source /opt/xilinx/xrt/setup.sh`, with the Python that XRT was built for.",
        )
    return Requirement(what, f"{place}, with pyxrt")


def mlir_aie(machine: Machine) -> Requirement:
    """The compiler from a design to the NPU's program."""
    return _found(
        "mlir_aie",
        find_aiecc(machine),
        "aiecc not found (AIECC_PATH, MLIR_AIE_INSTALL_DIR, module mlir_aie, the path)",
        "install mlir_aie from the Xilinx/mlir-aie releases.",
    )


def peano(machine: Machine) -> Requirement:
    """The C++ compiler for the NPU's cores."""
    return _found(
        "Peano",
        find_compiler(machine),
        "clang++ for the NPU not found (PEANO_INSTALL_DIR, llvm-aie)",
        "install llvm-aie from the Xilinx/llvm-aie releases.",
    )


def sources() -> Requirement:
    """The kernels' C++, which is compiled anew for the NPU."""
    return _found(
        "kernels in cc/",
        source_folder(),
        "no cc/ beside the package: installed without its sources",
        "run tilescope from its source tree.",
    )


def _found(what: str, place: object | None, lack: str, remedy: str) -> Requirement:
    if place is not None:
        return Requirement(what, str(place))
    return Requirement(what, lack, f"{FOR_REAL} {remedy}")
