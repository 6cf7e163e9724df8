"""Whole-number inputs whose products keep within what they are summed in."""

from __future__ import annotations

import math

from tilescope.errors import InputError
from tilescope.quantities.dtypes import canonical_dtype, is_integer

SUM_BITS = 32
"""Sums are kept to 32 bits: int8's accumulator, the widest C, and PyTorch's integer product."""


def input_range(dtype: str, k: int) -> tuple[int, int]:
    """The least and the largest element of A and B, inclusive, that cannot overflow at this K.

    K products of the largest magnitude stay below 2^31 = 2,147,483,648: every int8 up to
    K = 131,071; ±836 for int16 and int32 at K = 3072. Raises InputError for a dtype that is not
    whole, or a K at which not even ±1 fits.
    """
    name = canonical_dtype(dtype)
    if not is_integer(name):
        raise InputError(f"{name} does not hold whole numbers; draw its inputs from N(0, 1).")
    if k < 1 or k >= 2 ** (SUM_BITS - 1):
        raise InputError(f"K must be from 1 to 2^31 - 1, not {k}.")
    largest = 2 ** (SUM_BITS - 1) - 1
    low, high = -(2 ** (_bits(name) - 1)), 2 ** (_bits(name) - 1) - 1
    if k * low * low <= largest:
        return low, high
    limit = min(math.isqrt(largest // k), high)
    return -limit, limit


def _bits(dtype: str) -> int:
    return int(dtype.removeprefix("int"))
