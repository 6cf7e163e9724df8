"""One figure of a report: what is shown, beside what it is and its exact value."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from tilescope.quantities.units import format_bytes, format_count, format_us, significant
from tilescope.runs.figures import Statistics

MIXED = "simulated and measured"


@dataclass(frozen=True)
class Figure:
    """A figure with its passport's key; kind: measured, simulated, cached, a band or nothing.

    exact: the value in the passport's unit, as the run file has it.
    """

    text: str
    passport: str
    kind: str = ""
    exact: str = ""


def time(us: float | None, passport: str, kind: str) -> Figure | None:
    """A time of a kind, adaptive on the report and in µs when asked for."""
    return None if us is None else Figure(format_us(us), passport, kind, f"{us:,.6g} µs")


def median(found: Statistics | None, passport: str) -> Figure | None:
    """The median of a sample, with how many it was taken from."""
    if found is None:
        return None
    exact = f"{found.median:,.3f} µs, n = {found.n}"
    return Figure(format_us(found.median), passport, found.kind, exact)


def count(number: int, passport: str) -> Figure:
    """A whole number."""
    return Figure(format_count(number), passport, "", f"{number:,}")


def ratio(value: float | None, passport: str, unit: str = "×") -> Figure | None:
    """A ratio with its unit."""
    if value is None:
        return None
    return Figure(f"{significant(value)}{unit}", passport, "", f"{value:.6g}{unit}")


def size(amount: int | None, passport: str, kind: str = "") -> Figure | None:
    """Bytes."""
    if amount is None:
        return None
    text = format_bytes(amount) if amount >= 1024 else f"{amount} B"
    return Figure(text, passport, kind, f"{amount:,} bytes")


def common_kind(kinds: Iterable[str]) -> str:
    """The kind of a sum: that of its parts, or that they differ."""
    found = set(kinds)
    return found.pop() if len(found) == 1 else MIXED
