"""The baselines of a case: PyTorch, and another one where it is wanted, on the case's inputs."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass

from tilescope.errors import InputError
from tilescope.profiling import samples
from tilescope.profiling.accuracy import Matrix
from tilescope.profiling.baseline import MAX_TIME_S, time_calls, time_series
from tilescope.profiling.caches import CacheCounter, find_counter
from tilescope.profiling.conditions import Flush, cold_times, idle_times
from tilescope.profiling.energy.measuring import baseline_energy, idle_power
from tilescope.profiling.footprint import Footprint, footprint
from tilescope.profiling.inputs import Inputs
from tilescope.profiling.interruptions import crowded, interruptions
from tilescope.profiling.stopping import MinTime, Runs, StoppingRule, find_rule
from tilescope.runs.counters import Cache, Energy
from tilescope.runs.figures import SampledStatistics
from tilescope.targets.protocol import CountsAllocations, TimedTarget
from tilescope.workloads.gemm import Gemm

MOST_SECONDS = 86_400
MOST_PAUSE_S = 600

Notify = Callable[[str], None]


@dataclass(frozen=True)
class SamplingRequest:
    """How a baseline is to be timed, as it is asked for.

    rules: names and values of stopping rules, beside a number of runs; max_time_s: when they give
    up; cold: with flushed caches, too; idle_s: after pauses of that length, too; strict: refuse a
    machine whose times cannot be trusted; cache: what counts the CPU's caches, None for nothing;
    warm_up: untimed calls before, None for a rule of time.
    """

    rules: tuple[tuple[str, float], ...] = ()
    max_time_s: float = MAX_TIME_S
    cold: bool = False
    idle_s: float | None = None
    strict: bool = False
    cache: str | None = None
    warm_up: int | None = None


@dataclass(frozen=True)
class Sampling:
    """How a baseline is timed: a request whose rules were found."""

    rules: tuple[StoppingRule, ...] = ()
    max_time_s: float = MAX_TIME_S
    cold: bool = False
    idle_s: float | None = None
    cache: CacheCounter | None = None


@dataclass(frozen=True)
class Beside:
    """The baselines' times and the first one's output, or why there are none."""

    us: SampledStatistics | None = None
    output: Matrix | None = None
    missing: str | None = None
    second_us: SampledStatistics | None = None
    first_us: float | None = None
    cold_us: SampledStatistics | None = None
    idle_us: SampledStatistics | None = None
    footprint: Footprint | None = None
    energy: Energy | None = None
    cache: Cache | None = None
    notes: tuple[str, ...] = ()


def make_sampling(request: SamplingRequest) -> Sampling:
    """The sampling that a request comes to.

    Raises:
        InputError: an unknown rule or counter, a value that it refuses, no time for what they ask,
            or a pause of no length.
    """
    rules = tuple(find_rule(name, value) for name, value in request.rules)
    if not 0 < request.max_time_s <= MOST_SECONDS:
        raise InputError(
            f"The most time is {request.max_time_s:g} s; it must be above 0 and at most a day."
        )
    longest = max((rule.seconds for rule in rules if isinstance(rule, MinTime)), default=0.0)
    if longest > request.max_time_s:
        raise InputError(
            f"The least time, {longest:g} s, is more than the most, {request.max_time_s:g} s; "
            "raise --max-time."
        )
    if request.idle_s is not None and not 0 < request.idle_s <= MOST_PAUSE_S:
        raise InputError(
            f"The pause is {request.idle_s:g} s; it must be above 0 and at most {MOST_PAUSE_S}."
        )
    cache = find_counter(request.cache) if request.cache is not None else None
    return Sampling(rules, request.max_time_s, request.cold, request.idle_s, cache)


def run_baselines(
    gemm: Gemm,
    baseline: TimedTarget,
    inputs: Inputs,
    notify: Notify,
    *,
    num_runs: int,
    warm_up: int | None = None,
    second: TimedTarget | None = None,
    sampling: Sampling | None = None,
) -> Beside:
    """The times of the second baseline, then of the first, on the same inputs."""
    second_us = None
    if second is not None:
        notify(f"timing NumPy, {num_runs} runs")
        second_us = samples.measured(time_calls(second.prepare(gemm, *inputs), num_runs, warm_up))
    missing = baseline.available()
    if missing is not None:
        return Beside(missing=missing, second_us=second_us)
    sampling = sampling or Sampling()
    notify(f"timing PyTorch, {num_runs} runs" + (" or more" if sampling.rules else ""))
    call = baseline.prepare(gemm, *inputs)
    start_ns = time.perf_counter_ns()
    result = call()
    first_us = (time.perf_counter_ns() - start_ns) / 1e3
    before = interruptions()
    series = time_series(
        call, [Runs(num_runs), *sampling.rules], warm_up=warm_up, max_time_s=sampling.max_time_s
    )
    notes = [crowded(interruptions() - before, series.samples_us)]
    cold, idle = None, None
    if sampling.cold:
        notify("timing PyTorch with cold caches")
        flush = Flush.of_machine()
        cold = samples.measured(cold_times(call, num_runs, flush))
        notes.append(flush.note)
    if sampling.idle_s is not None:
        notify(f"timing PyTorch after pauses of {sampling.idle_s:g} s")
        idle = samples.measured(idle_times(call, num_runs, sampling.idle_s))
        notes.append(f"After idle: a pause of {sampling.idle_s:g} s before each of these calls")
    return Beside(
        us=samples.measured(
            series.samples_us, overhead_us=series.overhead_us, stopped=series.stopped
        ),
        output=baseline.output(result),
        second_us=second_us,
        first_us=first_us,
        cold_us=cold,
        idle_us=idle,
        footprint=_footprint(baseline, call),
        energy=baseline_energy(call, idle_power()),
        cache=sampling.cache.count(gemm, call) if sampling.cache else None,
        notes=tuple(note for note in notes if note),
    )


def _footprint(baseline: TimedTarget, call: Callable[[], object]) -> Footprint:
    """What a call holds and allocates, as far as the target counts that."""
    if not isinstance(baseline, CountsAllocations):
        return footprint(call, lambda: None)
    return footprint(call, lambda: baseline.allocated_bytes(call))
