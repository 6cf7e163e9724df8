"""Statistics of a sample of times."""

from __future__ import annotations

import math
import time
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from tilescope.profiling.steps import find_steps
from tilescope.runs.figures import Interval, SampledStatistics, Statistics

TIMER_RESOLUTIONS_PER_SAMPLE = 1000
CONFIDENCE = 0.95
RESAMPLES = 10_000
FENCE_IQRS = 1.5
FEWEST_FOR_INTERVAL = 5

Times = NDArray[np.float64]


def simulated(us: float) -> Statistics:
    """The statistics of a simulated time: it is deterministic, so n = 1 and nothing spreads."""
    return Statistics(
        kind="simulated", median=us, mean=us, std=0.0, min=us, max=us, p95=us, p99=us, n=1
    )


def measured(
    samples_us: Sequence[float], *, overhead_us: float | None = None, stopped: str | None = None
) -> SampledStatistics:
    """The statistics of one or more measured times in µs; std is the sample's (n − 1).

    overhead_us and stopped are kept beside them: see SampledStatistics.
    """
    ordered = sorted(samples_us)
    count = len(ordered)
    mean = math.fsum(ordered) / count
    squares = math.fsum((value - mean) ** 2 for value in ordered)
    std = math.sqrt(squares / (count - 1)) if count > 1 else 0.0
    median = percentile(ordered, 0.5)
    lower, upper = percentile(ordered, 0.25), percentile(ordered, 0.75)
    fence = FENCE_IQRS * (upper - lower)
    return SampledStatistics(
        kind="measured",
        median=median,
        mean=mean,
        std=std,
        min=ordered[0],
        max=ordered[-1],
        p95=percentile(ordered, 0.95),
        p99=percentile(ordered, 0.99),
        n=count,
        samples=tuple(samples_us),
        iqr=upper - lower,
        mad=percentile(sorted(abs(value - median) for value in ordered), 0.5),
        median_interval=median_interval(ordered),
        outliers=sum(not lower - fence <= value <= upper + fence for value in ordered),
        variation=std / mean if mean else 0.0,
        overhead_us=overhead_us,
        steps=find_steps(samples_us),
        stopped=stopped,
    )


def median_interval(samples_us: Sequence[float]) -> Interval | None:
    """The 95 % interval of the median by bootstrap, always the same for the same sample.

    None for fewer than five samples, which say nothing about how far they may be off.
    """
    if len(samples_us) < FEWEST_FOR_INTERVAL:
        return None
    medians = resampled_medians(np.sort(np.asarray(samples_us, dtype=np.float64)))
    low, high = np.quantile(medians, [(1 - CONFIDENCE) / 2, (1 + CONFIDENCE) / 2])
    return Interval(low=float(low), high=float(high), confidence=CONFIDENCE)


def resampled_medians(
    ordered: Times, resamples: int = RESAMPLES, generator: np.random.Generator | None = None
) -> Times:
    """Medians of samples that are drawn from a sorted sample with replacement, seeded if not told.

    The draws themselves are not needed: of n numbers from (0, 1) the k-th smallest is distributed
    as Beta(k, n + 1 - k), and n times it, rounded down, is the rank that a draw has there. For an
    even n the next one follows it as the smallest of n - k more.
    """
    count = len(ordered)
    generator = generator or np.random.default_rng(0)
    middle = (count + 1) // 2
    place = generator.beta(middle, count + 1 - middle, resamples)
    medians: Times = ordered[_rank(place, count)]
    if count % 2 == 0:
        place += (1 - place) * generator.beta(1, count - middle, resamples)
        medians = (medians + ordered[_rank(place, count)]) / 2
    return medians


def _rank(place: Times, count: int) -> NDArray[np.intp]:
    return np.minimum((place * count).astype(np.intp), count - 1)


def percentile(ordered: Sequence[float], fraction: float) -> float:
    """The value below which that fraction of a sorted sample lies, linear between neighbours."""
    position = fraction * (len(ordered) - 1)
    below = math.floor(position)
    above = min(below + 1, len(ordered) - 1)
    return ordered[below] + (ordered[above] - ordered[below]) * (position - below)


def near_timer_resolution(statistics: Statistics) -> bool:
    """Whether the shortest sample is below a thousand steps of this machine's timer."""
    resolution_us = time.get_clock_info("perf_counter").resolution * 1e6
    return statistics.min < resolution_us * TIMER_RESOLUTIONS_PER_SAMPLE
