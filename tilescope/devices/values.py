"""What a value of a page may be, by the type of the field it fills."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

from tilescope.errors import InputError
from tilescope.quantities.dtypes import CANONICAL

UNLIMITED = -1
MAY_BE_ZERO = ("ddr_page_ns", "shim_run_ns")
"""Costs that some devices are not known to have."""
RATED = (*CANONICAL, "bfp16")
"""What a rate may be stated for: a dtype, or the block format that AIE2P multiplies natively."""


def check_value(page: str, key: str, expected: Any, value: Any) -> Any:
    """Return the value in the form that Device holds it.

    int and float must be positive, those of MAY_BE_ZERO may be 0; a tuple of int may also hold -1,
    unlimited; a mapping goes from one of RATED to a positive int. Raises InputError naming page
    and key.
    """
    where = f"{page}, key {key}"
    if expected is int:
        return _positive_int(where, value)
    if expected is float:
        if isinstance(value, bool) or not isinstance(value, (int, float)):
            raise InputError(f"{where}: must be a number, not {value!r}.")
        least = value >= 0 if key in MAY_BE_ZERO else value > 0
        if not math.isfinite(value) or not least:
            raise InputError(f"{where}: must be positive, not {value!r}.")
        return float(value)
    if expected is str:
        if not isinstance(value, str) or not value.strip():
            raise InputError(f"{where}: must be text, not {value!r}.")
        return value
    if expected == tuple[int, ...]:
        if not isinstance(value, (list, tuple)) or not value:
            raise InputError(f"{where}: must be a list of whole numbers, not {value!r}.")
        return tuple(i if i == UNLIMITED else _positive_int(where, i) for i in value)
    if not isinstance(value, Mapping) or not value:
        raise InputError(f"{where}: must be a table of dtype to whole number, not {value!r}.")
    for dtype in value:
        if dtype not in RATED:
            raise InputError(f"{where}: {dtype!r} is none of {', '.join(RATED)}.")
    return {dtype: _positive_int(f"{where}.{dtype}", rate) for dtype, rate in value.items()}


def _positive_int(where: str, value: Any) -> int:
    if isinstance(value, bool) or not isinstance(value, int):
        raise InputError(f"{where}: must be a whole number, not {value!r}.")
    if value <= 0:
        raise InputError(f"{where}: must be positive, not {value}.")
    return value
