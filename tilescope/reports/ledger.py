"""The ledger on a screen: what is covered, how far off, which rows lag, what has no model."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence

from tilescope.evidence.ledger import Entry, Summary, group, summarise
from tilescope.evidence.predictions import Prediction, Unpredictable
from tilescope.evidence.records import Row
from tilescope.quantities.units import format_percent, significant
from tilescope.reports.tables import Column, table

LAGGARDS = 8
REASONS = 12


def ledger_screen(entries: Sequence[Entry], *, every_row: bool = False) -> str:
    """Summaries by kind and source, the laggards with their largest terms, and what is not covered.

    every_row: a line for each row in front of the summaries.
    """
    parts: list[str] = []
    if every_row:
        parts += [*_rows(entries), ""]
    total = summarise("all", entries)
    parts += [
        f"{total.covered} of {total.rows} rows are predicted. Errors are (predicted - measured) / "
        "measured,",
        "each in the row's own unit; median, p90 and worst are of their size.",
        "",
        *_summaries("kind", group(entries, lambda entry: entry.answer.kind), None),
        "",
        *_summaries("source", group(entries, lambda entry: entry.row.source.name), total),
    ]
    if total.laggards:
        parts += ["", "Farthest off:", *_laggards(entries)]
    if total.covered < total.rows:
        parts += ["", "Not predicted:", *_reasons(entries)]
    return "\n".join(parts) + "\n"


def describe_row(row: Row) -> str:
    """A row's operation in a few words: `gemm 1024×768×768 int8 64×64×64`."""
    sizes = "×".join(str(size) for size in (row.m, row.n, row.k) if size is not None)
    tile = "×".join(str(side) for side in row.core_tile) if row.core_tile else ""
    return " ".join(part for part in (row.op, sizes, row.dtype_in, tile) if part)


def signed(error: float) -> str:
    """A signed error in per cent."""
    return f"{100 * error:+.1f} %"


def _summaries(head: str, groups: Iterable[Summary], total: Summary | None) -> list[str]:
    listed = [*groups, *([total] if total else [])]
    columns = [
        Column(head, [summary.name or "not stated" for summary in listed], left=True),
        Column("predicted", [f"{summary.covered} of {summary.rows}" for summary in listed]),
        Column("bias", [_optional(summary.bias, sign=True) for summary in listed]),
        Column("median", [_optional(summary.median) for summary in listed]),
        Column("p90", [_optional(summary.p90) for summary in listed]),
        Column("worst", [_optional(summary.worst) for summary in listed]),
    ]
    return table(columns, totals=total is not None)


def _optional(value: float | None, *, sign: bool = False) -> str:
    if value is None:
        return "-"
    return signed(value) if sign else format_percent(value)


def _rows(entries: Sequence[Entry]) -> list[str]:
    columns = [
        Column("row", [entry.row.id for entry in entries], left=True),
        Column("role", [entry.row.role for entry in entries], left=True),
        Column("source", [entry.row.source.name for entry in entries], left=True),
        Column("what", [describe_row(entry.row) for entry in entries], left=True),
        Column("measured", [significant(entry.row.value, 4) for entry in entries]),
        Column("predicted", [_predicted(entry) for entry in entries]),
        Column("unit", [entry.row.unit for entry in entries], left=True),
        Column("error", ["-" if e.error is None else signed(e.error) for e in entries]),
        Column("largest terms, or why not", [_why(entry) for entry in entries], left=True),
    ]
    return table(columns)


def _predicted(entry: Entry) -> str:
    answer = entry.answer
    return significant(answer.value, 4) if isinstance(answer, Prediction) else "-"


def _why(entry: Entry) -> str:
    answer = entry.answer
    if isinstance(answer, Unpredictable):
        return answer.reason
    total = sum(answer.terms.values())
    largest = sorted(answer.terms.items(), key=lambda item: -item[1])[:3]
    return ", ".join(f"{term} {us / total:.0%}" for term, us in largest if us > 0)


def _laggards(entries: Sequence[Entry]) -> list[str]:
    covered = [entry for entry in entries if entry.error is not None]
    covered.sort(key=lambda entry: -abs(entry.error or 0))
    chosen = covered[:LAGGARDS]
    columns = [
        Column("row", [entry.row.id for entry in chosen], left=True),
        Column("role", [entry.row.role for entry in chosen], left=True),
        Column("source", [entry.row.source.name for entry in chosen], left=True),
        Column("what", [describe_row(entry.row) for entry in chosen], left=True),
        Column("error", [signed(entry.error or 0) for entry in chosen]),
        Column("largest terms", [_why(entry) for entry in chosen], left=True),
    ]
    return table(columns)


def _reasons(entries: Sequence[Entry]) -> list[str]:
    counted = Counter(
        entry.answer.reason for entry in entries if isinstance(entry.answer, Unpredictable)
    )
    lines = [f"{count:5}  {reason}" for reason, count in counted.most_common(REASONS)]
    rest = sum(count for _, count in counted.most_common()[REASONS:])
    return [*lines, f"{rest:5}  for other reasons, see --rows"] if rest else lines
