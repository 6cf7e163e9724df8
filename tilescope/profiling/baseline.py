"""The PyTorch baseline, run for real: warmed up, then timed call by call."""

from __future__ import annotations

import gc
import time
from collections.abc import Callable

MIN_WARM_UP_CALLS = 3
WARM_UP_NS = 50_000_000


def time_calls(
    call: Callable[[], object], num_runs: int, warm_up: int | None = None
) -> tuple[float, ...]:
    """The wall time in µs of each of `num_runs` calls, after a warm-up.

    The warm-up is `warm_up` calls, or where that is not given three or more until 50 ms have
    passed, so that threads have started and code is generated; the collector of garbage is off
    while the clock runs.
    """
    if warm_up is None:
        _warm_up(call)
    else:
        for _ in range(warm_up):
            call()
    samples_us = []
    collecting = gc.isenabled()
    gc.disable()
    try:
        for _ in range(num_runs):
            start_ns = time.perf_counter_ns()
            call()
            samples_us.append((time.perf_counter_ns() - start_ns) / 1e3)
    finally:
        if collecting:
            gc.enable()
    return tuple(samples_us)


def _warm_up(call: Callable[[], object]) -> None:
    start_ns = time.perf_counter_ns()
    calls = 0
    while calls < MIN_WARM_UP_CALLS or time.perf_counter_ns() - start_ns < WARM_UP_NS:
        call()
        calls += 1
