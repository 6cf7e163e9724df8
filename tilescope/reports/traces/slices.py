"""What a trace is made of, whatever its format: lanes, slices, flows between them, counters."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Protocol

import numpy as np
import numpy.typing as npt

Numbers = npt.NDArray[np.int64]
Figures = npt.NDArray[np.float64]
Facts = Mapping[str, str | int | float]


@dataclass(frozen=True)
class Flows:
    """Ends of flows: a slice of a batch and the flow's number, in the order of the slices."""

    slices: Numbers
    numbers: Numbers

    @classmethod
    def of(cls, slices: Numbers, numbers: Numbers) -> Flows:
        """In order, whatever order they come in."""
        order = np.argsort(slices, kind="stable")
        return cls(slices[order], numbers[order])


@dataclass(frozen=True)
class SliceBatch:
    """Many slices, each lane's in the order of time; times are whole ns.

    lanes: as the sink numbers them; names: places in `texts`; moved_bytes and ddr_ns: 0 where a
    slice has none. A flow leads from a slice in `leaving` to the one in `arriving` of its number.
    """

    texts: tuple[str, ...]
    lanes: Numbers
    names: Numbers
    start_ns: Numbers
    end_ns: Numbers
    moved_bytes: Numbers
    ddr_ns: Numbers
    leaving: Flows
    arriving: Flows

    def __len__(self) -> int:
        return len(self.lanes)

    def renumbered(self, flows: int) -> SliceBatch:
        """The same with flows of other numbers."""
        return replace(
            self,
            leaving=replace(self.leaving, numbers=self.leaving.numbers + flows),
            arriving=replace(self.arriving, numbers=self.arriving.numbers + flows),
        )

    def repeated(self, ns: Numbers, flows: Numbers) -> SliceBatch:
        """The same again and again: each time that many ns later, with flows of other numbers."""
        times, first = len(ns), np.arange(len(ns)) * len(self)
        late = np.repeat(ns, len(self))
        return SliceBatch(
            self.texts,
            np.tile(self.lanes, times),
            np.tile(self.names, times),
            np.tile(self.start_ns, times) + late,
            np.tile(self.end_ns, times) + late,
            np.tile(self.moved_bytes, times),
            np.tile(self.ddr_ns, times),
            _repeated(self.leaving, first, flows),
            _repeated(self.arriving, first, flows),
        )

    def part(self, first: int, last: int) -> SliceBatch:
        """The slices from `first` up to `last`."""
        rows = slice(first, last)
        return SliceBatch(
            self.texts,
            self.lanes[rows],
            self.names[rows],
            self.start_ns[rows],
            self.end_ns[rows],
            self.moved_bytes[rows],
            self.ddr_ns[rows],
            _within(self.leaving, first, last),
            _within(self.arriving, first, last),
        )


@dataclass(frozen=True)
class PointBatch:
    """Values of counters from moments on, in whole ns; gauges as the sink numbers them."""

    gauges: Numbers
    at_ns: Numbers
    values: Figures

    def repeated(self, ns: Numbers) -> PointBatch:
        """The same again and again, each time that many ns later."""
        late = np.repeat(ns, len(self.gauges))
        times = len(ns)
        return PointBatch(
            np.tile(self.gauges, times),
            np.tile(self.at_ns, times) + late,
            np.tile(self.values, times),
        )


class TraceSink(Protocol):
    """One format of a trace; what it is told goes out at once."""

    def process(self, pid: int, name: str, labels: tuple[str, ...]) -> None:
        """Lanes and counters of that process may follow."""

    def lane(self, pid: int, tid: int, name: str) -> int:
        """The number of a new lane; a thread in both formats."""

    def gauge(self, pid: int, name: str, unit: str, group: str = "") -> int:
        """The number of a new counter, of a group where the format knows any."""

    def slice(
        self, lane: int, name: str, start_ns: int, end_ns: int, facts: Facts, leaving: int | None
    ) -> None:
        """One slice with what is to be said of it; `leaving` is a flow that starts at it."""

    def slices(self, batch: SliceBatch) -> None:
        """Many slices."""

    def points(self, batch: PointBatch) -> None:
        """Many values of counters."""

    def close(self) -> None:
        """Nothing follows."""


def _repeated(flows: Flows, first: Numbers, numbers: Numbers) -> Flows:
    times, count = len(first), len(flows.slices)
    return Flows(
        np.tile(flows.slices, times) + np.repeat(first, count),
        np.tile(flows.numbers, times) + np.repeat(numbers, count),
    )


def _within(flows: Flows, first: int, last: int) -> Flows:
    start, end = np.searchsorted(flows.slices, [first, last])
    return Flows(flows.slices[start:end] - first, flows.numbers[start:end])
