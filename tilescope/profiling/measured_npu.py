"""A case on a real NPU: checked on poisoned outputs, then timed, then held against a prediction."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import closing
from dataclasses import dataclass
from math import fsum
from typing import Any

from numpy.typing import NDArray

from tilescope.designs.mapping import Mapping as TileMapping
from tilescope.designs.plan import LaunchPlan
from tilescope.errors import TilescopeError, WrongResultError
from tilescope.profiling import samples
from tilescope.profiling.baseline import time_series
from tilescope.profiling.beside import Sampling
from tilescope.profiling.inputs import Inputs
from tilescope.profiling.intervals import PRODUCT, validated
from tilescope.profiling.stopping import Runs
from tilescope.runs.figures import BudgetTerm, SampledStatistics
from tilescope.runs.models import Prediction
from tilescope.runs.terms import ARRAY_TERMS
from tilescope.targets.outcome import TargetOutcome
from tilescope.targets.protocol import MeasuringTarget
from tilescope.targets.simulated import SimulatedNpu
from tilescope.workloads.gemm import Gemm

TERMS_OF = {
    "host": ("host",),
    "launch_and_array": ("launch", *ARRAY_TERMS),
}
"""What a measured term stands for among the terms of a simulation."""

Check = Callable[[NDArray[Any]], None]


@dataclass(frozen=True)
class Measured:
    """The outcome at the median, and the samples that it is of."""

    outcome: TargetOutcome
    us: SampledStatistics


def measure(
    gemm: Gemm,
    mapping: TileMapping,
    npu: MeasuringTarget,
    inputs: Inputs,
    check: Check,
    notify: Callable[[str], None],
    *,
    num_runs: int,
    warm_up: int | None,
    sampling: Sampling,
) -> Measured:
    """Run the case once and check its output, then time it by the stopping rules.

    `check` raises WrongResultError for an output outside the contract. Every timed run starts on
    poisoned outputs and must give the checked output again, bit by bit. Raises what `check` and
    the target raise; WrongResultError for a run whose output differs.
    """
    with closing(npu.prepare(gemm, mapping, *inputs, notify)) as product:
        notify("running on the NPU")
        product.checked_call()
        checked = product.output()
        notify("checking the output")
        check(checked)

        def same() -> None:
            if product.output().tobytes() != checked.tobytes():
                raise WrongResultError(
                    f"{gemm.label}: a later run on the NPU gave another output than the one that "
                    "was checked, so its times are not shown."
                )

        notify(f"timing the NPU, {num_runs} runs" + (" or more" if sampling.rules else ""))
        series = time_series(
            product.call,
            [Runs(num_runs), *sampling.rules],
            warm_up=warm_up,
            max_time_s=sampling.max_time_s,
            before=product.poison,
            after=same,
        )
        outcome = product.outcome(series.samples_us)
    statistics = samples.measured(
        series.samples_us, overhead_us=series.overhead_us, stopped=series.stopped
    )
    return Measured(outcome, statistics)


def predict(plan: LaunchPlan, simulated: SimulatedNpu, measured_us: float) -> Prediction | None:
    """What the simulation says of a plan that was measured; None where it has no word on it."""
    try:
        found = simulated.run_plan(plan)
    except TilescopeError:
        return None
    kind = (PRODUCT, plan.gemm.dtype, simulated.device.name, simulated.costs.label)
    assert found.device_us is not None  # a simulation has it
    return Prediction(
        us=found.npu_us,
        runtime=simulated.costs.label,
        error=(found.npu_us - measured_us) / measured_us,
        interval_us=validated(*kind).interval(found.npu_us),
        device_us=found.device_us,
        budget=tuple(_grouped(found.budget, found.npu_us)),
    )


def _grouped(budget: Mapping[str, float], whole_us: float) -> list[BudgetTerm]:
    terms = []
    for term, parts in TERMS_OF.items():
        us = fsum(budget.get(part, 0.0) for part in parts)
        terms.append(BudgetTerm(term=term, us=us, fraction=us / whole_us if whole_us else 0.0))
    return terms
