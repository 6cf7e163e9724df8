"""Measured cases beside what the simulation said of them: the signed error, whole and by part."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from tilescope.quantities.units import format_us
from tilescope.reports.intervals import bounds_around
from tilescope.reports.paint import PLAIN, Paint
from tilescope.reports.tables import Column, table
from tilescope.reports.wrapping import wrap
from tilescope.runs.figures import BudgetTerm
from tilescope.runs.models import Case, Prediction

HEAD = "Predicted and measured"
PARTS = {"host": "host", "launch_and_array": "launch + array"}


@dataclass(frozen=True)
class PredictedPart:
    """A part of a case's time, measured and predicted."""

    name: str
    measured: str
    predicted: str


@dataclass(frozen=True)
class PredictedRow:
    """A measured case and its prediction, as they are shown."""

    name: str
    measured: str
    predicted: str
    error: str
    parts: tuple[PredictedPart, ...]


def predicted_rows(cases: Sequence[Case]) -> tuple[PredictedRow, ...]:
    """A row for each case that was predicted."""
    return tuple(
        PredictedRow(
            case.name,
            format_us(case.npu_us.median),
            format_us(one.us),
            signed(one.error),
            tuple(
                PredictedPart(label, _part(case.budget, term), _part(one.budget, term))
                for term, label in PARTS.items()
            ),
        )
        for case in cases
        if (one := case.predicted)
    )


def predicted_lines(cases: Sequence[Case]) -> tuple[list[str], list[str]]:
    """A table with a row for each case that was predicted, and sentences on it; or nothing."""
    rows = predicted_rows(cases)
    if not rows:
        return [], []
    columns = [
        Column("name", [row.name for row in rows], left=True),
        Column("measured", [row.measured for row in rows]),
        Column("predicted", [row.predicted for row in rows]),
        Column("error", [row.error for row in rows]),
    ]
    for place, label in enumerate(PARTS.values()):
        head = label.replace(" + ", " +\n")
        parts = [row.parts[place] for row in rows]
        columns += [
            Column(f"{head},\nmeasured", [part.measured for part in parts]),
            Column(f"{head},\npredicted", [part.predicted for part in parts]),
        ]
    return table(columns), list(dict.fromkeys(_origin(c.predicted) for c in cases if c.predicted))


def predicted_block(cases: Sequence[Case], width: int, paint: Paint = PLAIN) -> list[str]:
    """The table and its sentences under their heading; nothing where nothing was predicted."""
    rows, said = predicted_lines(cases)
    lines = [f"  {row}" for row in rows]
    for sentence in said:
        lines += wrap(sentence, width, "  ", "    ")
    return [paint(HEAD, "strong"), *lines] if lines else []


def predicted_sentence(case: Case) -> str | None:
    """`12.3 ms predicted (simulated under xrt-python), error −4.1 %`; None without a prediction."""
    one = case.predicted
    if one is None:
        return None
    told = f"{format_us(one.us)} predicted (simulated under {one.runtime})"
    return f"{told}, error {signed(one.error)}"


def signed(error: float) -> str:
    """An error in percent with its sign."""
    text = f"{abs(error) * 100:.1f} %"
    return f"+{text}" if error >= 0 else f"\u2212{text}"


def _origin(one: Prediction) -> str:
    sure = bounds_around([(one.us, one.interval_us)])
    return (
        f"Predicted is simulated under {one.runtime}, {sure or 'and no interval is known'}; the "
        "error is (predicted \u2212 measured) ÷ measured"
    )


def _part(budget: Sequence[BudgetTerm], term: str) -> str:
    return next((format_us(part.us) for part in budget if part.term == term), "-")
