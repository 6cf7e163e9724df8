"""The PyTorch baseline, run for real: warmed up, then timed call by call."""

from __future__ import annotations

import gc
import math
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

from tilescope.profiling.stopping import Runs, StoppingRule

MIN_WARM_UP_CALLS = 3
WARM_UP_NS = 50_000_000
MAX_TIME_S = 30.0
GROWTH = 4
EMPTY_CALLS = 1000

Call = Callable[[], object]


@dataclass(frozen=True)
class Series:
    """The times in µs of calls, in the order of taking, and why there are so many.

    stopped: None where a number of runs was all that was asked for; overhead_us: what timing and
    keeping a call that does nothing takes.
    """

    samples_us: tuple[float, ...]
    stopped: str | None
    overhead_us: float


def time_series(
    call: Call,
    rules: Sequence[StoppingRule],
    *,
    warm_up: int | None = None,
    max_time_s: float = MAX_TIME_S,
    before: Call | None = None,
    after: Call | None = None,
) -> Series:
    """The wall times of calls until every rule agrees that they are enough, after a warm-up.

    The warm-up is `warm_up` calls, or where that is not given three or more until 50 ms have
    passed, so that threads have started and code is generated. Rules are asked between batches
    that grow with the series; a number of runs is always taken, the others give up after
    `max_time_s`. The collector of garbage is off while the clock runs. `before` and `after` are
    called around each of the timed calls and are not in its time.
    """
    _warm_up(call, warm_up)
    least = max((int(rule.runs) for rule in rules if isinstance(rule, Runs)), default=1)
    adaptive = [rule for rule in rules if not isinstance(rule, Runs)]
    samples_us: list[float] = []
    stopped = None
    with no_collections():
        overhead_us = overhead()
        began_ns = time.perf_counter_ns()
        samples_us += _timed(call, least, before, after)
        while adaptive:
            if all(rule.enough(samples_us) for rule in adaptive):
                stopped = "enough: " + _described(adaptive, samples_us)
                break
            left_us = max_time_s * 1e6 - (time.perf_counter_ns() - began_ns) / 1e3
            if left_us <= 0:
                stopped = f"gave up after {max_time_s:g} s: " + _described(adaptive, samples_us)
                break
            fitting = int(left_us * len(samples_us) / max(math.fsum(samples_us), 1.0))
            samples_us += _timed(
                call, max(min(len(samples_us) // GROWTH, fitting), 1), before, after
            )
    return Series(tuple(samples_us), stopped, overhead_us)


def time_calls(call: Call, num_runs: int, warm_up: int | None = None) -> tuple[float, ...]:
    """The wall time in µs of each of `num_runs` calls, after a warm-up as in time_series."""
    return time_series(call, [Runs(num_runs)], warm_up=warm_up).samples_us


def overhead() -> float:
    """What timing one call takes beside the call itself, in µs: that of a call that does nothing.

    It is the whole loop's time over its calls, the least of five loops: reading the clock twice,
    calling, and keeping the sample. Of this about half falls within the sample.
    """
    least_ns = min(_wall_ns(lambda: _timed(_nothing, EMPTY_CALLS)) for _ in range(5))
    return least_ns / EMPTY_CALLS / 1e3


@contextmanager
def no_collections() -> Iterator[None]:
    """Keep the collector of garbage off."""
    collecting = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if collecting:
            gc.enable()


def _timed(
    call: Call, count: int, before: Call | None = None, after: Call | None = None
) -> list[float]:
    """The times of that many calls; nothing but the call lies between two readings of the clock."""
    now = time.perf_counter_ns
    times_ns: list[int] = []
    keep = times_ns.append
    if before is not None and after is not None:
        for _ in range(count):
            before()
            start_ns = now()
            call()
            keep(now() - start_ns)
            after()
        return [elapsed_ns / 1e3 for elapsed_ns in times_ns]
    for _ in range(count):
        start_ns = now()
        call()
        keep(now() - start_ns)
    return [elapsed_ns / 1e3 for elapsed_ns in times_ns]


def _warm_up(call: Call, calls: int | None) -> None:
    if calls is not None:
        for _ in range(calls):
            call()
        return
    start_ns = time.perf_counter_ns()
    made = 0
    while made < MIN_WARM_UP_CALLS or time.perf_counter_ns() - start_ns < WARM_UP_NS:
        call()
        made += 1


def _described(rules: Sequence[StoppingRule], samples_us: Sequence[float]) -> str:
    return ", ".join(rule.describe(samples_us) for rule in rules)


def _wall_ns(work: Callable[[], object]) -> int:
    start_ns = time.perf_counter_ns()
    work()
    return time.perf_counter_ns() - start_ns


def _nothing() -> None:
    pass
