"""The timeline of a launch as batches of slices and of counters' values."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from tilescope.reports.names import shown
from tilescope.reports.traces.labels import slice_name
from tilescope.reports.traces.slices import Flows, Numbers, PointBatch, SliceBatch
from tilescope.runs.series import Series, changes
from tilescope.runs.spans import SpanTable, to_table
from tilescope.runs.timeline import LaunchTimeline

NS = 1e9
MOST_COUNTED = 1 << 22  # numbers below it are counted through, above they are sorted


def slice_batch(launch: LaunchTimeline, lanes: Mapping[str, int]) -> SliceBatch:
    """The slices of a launch from 0 ns on; flows are numbered from 0, as its links are.

    A stream's receivers begin with its source and stand behind it, so that each flow's beginning
    comes before its end.
    """
    table = to_table(launch.spans)
    columns = table.columns
    receives = np.array(["S2MM" in name for name in table.names], dtype=bool)
    late = receives[columns["resource"]] if len(table) else np.empty(0, dtype=bool)
    order = np.lexsort((columns["resource"], late, columns["start"]))
    places = np.empty(len(order), dtype=np.int64)
    places[order] = np.arange(len(order))
    texts, names = _names(table, order)
    lane_of = np.array([lanes.get(name, -1) for name in table.names], dtype=np.int64)
    numbers = np.arange(len(launch.links), dtype=np.int64)
    return SliceBatch(
        texts,
        lane_of[columns["resource"][order]],
        names,
        _ns(columns["start"][order], table.tick_hz),
        _ns(columns["end"][order], table.tick_hz),
        columns["bytes"][order],
        _ns(columns["ddr"][order], table.tick_hz),
        Flows.of(places[launch.links[:, 0]], numbers),
        Flows.of(places[launch.links[:, 1]], numbers),
    )


def series_of(launch: LaunchTimeline) -> tuple[Series, ...]:
    """The figures over time of a launch; an older file has the cores' calls alone."""
    if launch.series:
        return launch.series
    table = to_table(launch.spans)
    calls = table.columns["activity"] == table.name("call")
    ticks, counts = changes(table.columns["start"][calls], table.columns["end"][calls])
    return (Series("active_cores", "cores", "cores", ticks, counts, table.tick_hz),)


def point_batch(
    series: tuple[Series, ...], gauges: Mapping[tuple[str, str], int], elapsed_ns: int
) -> PointBatch:
    """The values of a launch's counters from 0 ns on; each is 0 where it begins and ends."""
    parts: list[tuple[Numbers, Numbers, np.ndarray[tuple[int], np.dtype[np.float64]]]] = []
    for one in series:
        at_ns = np.concatenate(([0], _ns(one.ticks, one.tick_hz), [elapsed_ns]))
        values = np.concatenate(([0.0], one.values, [0.0]))
        last = np.append(at_ns[1:] != at_ns[:-1], True)  # of one instant, the last
        gauge = np.full(int(last.sum()), gauges[one.name, one.of], dtype=np.int64)
        parts.append((gauge, at_ns[last], values[last]))
    if not parts:
        none = np.empty(0, dtype=np.int64)
        return PointBatch(none, none, none.astype(np.float64))
    gauge, at_ns, values = (np.concatenate(columns) for columns in zip(*parts, strict=True))
    return PointBatch(gauge, at_ns, values)


def elapsed_ns(launch: LaunchTimeline) -> int:
    """Until the last resource stood still, at least as long as the launch."""
    table = to_table(launch.spans)
    last = _ns(table.columns["end"].max(initial=0, keepdims=True), table.tick_hz)
    return max(int(last[0]), round(launch.device_us * 1e3))


def _ns(ticks: Numbers, tick_hz: int) -> Numbers:
    ns: Numbers = np.rint(ticks * (NS / tick_hz)).astype(np.int64)
    return ns


def _dense(numbers: Numbers, most: int) -> tuple[Numbers, int]:
    """The same numbers without gaps, and how many there are; `most` is beyond each of them."""
    if most > MOST_COUNTED:
        values, dense = np.unique(numbers, return_inverse=True)
        return dense, len(values)
    there = np.zeros(most, dtype=np.int64)
    there[numbers] = 1
    dense = (np.cumsum(there) - 1)[numbers]
    return dense, int(there.sum())


def _names(table: SpanTable, order: Numbers) -> tuple[tuple[str, ...], Numbers]:
    """The slices' names, each once, and the place of each slice's own."""
    keys, known = np.zeros(len(order), dtype=np.int64), 1
    columns = ("resource", "activity", "detail", "subject")
    for column in columns:  # a number for each combination, as small as can be
        places, count = _dense(table.columns[column][order], len(table.names))
        keys, known = _dense(keys * count + places, known * count)
    first = np.unique(keys, return_index=True)[1]
    rows = order[first]
    found: dict[str, int] = {}
    places_of = []
    for row in rows.tolist():
        parts = (table.names[table.columns[column][row]] for column in columns)
        name = shown(slice_name(*parts))
        places_of.append(found.setdefault(name, len(found)))
    return tuple(found), np.array(places_of, dtype=np.int64)[keys]
