"""Two calls timed in turns, so that whatever disturbs the machine disturbs both alike."""

from __future__ import annotations

import time

import numpy as np

from tilescope.profiling.baseline import Call, no_collections

WARM_UP_CALLS = 3


def time_in_turns(
    before: Call, after: Call, pairs: int, seed: int = 0
) -> tuple[tuple[float, ...], tuple[float, ...]]:
    """The wall times in µs of so many pairs of calls; which one goes first is drawn for each pair.

    The n-th times of both were taken one right after the other: see evidence.verdicts.judge_pairs.
    """
    for _ in range(WARM_UP_CALLS):
        before()
        after()
    now = time.perf_counter_ns
    calls = (before, after)
    times_ns: tuple[list[int], list[int]] = ([], [])
    first = np.random.default_rng(seed).integers(0, 2, pairs).tolist()
    with no_collections():
        for start in first:
            for number in (start, 1 - start):
                call = calls[number]
                start_ns = now()
                call()
                times_ns[number].append(now() - start_ns)
    old, new = (tuple(elapsed_ns / 1e3 for elapsed_ns in side) for side in times_ns)
    return old, new
