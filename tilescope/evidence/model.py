"""The model that is judged: devices, runtimes and kernel costs, possibly with something changed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from fractions import Fraction
from functools import cached_property
from typing import Any

from tilescope.designs.ir import Design
from tilescope.devices import load_device
from tilescope.devices.device import Device
from tilescope.errors import InputError
from tilescope.evidence.records import Row
from tilescope.simulation.outcomes import DesignOutcome
from tilescope.simulation.simulate import simulate_design
from tilescope.targets.costs import RuntimeCosts
from tilescope.targets.runtimes import load_runtime

STATISTIC_OF_RUNTIME = {"avg": "avg", "median": "median", "min": "min", "single": "avg"}
"""Which launch of a runtime a row is compared with, by the row's statistic."""


ROOM = {"mem_bds": 1 << 20, "mem_locks": 1 << 20, "l2_bytes": 1 << 30}


@dataclass(frozen=True)
class Model:
    """tilescope's model as its data has it; the fields plant a change in it.

    overrides: device values by key, for every device. kernel_factors: on kernels, by toolchain
    and kind, in place of the calibration's. launch_factor: on submission and residual. ports: the
    port rule of every product, in place of its design's own. calibrated: whether devices are as
    calibration left them or as their pages state them.
    """

    overrides: Mapping[str, Any] = field(default_factory=dict, hash=False)
    kernel_factors: Mapping[str, float] = field(default_factory=dict, hash=False)
    launch_factor: int = 1
    ports: str | None = None
    calibrated: bool = True

    @cached_property
    def _outcomes(self) -> dict[tuple[object, ...], DesignOutcome]:
        return {}

    def roomy(self, name: str) -> Device:
        """The same with room in mem tiles without end, for designs that are known to have fitted.

        A publisher's design ran, so what ours needs more of buffers and descriptors is our own
        way to write it down; neither number has a part in the time.
        """
        return self._load(name).with_overrides({**self.overrides, **ROOM})

    def device(self, name: str) -> Device:
        """A device with the model's changes. Raises InputError for one without a page."""
        return self._load(name).with_overrides(self.overrides)

    def kernel_factor(self, device: str, kind: str) -> float:
        """What the cycles of a kernel are multiplied by, kind as `peano bfloat16`."""
        fitted = self._load(device).kernel_factors
        return self.kernel_factors.get(kind, fitted.get(kind, 1.0))

    def _load(self, name: str) -> Device:
        return load_device(name, calibrated=self.calibrated)

    def runtime(self, row: Row, *, exact: bool = False) -> tuple[RuntimeCosts, tuple[str, ...]]:
        """The costs that a row's launches have, and what had to be assumed.

        Where the runtime has no launch at the row's statistic its usual one stands in, unless
        `exact`, for rows that are nothing but a launch. Raises InputError where the row names no
        runtime, or the runtime has no data for the device.
        """
        name = row.origin.runtime
        if not name:
            raise InputError(f"no runtime: {row.origin.runtime_why}")
        statistic = STATISTIC_OF_RUNTIME.get(row.statistic)
        if statistic is None:
            raise InputError(f"no launch has the statistic {row.statistic!r}")
        machine = load_device(row.device).machine
        costs = load_runtime(name, machine)
        assumed: tuple[str, ...] = ()
        if statistic != costs.statistic:
            try:
                costs = load_runtime(f"{name}:{statistic}", machine)
            except InputError:
                if exact:
                    raise
                assumed = (f"launches at {costs.statistic}, as the runtime has no {statistic}",)
        if self.launch_factor != 1:
            costs = replace(
                costs,
                submit_us=costs.submit_us * self.launch_factor,
                residual_us=costs.residual_us * self.launch_factor,
            )
        return costs, assumed

    def run(self, key: tuple[object, ...], design: Design, device: Device) -> DesignOutcome:
        """One launch of a design in time alone, simulated once for each key and device."""
        place = (*key, device.name)
        if place not in self._outcomes:
            self._outcomes[place] = simulate_design(design, device)
        return self._outcomes[place]


def budget_with_launch(
    outcome: DesignOutcome, costs: RuntimeCosts | None, host_us: Fraction | None = None
) -> dict[str, float]:
    """The budget of one launch in µs, with the runtime's launch and the host where it has them."""
    terms = {term: float(us) for term, us in outcome.budget_us.items() if us}
    if costs is not None:
        terms["launch"] = float(costs.launch_us)
    if host_us:
        terms["host"] = float(host_us)
    return terms
