"""Figures over the time of a launch: each keeps its value until the next moment."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

Numbers = npt.NDArray[np.int64]
Figures = npt.NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Series:
    """One figure over a launch; 0 before its first moment.

    name: ddr_read, ddr_write (GB/s), active_cores (cores) or held (bytes); of: what it belongs to,
    as `core (0,2)`, or a level (l1, l2) for all its tiles; limit: what it can be at most, None
    where nothing says so. The value at a moment is `counts` × `scale`.
    """

    name: str
    of: str
    unit: str
    ticks: Numbers
    counts: Numbers
    tick_hz: int
    scale: float = 1.0
    limit: float | None = None

    def __post_init__(self) -> None:
        """Raises ValueError for moments that are not in order, or a value missing."""
        if self.ticks.shape != self.counts.shape or self.ticks.ndim != 1:
            raise ValueError(f"{self.name} does not have a value for each moment")
        if len(self.ticks) and (self.ticks[0] < 0 or (np.diff(self.ticks) <= 0).any()):
            raise ValueError(f"the moments of {self.name} are not in order")
        if self.tick_hz <= 0:
            raise ValueError("there are no ticks in a second")

    @property
    def at_us(self) -> Figures:
        """The moments, in µs after the launch's first step."""
        return np.multiply(self.ticks, 1e6 / self.tick_hz, dtype=np.float64)

    @property
    def values(self) -> Figures:
        """The figure from each moment on, in its unit."""
        return np.multiply(self.counts, self.scale, dtype=np.float64)

    @property
    def peak(self) -> float:
        """The most that it ever is."""
        return float(self.values.max(initial=0.0))


def changes(starts: Numbers, ends: Numbers) -> tuple[Numbers, Numbers]:
    """Moments, and how many of the spans from start to end are under way from each on."""
    ticks = np.concatenate((starts, ends))
    step = np.concatenate((np.ones_like(starts), -np.ones_like(ends)))
    return running(ticks, step)


def running(ticks: Numbers, step: Numbers) -> tuple[Numbers, Numbers]:
    """The running sum of changes in any order, one value for each moment at which it changes."""
    order = np.argsort(ticks, kind="stable")
    ticks, total = ticks[order], np.cumsum(step[order])
    last = np.ones(len(ticks), dtype=bool)
    last[:-1] = ticks[1:] != ticks[:-1]
    ticks, total = ticks[last], total[last]
    new = np.ones(len(ticks), dtype=bool)
    new[1:] = total[1:] != total[:-1]
    return ticks[new], total[new]


def encode_series(series: Series) -> dict[str, Any]:
    """A series as a file holds it: moments and values by their differences."""
    return {
        "name": series.name,
        "of": series.of,
        "unit": series.unit,
        "scale": series.scale,
        "limit": series.limit,
        "tick_hz": series.tick_hz,
        "ticks": np.diff(series.ticks, prepend=0).tolist(),
        "counts": np.diff(series.counts, prepend=0).tolist(),
    }


def decode_series(content: dict[str, Any], tick_hz: int) -> Series:
    """The series of such content, whose ticks are `tick_hz` where it does not say.

    Raises ValueError, KeyError or TypeError where it is none.
    """
    limit = content.get("limit")
    return Series(
        str(content["name"]),
        str(content["of"]),
        str(content["unit"]),
        np.cumsum(np.array(content["ticks"], dtype=np.int64)),
        np.cumsum(np.array(content["counts"], dtype=np.int64)),
        int(content.get("tick_hz", tick_hz)),
        float(content["scale"]),
        None if limit is None else float(limit),
    )
