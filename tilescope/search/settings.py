"""What a search is asked, with its device and its runtime looked up."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property

from tilescope import __version__
from tilescope.devices.catalog import load_device
from tilescope.devices.device import Device
from tilescope.errors import InputError
from tilescope.profiling.cases import Bench
from tilescope.profiling.provenance import engine_build
from tilescope.quantities.names import check_choice
from tilescope.quantities.seeds import check_seed
from tilescope.runs.limits import Change
from tilescope.search.limits import Limits
from tilescope.search.prices import LATENCY, OBJECTIVES
from tilescope.targets.costs import RuntimeCosts
from tilescope.targets.runtimes import load_runtime
from tilescope.targets.simulated import SimulatedNpu
from tilescope.targets.whatif import change

MOST_TOP = 1000


@dataclass(frozen=True)
class SearchSettings:
    """What to search for, and where.

    device_name, runtime_name and changes (`KEY=VALUE` each): as the command line takes them.
    objective: latency, what the caller of one product waits; or throughput, the array's time
    alone, as when the next launch is ready before this one ends. top: how many of the fastest
    are reported. timing_only: run nothing with data. prune: leave out what cannot win.
    """

    device_name: str = "npu1"
    runtime_name: str = "xrt-linux"
    objective: str = LATENCY
    limits: Limits = field(default_factory=Limits)
    top: int = 10
    seed: int = 0
    timing_only: bool = False
    prune: bool = True
    op: str = "linear"
    changes: tuple[str, ...] = ()

    def check(self, dtype: str) -> None:
        """Raises InputError for an unknown name or a number out of range."""
        check_choice("objective", self.objective, OBJECTIVES)
        if not 1 <= self.top <= MOST_TOP:
            raise InputError(f"--top is {self.top}; it must be from 1 to {MOST_TOP:,}.")
        check_seed(self.seed)
        self.limits.check(dtype)
        grid, device = self.limits.grid, self.device
        if grid is not None and (grid[0] > device.core_rows or grid[1] > device.columns):
            raise InputError(
                f"A grid of {grid[0]}×{grid[1]} cores is larger than {device.name}, which has "
                f"{device.core_rows}×{device.columns} (rows×columns)."
            )

    @cached_property
    def _place(self) -> tuple[Device, RuntimeCosts, tuple[Change, ...]]:
        device = load_device(self.device_name)
        costs = load_runtime(self.runtime_name, device.name)
        changed = change(self.changes, device, costs)
        return changed.device, changed.costs or costs, changed.changed

    @property
    def device(self) -> Device:
        """The device, with what was set otherwise."""
        return self._place[0]

    @property
    def costs(self) -> RuntimeCosts:
        """The runtime's costs, with what was set otherwise."""
        return self._place[1]

    @property
    def changed(self) -> tuple[Change, ...]:
        """What was set otherwise."""
        return self._place[2]

    @cached_property
    def npu(self) -> SimulatedNpu:
        """The simulated NPU."""
        return SimulatedNpu(self.device, self.costs)

    def bench(self) -> Bench:
        """What cases are run with: the NPU alone."""
        return Bench(
            device=self.device,
            runtime=self.costs.label,
            npu=self.npu,
            baseline=None,
            num_runs=1,
            seed=self.seed,
            op=self.op,
            changed=self.changed,
        )

    def identity(self, what: str) -> str:
        """What makes two searches the same one."""
        return repr(
            (
                __version__,
                engine_build(),
                what,
                self.device,
                self.costs.label,
                self.costs,
                self.objective,
                self.limits,
                self.top,
                self.seed,
                self.prune,
            )
        )
