"""A launch's spans and resources as a report holds them: small, and unpacked by the browser."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt

from tilescope.errors import InputError
from tilescope.reports.html.packing import pack_series, packed, unit_for
from tilescope.runs.spans import Span, SpanTable, to_table
from tilescope.runs.timeline import LaunchTimeline
from tilescope.runs.usage import ResourceUse

WAIT = "wait"
MERGED = "several"
MOST_CODES = 2**16

Ints = npt.NDArray[np.int64]


@dataclass(frozen=True)
class _Rows:
    """Spans as columns, ordered by resource and start; times in units."""

    resource: Ints
    start: Ints
    end: Ints
    code: Ints
    moved: Ints
    ddr: Ints


def pack_launch(launch: LaunchTimeline, at_most_spans: int) -> dict[str, Any]:
    """What the report's scripts need of one launch.

    Where there are more spans than wanted, short neighbours on one resource are merged; merged_us
    says below which length. Times are whole numbers of unit_us. The columns of `data`: the gap
    before a span (i4), its length, its bytes and how much of it DDR took (u4 each), and what it
    was (u2, an index into codes: activity, detail, subject).

    Raises:
        InputError: a time is impossible.
    """
    table = _table(launch)
    us_per_tick = 1e6 / table.tick_hz
    ends = table.columns["end"]
    elapsed_us = max(launch.device_us, float(ends.max(initial=0)) * us_per_tick)
    if not 0 <= elapsed_us < math.inf:
        raise InputError(f"The launch of {launch.kernel} has an impossible time.")
    unit_us = unit_for(elapsed_us)
    resources, codes, rows = _rows(table, us_per_tick / unit_us)
    merged_us = 0.0
    if len(rows.start) > at_most_spans:
        codes.append([MERGED, "", ""])
        rows, shortest = _merged(rows, len(codes) - 1, at_most_spans)
        merged_us = shortest * unit_us
    gaps = rows.start.copy()
    follows = np.flatnonzero(rows.resource[1:] == rows.resource[:-1]) + 1
    gaps[follows] = rows.start[follows] - rows.end[follows - 1]
    return {
        "kernel": launch.kernel,
        "device_us": launch.device_us,
        "elapsed_us": elapsed_us,
        "unit_us": unit_us,
        "merged_us": merged_us,
        "spans": len(table),
        "resources": resources,
        "counts": np.bincount(rows.resource, minlength=len(resources)).tolist(),
        "codes": codes,
        "data": packed(
            (gaps, "<i4"),
            (rows.end - rows.start, "<u4"),
            (rows.moved, "<u4"),
            (rows.ddr, "<u4"),
            (rows.code, "<u2"),
        ),
        "series": pack_series(launch.series, unit_us),
        "uses": [_use(use) for use in launch.uses or uses_from(table, elapsed_us)],
        "uses_counted": bool(launch.uses),
    }


def uses_from(spans: Iterable[Span], elapsed_us: float) -> tuple[ResourceUse, ...]:
    """What resources did by their spans alone; a transfer's wait for DDR is waiting.

    The oldest timelines do not tell that wait apart, and have it as busy.
    """
    busy: dict[str, float] = {}
    waiting: dict[str, dict[str, float]] = {}
    for span in spans:
        took = span.end_us - span.start_us
        causes = waiting.setdefault(span.resource, {})
        ddr_us = 0.0
        if span.activity == WAIT:
            causes[span.detail] = causes.get(span.detail, 0.0) + took
            took = 0.0
        elif span.ddr_us:
            ddr_us = min(span.ddr_us, took)
            causes["ddr"] = causes.get("ddr", 0.0) + ddr_us
        busy[span.resource] = busy.get(span.resource, 0.0) + took - ddr_us
    return tuple(
        ResourceUse(
            name,
            _kind(name),
            busy[name],
            causes,
            max(elapsed_us - busy[name] - sum(causes.values()), 0.0),
        )
        for name, causes in waiting.items()
    )


def _kind(name: str) -> str:
    if name == "controller":
        return name
    return "channel" if "MM2S" in name or "S2MM" in name else "core"


def _use(use: ResourceUse) -> list[Any]:
    return [use.name, use.kind, use.busy_us, dict(use.waiting_us), use.idle_us, use.moved_bytes]


def _table(launch: LaunchTimeline) -> SpanTable:
    try:
        return to_table(launch.spans)
    except (TypeError, ValueError, OverflowError) as error:
        raise InputError(f"A span of {launch.kernel} has an impossible time.") from error


def _rows(table: SpanTable, units_per_tick: float) -> tuple[list[str], list[list[str]], _Rows]:
    """Resources by number, what spans can be, and the spans by resource and start."""
    columns, names = table.columns, table.names
    found, resource = np.unique(columns["resource"], return_inverse=True)
    size = len(names)
    what = columns["activity"]
    parts = ["activity", "detail", "subject"]
    for part in parts[1:]:
        what = what * size + columns[part]
    kinds, code = np.unique(what, return_inverse=True)
    if len(kinds) >= MOST_CODES:
        kinds, code = np.unique(columns["activity"], return_inverse=True)
        codes = [[names[kind], "", ""] for kind in kinds.tolist()]
    else:
        codes = [
            [names[kind // size**2], names[kind // size % size], names[kind % size]]
            for kind in kinds.tolist()
        ]
    order = np.lexsort((columns["start"], resource))

    def units(ticks: Ints) -> Ints:
        scaled: Ints = np.rint(ticks[order] * units_per_tick).astype(np.int64)
        return scaled

    start, end = units(columns["start"]), units(columns["end"])
    rows = _Rows(
        resource[order], start, end, code[order], columns["bytes"][order], units(columns["ddr"])
    )
    return [names[number] for number in found.tolist()], codes, rows


def _merged(rows: _Rows, code: int, at_most: int) -> tuple[_Rows, int]:
    """Rows with short neighbours merged, and the length below which spans were."""
    shortest = max(int(rows.end.max()) // at_most, 1)
    found = _merge(rows, code, shortest)
    while len(found.start) > at_most and shortest < int(rows.end.max()):
        shortest *= 2
        found = _merge(rows, code, shortest)
    return found, shortest


def _merge(rows: _Rows, code: int, shortest: int) -> _Rows:
    """Spans shorter than `shortest` that begin in one stretch of so many units become one."""
    short = rows.end - rows.start < shortest
    stretch = rows.start // shortest
    same = np.zeros(len(short), dtype=bool)
    same[1:] = (
        short[1:]
        & short[:-1]
        & (rows.resource[1:] == rows.resource[:-1])
        & (stretch[1:] == stretch[:-1])
    )
    first = np.flatnonzero(~same)
    last = np.append(first[1:], len(same)) - 1
    return replace(
        rows,
        resource=rows.resource[first],
        start=rows.start[first],
        end=np.maximum.reduceat(rows.end, first),
        code=np.where(last > first, code, rows.code[first]),
        moved=np.add.reduceat(rows.moved, first),
        ddr=np.add.reduceat(rows.ddr, first),
    )
