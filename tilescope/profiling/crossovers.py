"""From how many rows on the NPU beats the baseline, and how sure that is.

Between two points the logarithm of baseline over NPU is taken to be linear in the logarithm of the
rows. The band holds 95 of 100 crossings found with the baseline's medians drawn anew from its
samples (bootstrap), at both ends of the NPU's error interval where all its times have one.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from tilescope.runs.models import Case

DRAWS = 2000
CONFIDENCE = 0.95

Where = Literal["at", "always", "never", "passing"]
Vector = NDArray[np.float64]


@dataclass(frozen=True)
class Crossover:
    """Where the NPU begins to be faster.

    where: `at` a number of rows; `always` or `never` within the points; `passing` where it was
    faster at some point and is slower at the last. rows: the interpolated number, between the
    points `after` and `until`. low and high bound it: below the first point low is 0, beyond the
    last high is infinite, and both are None where there is no more than one run to draw from.
    best: the largest baseline over NPU, at `best_rows`. intervals: whether the NPU's error
    interval is in the band.
    """

    where: Where
    best: float
    best_rows: int
    rows: float | None = None
    after: int | None = None
    until: int | None = None
    low: float | None = None
    high: float | None = None
    intervals: bool = False


def find_crossover(points: Sequence[Sequence[Case]], seed: int = 0) -> Crossover | None:
    """The crossover of cases that stand together at each number of rows, in rising order.

    Times of the cases at a point are added. None where a baseline is missing or there are fewer
    than two points.
    """
    if len(points) < 2 or any(case.baseline_us is None for point in points for case in point):
        return None
    rows = [point[0].shape.m for point in points]
    logs = np.log(np.array(rows, dtype=np.float64))
    npu = np.array([sum(case.npu_us.median for case in point) for point in points])
    baseline = np.array([_baseline_us(point) for point in points])
    ahead = np.log(baseline / npu)
    best = int(np.argmax(ahead))
    known = float(baseline[best] / npu[best]), rows[best]
    if not (ahead >= 0).any():
        where: Where = "never"
    elif (ahead >= 0).all():
        where = "always"
    else:
        where = "at" if ahead[-1] >= 0 else "passing"
    low, high, intervals = _band(points, logs, npu, seed)
    if where != "at":
        return Crossover(where, *known, low=low, high=high, intervals=intervals)
    last_behind = int(np.flatnonzero(ahead < 0)[-1])
    return Crossover(
        where,
        *known,
        rows=math.exp(_crossing(logs, ahead[None, :])[0]),
        after=rows[last_behind],
        until=rows[last_behind + 1],
        low=low,
        high=high,
        intervals=intervals,
    )


def _crossing(logs: Vector, ahead: Vector) -> Vector:
    """The logarithm of the rows from which each row of `ahead` stays above zero.

    Minus infinity where it always is, infinity where it is not at the last point.
    """
    draws, count = ahead.shape
    behind = ahead < 0
    last = count - 1 - np.argmax(behind[:, ::-1], axis=1)
    found = np.full(draws, -np.inf)
    found[behind[:, -1]] = np.inf
    between = behind.any(axis=1) & ~behind[:, -1]
    picked = np.flatnonzero(between)
    left = last[picked]
    y0, y1 = ahead[picked, left], ahead[picked, left + 1]
    x0, x1 = logs[left], logs[left + 1]
    found[picked] = x0 + (x1 - x0) * (-y0) / (y1 - y0)
    return found


def _band(
    points: Sequence[Sequence[Case]], logs: Vector, npu: Vector, seed: int
) -> tuple[float | None, float | None, bool]:
    """Bounds of the crossing, and whether the NPU's error intervals are in them."""
    cases = [case for point in points for case in point]
    if any(case.baseline_us is None or case.baseline_us.n < 2 for case in cases):
        return None, None, False
    intervals = all(case.interval_us for case in cases)
    generator = np.random.default_rng(seed)
    drawn = np.stack(
        [sum((_medians(case, generator) for case in point), np.zeros(DRAWS)) for point in points],
        axis=1,
    )
    fast, slow = npu, npu
    if intervals:
        fast = np.array([sum(c.interval_us.low for c in p if c.interval_us) for p in points])
        slow = np.array([sum(c.interval_us.high for c in p if c.interval_us) for p in points])
    tail = (1 - CONFIDENCE) / 2
    low = np.quantile(_crossing(logs, np.log(drawn / fast)), tail, method="lower")
    high = np.quantile(_crossing(logs, np.log(drawn / slow)), 1 - tail, method="higher")
    return math.exp(low), math.exp(high), intervals


def _baseline_us(cases: Sequence[Case]) -> float:
    return sum(case.baseline_us.median for case in cases if case.baseline_us)


def _medians(case: Case, generator: np.random.Generator) -> Vector:
    """Medians of the baseline's samples drawn anew, as many as DRAWS."""
    assert case.baseline_us is not None
    samples = np.array(case.baseline_us.samples)
    picks = generator.integers(0, samples.size, (DRAWS, samples.size))
    medians: Vector = np.median(samples[picks], axis=1)
    return medians
