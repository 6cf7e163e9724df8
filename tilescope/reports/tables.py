"""Text tables: columns as wide as their content, numbers to the right, no lines but one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from tilescope.reports.paint import PLAIN, Paint, Style
from tilescope.reports.wrapping import wrap

LEAST_ROOM = 24
"""Characters that words beside a table need; where there are fewer they stand below the row."""


@dataclass(frozen=True)
class Column:
    """A column: its head (lines separated by newline), cells, and whether they align left.

    styles: one for each cell, or none at all.
    """

    head: str
    cells: Sequence[str]
    left: bool = False
    styles: Sequence[Style | None] = ()

    @property
    def width(self) -> int:
        """Characters of the widest cell or line of the head."""
        return max(len(text) for text in (*self.head.split("\n"), *self.cells))


def table(columns: Sequence[Column], *, totals: bool = False, paint: Paint = PLAIN) -> list[str]:
    """The lines of a table; with `totals` the last row stands below a line of its own."""
    heads = [column.head.split("\n") for column in columns]
    height = max(len(head) for head in heads)
    head_rows = [[*[""] * (height - len(head)), *head] for head in heads]
    lines = [_row(columns, [head[i] for head in head_rows]) for i in range(height)]
    rule = "-" * len(_row(columns, ["x" * column.width for column in columns]))
    lines.append(rule)
    count = len(columns[0].cells)
    for index in range(count):
        if totals and index == count - 1:
            lines.append(rule)
        lines.append(_row(columns, [column.cells[index] for column in columns], index, paint))
    return lines


def table_width(columns: Sequence[Column]) -> int:
    """Characters of a table's widest line."""
    return sum(column.width for column in columns) + len(columns) - 1


def fitting(
    columns: Sequence[Column], width: int, first: Sequence[str]
) -> tuple[list[Column], list[str]]:
    """The columns that a width has room for, and the heads of those left out, as one line each.

    first: heads of columns that a reader can do without, the least needed first.
    """
    kept, left_out = list(columns), []
    for head in first:
        if table_width(kept) <= width:
            break
        for column in [one for one in kept if one.head == head]:
            kept.remove(column)
            left_out.append(one_line(head))
    return kept, left_out


def narrow(left_out: Sequence[str], width: int) -> list[str]:
    """What a narrow table says below it of the columns that it has no room for."""
    if not left_out:
        return []
    return wrap(f"No room here for: {', '.join(left_out)}", width, hanging="  ")


def one_line(head: str) -> str:
    """A head without its line breaks: `laun-` above `ches` is launches."""
    return head.replace("-\n", "").replace("\n/", "/").replace("\n", " ")


def beside(lines: Sequence[str], words: Sequence[str], width: int) -> list[str]:
    """A table's lines with words to the right of each row, or below it where there is no room.

    The first of the lines are the head and the rule; the last are the rows, one for each text.
    """
    start = max(map(len, lines)) + 2
    head = len(lines) - len(words)
    found = list(lines[:head])
    for line, text in zip(lines[head:], words, strict=True):
        if width - start < LEAST_ROOM:
            found += [line, *wrap(text, width, indent=" " * 4)]
            continue
        told = wrap(text, width - start) or [""]
        found.append(f"{line.ljust(start)}{told[0]}")
        found += [" " * start + more for more in told[1:]]
    return found


def _row(
    columns: Sequence[Column], cells: Sequence[str], index: int = -1, paint: Paint = PLAIN
) -> str:
    parts = []
    for column, cell in zip(columns, cells, strict=True):
        padded = cell.ljust(column.width) if column.left else cell.rjust(column.width)
        style = column.styles[index] if index >= 0 and column.styles else None
        parts.append(paint(padded, style))
    return " ".join(parts).rstrip()
