"""Lines drawn with characters, both axes logarithmic: a first look where there is only text."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import log10

MARGIN = 10  # columns for the labels of the upright axis
SHARED = "◆"


@dataclass(frozen=True)
class Line:
    """Points (x, y), both above zero, and the character that marks them."""

    label: str
    mark: str
    points: Sequence[tuple[float, float]]


def text_plot(
    lines: Sequence[Line],
    x_labels: Sequence[tuple[float, str]],
    y_labels: Sequence[tuple[float, str]],
    *,
    width: int = 72,
    height: int = 12,
) -> list[str]:
    """The rows of a plot, its labels at the left and below; points of two lines share a mark."""
    xs = [x for line in lines for x, _ in line.points]
    ys = [y for line in lines for _, y in line.points]
    columns = width - MARGIN - 2

    def column(x: float) -> int:
        return _place(x, min(xs), max(xs), columns - 1)

    def row(y: float) -> int:
        return height - 1 - _place(y, min(ys), max(ys), height - 1)

    grid = [[" "] * columns for _ in range(height)]
    for line in lines:
        for (x0, y0), (x1, y1) in zip(line.points, line.points[1:], strict=False):
            for at in range(column(x0) + 1, column(x1)):
                share = (at - column(x0)) / (column(x1) - column(x0))
                level = 10 ** (log10(y0) + share * (log10(y1) - log10(y0)))
                grid[row(level)][at] = "·"
    for line in lines:
        for x, y in line.points:
            taken = grid[row(y)][column(x)] not in " ·" + line.mark
            grid[row(y)][column(x)] = SHARED if taken else line.mark
    at_row = {row(y): text for y, text in y_labels if min(ys) <= y <= max(ys)}
    rows = []
    for index, cells in enumerate(grid):
        edge = "┤" if index in at_row else "│"
        rows.append(f"{at_row.get(index, ''):>{MARGIN}} {edge}{''.join(cells)}".rstrip())
    foot = [" "] * (columns + MARGIN)
    free = 0
    for x, text in sorted(x_labels):
        start = min(column(x), columns + MARGIN - len(text) - 2)
        if start >= free:
            foot[start : start + len(text)] = text
            free = start + len(text) + 1
    rows.append(f"{'':>{MARGIN}} └{'─' * columns}")
    rows.append(f"{'':>{MARGIN}}  {''.join(foot)}".rstrip())
    legend = ", ".join(f"{line.mark} {line.label}" for line in lines)
    rows.append(f"{'':>{MARGIN}}  {legend}")
    return rows


def _place(value: float, low: float, high: float, most: int) -> int:
    if high <= low:
        return most // 2
    return round((log10(value) - log10(low)) / (log10(high) - log10(low)) * most)
