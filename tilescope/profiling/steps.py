"""Staircases: where a series of times changes its level, as a clock or another program makes it.

A change point is where ranks before and after differ most (Pettitt's test). What it finds is named
only where the medians also differ by more than a few percent and by more than the sample's noise;
both sides are then searched in the same way.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from tilescope.runs.figures import Step

FEWEST = 10
"""Samples on either side of a step: less is an outlier or two."""
CHANCE = 1e-4
LEAST_CHANGE = 0.05
MOST_STEPS = 8

Times = NDArray[np.float64]


def find_steps(samples_us: Sequence[float]) -> tuple[Step, ...]:
    """The steps of a series in the order of taking, at most eight; none where it is level."""
    times = np.asarray(samples_us, dtype=np.float64)
    places = sorted(_places(times, 0))[:MOST_STEPS]
    ends = [0, *places, len(times)]
    levels = [float(np.median(times[start:stop])) for start, stop in pairwise(ends)]
    return tuple(
        Step(after=place, before_us=before, after_us=after)
        for place, (before, after) in zip(places, pairwise(levels), strict=True)
    )


def _places(times: Times, first: int) -> Iterator[int]:
    """Where the stretch that begins at `first` steps, and where its two parts do."""
    place = change_point(times)
    if place is None:
        return
    yield first + place
    yield from _places(times[:place], first)
    yield from _places(times[place:], first + place)


def change_point(times: Times) -> int | None:
    """How many samples come before the most likely change of level; None where there is none."""
    count = len(times)
    if count < 2 * FEWEST:
        return None
    ranks = np.empty(count)
    ranks[np.argsort(times, kind="stable")] = np.arange(1.0, count + 1)
    before = np.arange(1, count)
    statistic = np.abs(2 * np.cumsum(ranks)[:-1] - before * (count + 1))
    inner = statistic[FEWEST - 1 : count - FEWEST]
    place = int(np.argmax(inner)) + FEWEST
    largest = float(inner[place - FEWEST])
    chance = 2 * math.exp(-6 * largest**2 / (count**3 + count**2))
    return place if chance < CHANCE and _matters(times[:place], times[place:]) else None


def _matters(before: Times, after: Times) -> bool:
    """Whether the medians differ by more than 5 %, and by more than both sides' deviations."""
    low, high = sorted((float(np.median(before)), float(np.median(after))))
    deviations = [float(np.median(np.abs(side - np.median(side)))) for side in (before, after)]
    return high - low > max(LEAST_CHANGE * low, *deviations)
