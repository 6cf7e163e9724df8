"""One case: run on the NPU, judged against its contract, and only then set beside PyTorch."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Literal

from numpy.typing import NDArray

from tilescope.designs.mapping import Mapping
from tilescope.devices.device import Device
from tilescope.errors import WrongResultError
from tilescope.profiling import samples
from tilescope.profiling.accuracy import Matrix, errors, expected_output
from tilescope.profiling.array_memory import case_memory
from tilescope.profiling.beside import Beside, Sampling, run_baselines
from tilescope.profiling.energy.bands import npu_energy
from tilescope.profiling.error_detail import error_detail
from tilescope.profiling.footprint import with_baseline
from tilescope.profiling.inputs import Inputs, make_inputs
from tilescope.profiling.intervals import PRODUCT, Validated, outside, validated
from tilescope.profiling.measured_npu import measure, predict
from tilescope.profiling.recording import (
    budget,
    gflops,
    kernel_shares,
    mapping_choice,
    notes,
    notes_on_model,
    ratio,
    shape_of,
)
from tilescope.quantities.dtypes import is_integer
from tilescope.runs.counters import Energy
from tilescope.runs.figures import (
    Shape,
    Statistics,
)
from tilescope.runs.limits import Change
from tilescope.runs.models import Case
from tilescope.targets.outcome import TargetOutcome
from tilescope.targets.protocol import MappedTarget, MeasuringTarget, TimedTarget
from tilescope.targets.simulated import SimulatedNpu
from tilescope.workloads.gemm import Gemm

NO_NPU_SENSOR = "no sensor was read while the NPU ran"
WHAT_IF = ("A what-if: no machine is as it was set here, so nothing measured can judge it",)

Judge = Literal["pytorch", "float64", "contract"]


@dataclass(frozen=True)
class Bench:
    """What the cases of a run share: the device, where to run, how often and on what data.

    baseline: None where none is wanted; timing_only: the NPU moves no data, so nothing is judged;
    warm_up: untimed calls of a baseline, None for a rule of time; second_baseline: one more;
    sampling: how else the baseline and a measured NPU are timed; changed: what of the device or
    runtime was set otherwise; predictor: what says how long a measured case would take simulated.
    """

    device: Device
    runtime: str
    npu: MappedTarget
    baseline: TimedTarget | None
    num_runs: int
    seed: int
    op: str = "linear"
    timing_only: bool = False
    warm_up: int | None = None
    second_baseline: TimedTarget | None = None
    sampling: Sampling = field(default_factory=Sampling)
    changed: tuple[Change, ...] = ()
    predictor: SimulatedNpu | None = None


def profile_case(
    gemm: Gemm,
    mapping: Mapping,
    bench: Bench,
    notify: Callable[[str], None],
    on_output: Callable[[NDArray[Any], Matrix], None] = lambda output, reference: None,
    inputs: Inputs | None = None,
) -> Case:
    """Run, judge, and time one case; on_output gets its output and what its errors count against.

    `inputs` are drawn by the bench's seed where not given.

    Raises:
        WrongResultError: the output lies outside the kernel's contract; nothing is timed then.
        InputError: the target cannot run the case.
    """
    if bench.timing_only:
        notify(f"timing on the NPU ({bench.npu.name})")
        outcome = bench.npu.run(gemm, mapping)
        inputs = make_inputs(gemm, bench.seed) if bench.baseline else None
        beside = _run_baseline(gemm, bench, inputs, notify)
        npu: Statistics = samples.simulated(outcome.npu_us)
        return _case(gemm, mapping, bench, outcome, npu, beside, None)
    notify("making the inputs")
    a, b = inputs = inputs or make_inputs(gemm, bench.seed)
    expected = expected_output(gemm, mapping, a, b)
    if isinstance(bench.npu, MeasuringTarget):
        measured = measure(
            gemm,
            mapping,
            bench.npu,
            inputs,
            lambda output: check_output(gemm, mapping, output, expected),
            notify,
            num_runs=bench.num_runs,
            warm_up=bench.warm_up,
            sampling=bench.sampling,
        )
        outcome, npu = measured.outcome, measured.us
    else:
        notify(f"running on the NPU ({bench.npu.name})")
        outcome = bench.npu.run(gemm, mapping, a, b)
        npu = samples.simulated(outcome.npu_us)
        notify("checking the output")
    output = judged(gemm, mapping, outcome, expected)
    beside = _run_baseline(gemm, bench, inputs, notify)
    if (judge := _judge(gemm, mapping, beside)) == "pytorch" and beside.output is not None:
        expected = beside.output
    on_output(output, expected)
    judged_by = (judge, *errors(output, expected))
    case = _case(gemm, mapping, bench, outcome, npu, beside, judged_by)
    return case.model_copy(update={"error": error_detail(output, expected, mapping.c_dtype)})


def _judge(gemm: Gemm, mapping: Mapping, beside: Beside) -> Judge:
    """What the errors are counted against: PyTorch, where there is one and it gives the same C."""
    if is_integer(gemm.dtype) and mapping.matmul(gemm.dtype).shift:
        return "contract"
    return "float64" if beside.output is None else "pytorch"


def _run_baseline(
    gemm: Gemm, bench: Bench, inputs: Inputs | None, notify: Callable[[str], None]
) -> Beside:
    """The baselines on the inputs, where they are wanted."""
    if bench.baseline is None or inputs is None:
        return Beside()
    return run_baselines(
        gemm,
        bench.baseline,
        inputs,
        notify,
        num_runs=bench.num_runs,
        warm_up=bench.warm_up,
        second=bench.second_baseline,
        sampling=bench.sampling,
    )


def _case(
    gemm: Gemm,
    mapping: Mapping,
    bench: Bench,
    outcome: TargetOutcome,
    npu: Statistics,
    beside: Beside,
    judged_by: tuple[Judge, float, float] | None,
) -> Case:
    """The figures of a case; those that were not obtained are left out."""
    baseline, simulated = beside.us, npu.kind == "simulated"
    judge, max_abs, max_rel = judged_by or (None, None, None)
    padded = mapping.padded(gemm)
    known = (PRODUCT, gemm.dtype, bench.device.name, bench.runtime)
    found = validated(*known)
    predicted = None
    if bench.predictor and isinstance(bench.npu, MeasuringTarget):
        predicted = predict(bench.npu.plan(gemm, mapping), bench.predictor, npu.median)
    return Case(
        op=bench.op,
        name=gemm.name,
        description=gemm.description,
        shape=Shape(m=gemm.m, n=gemm.n, k=gemm.k),
        padded=shape_of(padded) if padded != (gemm.m, gemm.n, gemm.k) else None,
        dtype=gemm.dtype,
        device=bench.device.name,
        runtime=bench.runtime,
        mapping=mapping_choice(mapping),
        npu_us=npu,
        setup_us=outcome.setup_us,
        device_us=outcome.device_us,
        predicted=predicted,
        baseline_us=baseline,
        baseline_missing=beside.missing,
        baseline_first_us=beside.first_us,
        baseline_cold_us=beside.cold_us,
        baseline_idle_us=beside.idle_us,
        numpy_us=beside.second_us,
        speedup=ratio(baseline, npu),
        npu_gflops=gflops(gemm, npu),
        baseline_gflops=gflops(gemm, baseline) if baseline else None,
        max_abs_error=max_abs,
        max_rel_error=max_rel,
        reference=judge,
        launches=outcome.launches,
        kernels=kernel_shares(outcome),
        budget=budget(outcome),
        tiles=outcome.tiles,
        memory=with_baseline(case_memory(outcome.outcome, bench.device), beside.footprint),
        energy=_energy(bench, outcome, beside),
        cache=(beside.cache,) if beside.cache else (),
        bound=outcome.bound,
        interval_us=found.interval(npu.median) if simulated else None,
        notes=(
            *(notes_on_model(gemm, mapping) if simulated else ()),
            *notes(gemm, mapping, baseline),
            *beside.notes,
            *_notes_on_judging(bench, known, found, simulated=simulated),
            *outcome.notes,
        ),
    )


def _notes_on_judging(
    bench: Bench, known: tuple[str, str, str, str], found: Validated, *, simulated: bool
) -> tuple[str, ...]:
    """What can judge a simulated time, where that is little or nothing."""
    if not simulated:
        return ()
    return WHAT_IF if bench.changed else outside(*known, found=found)


def _energy(bench: Bench, outcome: TargetOutcome, beside: Beside) -> tuple[Energy, ...]:
    """What the NPU and the baseline may take, or why that is not known.

    A device with values of one's own, or another power mode, is another than what was published.
    """
    if outcome.kind == "measured":
        npu = Energy(of="npu", missing=NO_NPU_SENSOR)
    else:
        npu = npu_energy(bench.device.name, outcome.npu_us)
    return (npu, beside.energy) if beside.energy else (npu,)


def judged(gemm: Gemm, mapping: Mapping, outcome: TargetOutcome, expected: Matrix) -> NDArray[Any]:
    """The output, where it lies within the contract of the mapping's product kernel.

    Raises:
        WrongResultError: it does not, or there is none.
    """
    if outcome.output is None:
        raise WrongResultError(f"{gemm.label}: there is no output, so it was not timed.")
    check_output(gemm, mapping, outcome.output, expected)
    return outcome.output


def check_output(gemm: Gemm, mapping: Mapping, output: NDArray[Any], expected: Matrix) -> None:
    """Accept C [m, n] within the contract of the mapping's product kernel.

    Raises:
        WrongResultError: it lies outside.
    """
    kernel = mapping.matmul(gemm.dtype)
    calls = mapping.padded(gemm)[2] // mapping.core_tile[2]
    tolerance = kernel.tolerance(gemm.k, calls=calls)
    problem = tolerance.problem(output, expected)
    if problem:
        raise WrongResultError(
            f"{gemm.label}: the output breaks the contract of {kernel.symbol}, so it was not "
            f"timed. {problem} ({tolerance.note})"
        )
