"""A launch's spans and resources as a page holds them: small, and unpacked by the browser."""

from __future__ import annotations

import base64
import zlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from tilescope.errors import InputError
from tilescope.runs.timeline import LaunchTimeline, Span
from tilescope.runs.usage import ResourceUse

WAIT = "wait"
FINEST_UNIT_US = 1e-4  # a tenth of a nanosecond, below the cycle of any clock
LARGEST = 2**31 - 1
MOST_CODES = 2**16
MERGED = "several"

Ints = npt.NDArray[np.int64]


@dataclass(frozen=True)
class _Rows:
    """Spans as columns, ordered by resource and start; times in units."""

    resource: Ints
    start: Ints
    end: Ints
    code: Ints


def pack_launch(launch: LaunchTimeline, at_most_spans: int) -> dict[str, Any]:
    """What the page's scripts need of one launch.

    Where there are more spans than wanted, short neighbours on one resource are merged; merged_us
    says below which length. A time is a whole number of unit_us, and the columns of `data` are
    the gap before a span (i4), its length (u4) and what it was (u2, an index into codes).

    Raises:
        InputError: a span has an impossible time.
    """
    resources, codes, columns = _columns(launch.spans)
    resource, code, start_us, end_us = columns
    if not _sound(start_us, end_us):
        raise InputError(f"A span of {launch.kernel} has an impossible time.")
    elapsed_us = max(launch.device_us, float(end_us.max(initial=0.0)))
    if not 0 <= elapsed_us < float("inf"):
        raise InputError(f"The launch of {launch.kernel} has an impossible time.")
    unit_us = FINEST_UNIT_US
    while elapsed_us / unit_us > LARGEST:
        unit_us *= 10
    order = np.lexsort((start_us, resource))
    start = np.rint(start_us[order] / unit_us).astype(np.int64)
    end = np.rint(end_us[order] / unit_us).astype(np.int64)
    rows = _Rows(resource[order], start, np.maximum(start, end), code[order])
    merged_us = 0.0
    if len(rows.start) > at_most_spans:
        codes.append((MERGED, ""))
        rows, shortest = _merged(rows, len(codes) - 1, at_most_spans)
        merged_us = shortest * unit_us
    counts = np.bincount(rows.resource, minlength=len(resources))
    return {
        "kernel": launch.kernel,
        "device_us": launch.device_us,
        "elapsed_us": elapsed_us,
        "unit_us": unit_us,
        "merged_us": merged_us,
        "spans": len(launch.spans),
        "resources": resources,
        "counts": counts.tolist(),
        "codes": [list(code) for code in codes],
        "data": _packed(rows),
        "uses": [_use(use) for use in launch.uses or uses_from(launch.spans, elapsed_us)],
        "uses_counted": bool(launch.uses),
    }


def uses_from(spans: Iterable[Span], elapsed_us: float) -> tuple[ResourceUse, ...]:
    """What resources did by their spans alone; a transfer counts as busy all along.

    An older timeline does not tell a transfer's wait for its share of DDR apart.
    """
    busy: dict[str, float] = {}
    waiting: dict[str, dict[str, float]] = {}
    for span in spans:
        took = span.end_us - span.start_us
        busy.setdefault(span.resource, 0.0)
        causes = waiting.setdefault(span.resource, {})
        if span.activity == WAIT:
            causes[span.detail] = causes.get(span.detail, 0.0) + took
        else:
            busy[span.resource] += took
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


def _columns(
    spans: Sequence[Span],
) -> tuple[list[str], list[tuple[str, str]], tuple[Any, Any, Any, Any]]:
    """Names once, and the spans as arrays that index them."""
    resources: dict[str, int] = {}
    codes: dict[tuple[str, str], int] = {}
    resource = [resources.setdefault(span.resource, len(resources)) for span in spans]
    code = [codes.setdefault((span.activity, span.detail), len(codes)) for span in spans]
    if len(codes) >= MOST_CODES:
        codes = {}
        code = [codes.setdefault((span.activity, ""), len(codes)) for span in spans]
    try:
        start_us = np.array([span.start_us for span in spans], dtype=np.float64)
        end_us = np.array([span.end_us for span in spans], dtype=np.float64)
    except (TypeError, ValueError) as error:
        raise InputError("A span has a time that is no number.") from error
    names = [str(name) for name in resources]
    told = [(str(activity), str(detail)) for activity, detail in codes]
    return names, told, (np.array(resource, np.int64), np.array(code, np.int64), start_us, end_us)


def _sound(start_us: npt.NDArray[np.float64], end_us: npt.NDArray[np.float64]) -> bool:
    finite = np.isfinite(start_us).all() and np.isfinite(end_us).all()
    return bool(finite and (start_us >= 0).all() and (end_us >= start_us).all())


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
    several = last > first
    return _Rows(
        rows.resource[first],
        rows.start[first],
        np.maximum.reduceat(rows.end, first),
        np.where(several, code, rows.code[first]),
    )


def _packed(rows: _Rows) -> str:
    gaps = rows.start.copy()
    follows = np.flatnonzero(rows.resource[1:] == rows.resource[:-1]) + 1
    gaps[follows] = rows.start[follows] - rows.end[follows - 1]
    columns = (
        gaps.astype("<i4"),
        (rows.end - rows.start).astype("<u4"),
        rows.code.astype("<u2"),
    )
    packed = zlib.compress(b"".join(column.tobytes() for column in columns), 6)
    return base64.b64encode(packed).decode()
