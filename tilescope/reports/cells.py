"""Figures as tables of several reports hold them in a cell."""

from __future__ import annotations

from tilescope.quantities.units import significant
from tilescope.runs.figures import Shape


def ms_cell(us: float) -> str:
    """A time of so many µs under a head that says ms: three significant digits."""
    return significant(us / 1e3)


def shape_cell(shape: Shape) -> str:
    """The sides of a product or a tile: M×N×K."""
    return f"{shape.m}×{shape.n}×{shape.k}"
