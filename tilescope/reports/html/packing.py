"""Columns of numbers as text that a browser unpacks in a moment."""

from __future__ import annotations

import base64
import zlib
from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from tilescope.runs.series import Series

FINEST_UNIT_US = 1e-4  # a tenth of a nanosecond, below the cycle of any clock
LARGEST = 2**31 - 1
MOST_MOMENTS = 4_096  # of one series; more than any screen has columns


def unit_for(elapsed_us: float) -> float:
    """A unit of time, in µs, of which a launch has no more than a column can count."""
    unit_us = FINEST_UNIT_US
    while elapsed_us / unit_us > LARGEST:
        unit_us *= 10
    return unit_us


def packed(*columns: tuple[npt.NDArray[Any], str]) -> str:
    """Columns, each in its own type, one after the other; too large a number is the largest."""
    parts = []
    for column, dtype in columns:
        kind = np.dtype(dtype)
        fits = np.minimum(column, np.iinfo(kind).max) if kind.kind in "iu" else column
        parts.append(fits.astype(kind).tobytes())
    return base64.b64encode(zlib.compress(b"".join(parts), 6)).decode()


def pack_series(series: Sequence[Series], unit_us: float) -> dict[str, Any]:
    """Figures over time: the gaps between moments (u4, units), then the values (f4)."""
    moments = [_thinned(one) for one in series]
    at = [np.rint(at_us / unit_us).astype(np.int64) for at_us, _ in moments]
    gaps = [np.diff(column, prepend=0) for column in at]
    values = [column for _, column in moments]
    empty = np.empty(0, dtype=np.float64)
    return {
        "of": [[one.name, one.of, one.unit, one.limit, one.peak] for one in series],
        "counts": [len(column) for column in gaps],
        "data": packed(
            (np.concatenate(gaps) if gaps else empty, "<u4"),
            (np.concatenate(values) if values else empty, "<f4"),
        ),
    }


def _thinned(one: Series) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]:
    """Moments and values; of too many neighbours the largest, from the first of them on."""
    at_us, values = one.at_us, one.values
    every = -(-len(at_us) // MOST_MOMENTS)
    if every <= 1:
        return at_us, values
    firsts = np.arange(0, len(at_us), every)
    return at_us[firsts], np.maximum.reduceat(values, firsts)
