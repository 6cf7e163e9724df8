"""Where a profile's cases run: on this machine's NPU, or on the simulated one."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from tilescope.devices.device import Device
from tilescope.errors import InputError, MachineError
from tilescope.targets.catalog import make_target, target_names
from tilescope.targets.costs import RuntimeCosts
from tilescope.targets.machine import Machine
from tilescope.targets.protocol import MappedTarget, MeasuringTarget
from tilescope.targets.runtimes import load_runtime
from tilescope.targets.simulated import SimulatedNpu
from tilescope.targets.xrt.npus import amd_npus
from tilescope.targets.xrt.target import XrtNpu

AUTO, SIMULATED = "auto", "simulated"


@dataclass(frozen=True)
class Choice:
    """The name of a target, and what a reader is told of the choice where it is not obvious."""

    name: str
    told: str | None = None


def choose_target(
    name: str, device: str, simulated_only: Iterable[str] = (), machine: Machine | None = None
) -> Choice:
    """The target that a name comes to: `auto` is this machine's NPU where it can be used.

    simulated_only: options given that only a simulation answers; they decide `auto`, and any
    measuring target refuses them. Raises InputError for that, and for a name that nobody
    registered.
    """
    asked = list(simulated_only)
    if name == AUTO:
        return _automatic(device, asked, machine or Machine())
    if name == SIMULATED:
        return Choice(SIMULATED)
    if name not in target_names():
        raise InputError(f"Unknown target {name!r}; there is {', '.join((AUTO, *target_names()))}.")
    if asked:
        raise InputError(
            f"{asked[0]} is answered by a simulation alone; leave it out, or ask with --target "
            f"{SIMULATED}."
        )
    return Choice(name)


def _automatic(device: str, simulated_only: list[str], machine: Machine) -> Choice:
    npus = amd_npus(machine)
    if not npus:
        return Choice(SIMULATED)
    here = f"{npus[0].name} is here"
    if simulated_only:
        return Choice(SIMULATED, f"{here} and not used: {simulated_only[0]} asks for a simulation.")
    reason = XrtNpu(device, machine=machine).available()
    if reason is not None:
        return Choice(SIMULATED, f"{here} and not used; simulated instead. {reason}")
    return Choice(XrtNpu.name, f"measuring on {npus[0].name}; --target {SIMULATED} simulates.")


def npu_versions(npu: MappedTarget) -> dict[str, str]:
    """What a measured NPU ran with; a simulated one's device and runtime are told anyway."""
    if npu.kind == SIMULATED:
        return {}
    told = ("device", "runtime")
    return {name: text for name, text in npu.versions().items() if name not in told}


@dataclass(frozen=True)
class Place:
    """A target, the runtime that its times are under, and what predicts a measured time."""

    npu: MappedTarget
    runtime: str
    predictor: SimulatedNpu | None = None


def place(name: str, device: Device, costs: RuntimeCosts) -> Place:
    """The place that a target's name means; costs are those of the runtime that was asked for.

    A measured case is predicted under its own runtime where that has a page for the device, and
    else under the one that was asked for. Raises InputError for a target that cannot measure a
    mapped product, and MachineError where it cannot run here.
    """
    if name == SIMULATED:
        return Place(SimulatedNpu(device, costs, objects=True), costs.label)
    try:
        target = make_target(name, device=device)
    except TypeError:  # it is no target on a device
        target = None
    if not isinstance(target, MeasuringTarget):
        raise InputError(
            f"Target {name!r} does not run mapped products on a device; there is {XrtNpu.name}."
        )
    if (reason := target.available()) is not None:
        raise MachineError(f"{name} cannot measure here. {reason}")
    try:
        own = load_runtime(target.runtime, device.name)
    except InputError:
        own = costs
    return Place(target, target.runtime, SimulatedNpu(device, own))
