"""How figures are written on a screen: units that adapt, three to four significant digits."""

from __future__ import annotations

import math
from typing import Literal

Kind = Literal["float", "integer"]


def format_us(us: float) -> str:
    """A duration given in microseconds, in ns, µs, ms or s."""
    magnitude = abs(us)
    if magnitude == 0:
        return "0 µs"
    # A value that rounds to 1000 of a unit is shown in the next one.
    if magnitude < 0.9995:
        return f"{significant(us * 1e3)} ns"
    if magnitude < 999.5:
        return f"{significant(us)} µs"
    if magnitude < 999.5e3:
        return f"{significant(us / 1e3)} ms"
    return f"{significant(us / 1e6)} s"


def format_bytes(count: float) -> str:
    """A memory size in B, KiB, MiB or GiB."""
    size = float(count)
    for unit in ("B", "KiB", "MiB"):
        if abs(size) < 1024:
            return f"{significant(size, 4)} {unit}"
        size /= 1024
    return f"{significant(size, 4)} GiB"


def format_rate(ops_per_s: float, kind: Kind = "float") -> str:
    """A rate of operations: GFLOP/s or TFLOP/s for floating point, GOPS or TOPS for integers."""
    giga, tera = ("GOPS", "TOPS") if kind == "integer" else ("GFLOP/s", "TFLOP/s")
    if abs(ops_per_s) < 999.5e9:
        return f"{significant(ops_per_s / 1e9)} {giga}"
    return f"{significant(ops_per_s / 1e12)} {tera}"


def format_percent(fraction: float) -> str:
    """A fraction as a percentage with one decimal: 0.1234 is 12.3 %."""
    return f"{fraction * 100:.1f} %"


def format_error(error: float) -> str:
    """An error, absolute or relative, with two digits: 2.1e-03, and 0 where there is none."""
    return f"{error:.1e}" if error else "0"


def format_count(count: int) -> str:
    """A whole number with thousands separated."""
    return f"{count:,}"


def significant(value: float, digits: int = 3) -> str:
    """A number with that many significant digits, whole digits kept: 12345 stays 12345.

    Below a thousandth it is written with an exponent.
    """
    if value == 0 or not math.isfinite(value):
        return f"{value:g}"
    if abs(value) < 1e-3:
        return f"{value:.{digits - 1}e}"
    decimals = digits - 1 - math.floor(math.log10(abs(value)))
    rounded = round(value, decimals)
    # Rounding may carry into a new digit (9.995 is 10.0), which takes one decimal less.
    decimals = digits - 1 - math.floor(math.log10(abs(rounded)))
    return f"{value:.{max(decimals, 0)}f}"
