"""The simulated NPU: the engine's launches, and around them what the runtime costs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from numpy.typing import NDArray

from tilescope.designs.mapping import Mapping as TileMapping
from tilescope.designs.plan import LaunchPlan, make_plan
from tilescope.devices.catalog import load_device
from tilescope.devices.device import Device
from tilescope.errors import InputError
from tilescope.simulation.simulate import LaunchOutcome, simulate_plan
from tilescope.targets.bounds import case_bound
from tilescope.targets.composition import LaunchTimes, compose
from tilescope.targets.costs import RuntimeCosts
from tilescope.targets.inputs import check_inputs
from tilescope.targets.outcome import TargetOutcome
from tilescope.targets.runtimes import load_runtime
from tilescope.workloads.gemm import Gemm

DEFAULT_DEVICE = "npu1"
DEFAULT_RUNTIME = "xrt-linux"


class SimulatedNpu:
    """A device and a runtime, simulated: deterministic, so one run says everything.

    device: a name or a Device; runtime: a name, as `allo-profile` or `allo-profile:min`, or
    costs already loaded; objects: note what comes and goes in the memories of the array. Raises
    InputError for a name without a page, or a runtime without data for the device.
    """

    name = "simulated"
    kind = "simulated"

    def __init__(
        self,
        device: str | Device = DEFAULT_DEVICE,
        runtime: str | RuntimeCosts = DEFAULT_RUNTIME,
        *,
        objects: bool = False,
    ) -> None:
        self.device = load_device(device) if isinstance(device, str) else device
        self.costs = (
            load_runtime(runtime, self.device.name) if isinstance(runtime, str) else runtime
        )
        self.objects = objects

    def available(self) -> str | None:
        """None: it runs wherever the package is installed."""
        return None

    def versions(self) -> Mapping[str, str]:
        """Device, runtime and the statistic of the launches."""
        return {
            "device": self.device.name,
            "runtime": self.costs.name,
            "runtime_statistic": self.costs.statistic,
        }

    def run(
        self,
        gemm: Gemm,
        mapping: TileMapping,
        a: NDArray[Any] | None = None,
        b: NDArray[Any] | None = None,
    ) -> TargetOutcome:
        """Run C = A @ B once in function and time, or in time only without A and B.

        A [m, k] and B [k, n] in the workload's dtype. Raises InputError for inputs of another
        shape or dtype or only one of them, DesignError for a mapping that does not fit, and
        RuntimeError where the time lies below its bound.
        """
        return self.run_plan(make_plan(gemm, mapping), self._inputs(gemm, a, b))

    def run_plan(
        self, plan: LaunchPlan, inputs: tuple[NDArray[Any], NDArray[Any]] | None = None
    ) -> TargetOutcome:
        """Run a plan of one's own, as `run` runs the mapping's; raises what it does."""
        outcome = simulate_plan(plan, self.device, inputs, objects=self.objects)
        launches = tuple(_times(launch) for launch in outcome.launches)
        found = compose(launches, self.costs, plan.tiles, outcome.output, outcome)
        bound = case_bound(plan.gemm, plan.mapping, self.device, self.costs, found.npu_us)
        return replace(found, bound=bound)

    def _inputs(
        self, gemm: Gemm, a: NDArray[Any] | None, b: NDArray[Any] | None
    ) -> tuple[NDArray[Any], NDArray[Any]] | None:
        if a is None and b is None:
            return None
        if a is None or b is None:
            raise InputError(f"{gemm.label} needs both A and B, or neither for the time only.")
        check_inputs(gemm, a, b)
        return a, b


def _times(launch: LaunchOutcome) -> LaunchTimes:
    return LaunchTimes(
        kernel=launch.planned.kernel,
        count=launch.planned.count,
        device_us=launch.outcome.device_us,
        budget_us=launch.outcome.budget_us,
        core_calls=launch.outcome.kernel_calls,
        input_bytes=launch.planned.input_bytes,
        output_bytes=launch.planned.output_bytes,
    )
