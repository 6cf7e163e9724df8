"""A run as markdown, for a pull request or a report: what the terminal shows, in its words."""

from __future__ import annotations

import re
from collections.abc import Sequence

from tilescope.reports.case_table import case_columns, case_table
from tilescope.reports.names import shown
from tilescope.reports.screen import screen_parts
from tilescope.reports.tables import Column
from tilescope.runs.models import Case, Run

WIDE = 10_000  # sentences are broken by whoever shows them
MARKS = re.compile(
    r"([\\`*{}\[\]<>#|~$&]|(?<![^\W_])_|_(?![^\W_]))"
)  # an underscore in a word stays
FIXED = ("Where the waiting is", "What bounds it", "Predicted and measured", "Next")
"""Parts whose lines stand below each other: bars, tables, a command."""


def markdown(run: Run) -> str:
    """The whole file."""
    if not run.cases:
        return "No case was finished.\n"
    title, *parts = screen_parts(run, width=WIDE)
    table = case_table(run.cases, width=WIDE)
    lines = [f"# {literal(title[0])}", "", *_list(title[1:])]
    for part in parts:
        if part == table:
            lines += ["", "## Cases", "", *markdown_table(run.cases)]
        else:
            lines += ["", f"## {literal(part[0])}", "", *_told(part[0], part[1:])]
    return "\n".join(lines) + "\n"


def markdown_table(cases: Sequence[Case]) -> list[str]:
    """The table of the terminal with all its columns: the same heads, cells and totals."""
    columns = case_columns(cases)
    count = len(columns[0].cells)
    return [
        _row([head(column) for column in columns]),
        _row([":---" if column.left else "---:" for column in columns], literally=False),
        *(_row([column.cells[place] for column in columns]) for place in range(count)),
    ]


def head(column: Column) -> str:
    """A head in one line: a word that was broken is whole again, a unit follows its name."""
    whole = re.sub(r"(?<=\w)-\n", "", column.head)
    return whole.replace("\n/", "/").replace("\n", " ")


def literal(text: str) -> str:
    """A text that markdown and HTML take as it is, in one line."""
    return MARKS.sub(r"\\\1", shown(" ".join(text.split())))


def _row(cells: Sequence[str], *, literally: bool = True) -> str:
    return f"| {' | '.join(literal(cell) if literally else cell for cell in cells)} |"


def _told(head: str, lines: Sequence[str]) -> list[str]:
    if not head.startswith(FIXED) or len(lines) < 2:
        return _list(lines)
    fence = "`" * max(
        3, 1 + max((len(run) for line in lines for run in re.findall("`+", line)), default=0)
    )
    return [f"{fence}text", *(shown(line.rstrip()) for line in _dedented(lines)), fence]


def _dedented(lines: Sequence[str]) -> list[str]:
    margin = min((len(line) - len(line.lstrip()) for line in lines if line.strip()), default=0)
    return [line[margin:] for line in lines]


def _list(lines: Sequence[str]) -> list[str]:
    return [f"- {literal(line)}" for line in lines if line.strip()]
