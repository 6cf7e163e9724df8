"""Statistics of a sample of times."""

from __future__ import annotations

import math
import time
from collections.abc import Sequence

from tilescope.runs.figures import SampledStatistics, Statistics

TIMER_RESOLUTIONS_PER_SAMPLE = 1000


def simulated(us: float) -> Statistics:
    """The statistics of a simulated time: it is deterministic, so n = 1 and nothing spreads."""
    return Statistics(
        kind="simulated", median=us, mean=us, std=0.0, min=us, max=us, p95=us, p99=us, n=1
    )


def measured(samples_us: Sequence[float]) -> SampledStatistics:
    """The statistics of one or more measured times in µs; std is the sample's (n − 1)."""
    ordered = sorted(samples_us)
    count = len(ordered)
    mean = math.fsum(ordered) / count
    squares = math.fsum((value - mean) ** 2 for value in ordered)
    return SampledStatistics(
        kind="measured",
        median=percentile(ordered, 0.5),
        mean=mean,
        std=math.sqrt(squares / (count - 1)) if count > 1 else 0.0,
        min=ordered[0],
        max=ordered[-1],
        p95=percentile(ordered, 0.95),
        p99=percentile(ordered, 0.99),
        n=count,
        samples=tuple(samples_us),
    )


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
