"""Shapes of matrix products, and the two roundings that tiling needs."""

from __future__ import annotations

import re

from tilescope.errors import InputError

MAX_DIMENSION = 2**20
MAX_MACS = 2**40
PLAIN_NUMBER = re.compile(r"[0-9]{1,9}")  # no signs, and nothing that no device could hold
WHOLE_NUMBER = re.compile(r"\s*-?[0-9]{1,99}\s*")


def ceil_div(dividend: int, divisor: int) -> int:
    """How many divisors cover the dividend."""
    return -(-dividend // divisor)


def round_up(value: int, multiple: int) -> int:
    """The smallest multiple that is not below the value."""
    return ceil_div(value, multiple) * multiple


def parse_shape(text: str) -> tuple[int, int, int]:
    """(m, n, k) from MxNxK, as in 64x128x256; × and X separate as well.

    Raises:
        InputError: not three whole numbers, or out of range (see check_shape).
    """
    parts = text.strip().lower().replace("×", "x").split("x")
    if len(parts) != 3 or not all(map(WHOLE_NUMBER.fullmatch, parts)):
        raise InputError(f"A shape is MxNxK, three whole numbers as in 64x128x256, not {text!r}.")
    m, n, k = map(int, parts)
    check_shape(m, n, k, text)
    return m, n, k


def parse_tile(text: str) -> tuple[int, int, int]:
    """(m, n, k) from m,n,k, as in 64,32,128; x separates as well.

    Raises:
        InputError: not three whole numbers of 1 or more.
    """
    m, n, k = _sides("A core tile", text, "m,n,k as in 64,32,128", 3)
    return m, n, k


def parse_grid(text: str) -> tuple[int, int]:
    """(rows, columns) from RxC, as in 4x8; a comma separates as well.

    Raises:
        InputError: not two whole numbers of 1 or more.
    """
    rows, columns = _sides("A grid", text, "RxC, rows and columns, as in 4x8", 2)
    return rows, columns


def _sides(what: str, text: str, form: str, wanted: int) -> list[int]:
    parts = [part.strip() for part in text.lower().replace("×", "x").replace(",", "x").split("x")]
    if len(parts) != wanted or not all(map(PLAIN_NUMBER.fullmatch, parts)):
        raise InputError(f"{what} is {form}, each 1 or more and below 10^9, not {text!r}.")
    sides = list(map(int, parts))
    if min(sides) < 1:
        raise InputError(f"{what} is {form}; each number is 1 or more, in {text!r} one is not.")
    return sides


def check_shape(m: int, n: int, k: int, shown: str | None = None) -> None:
    """Accept a matrix product of m×n×k.

    Raises:
        InputError: a dimension below 1 or above 2^20, or more than 2^40 MACs in all.
    """
    text = shown or f"{m}x{n}x{k}"
    for letter, value in (("M", m), ("N", n), ("K", k)):
        if value < 1:
            raise InputError(f"{letter} is {value} in the shape {text}; it must be 1 or more.")
        if value > MAX_DIMENSION:
            raise InputError(
                f"{letter} is {value:,} in the shape {text}; the largest dimension accepted "
                f"is {MAX_DIMENSION:,}."
            )
    if m * n * k > MAX_MACS:
        raise InputError(
            f"The shape {text} takes {m * n * k:,} multiply-accumulates; the most accepted "
            f"is {MAX_MACS:,}. Profile a part of it."
        )
