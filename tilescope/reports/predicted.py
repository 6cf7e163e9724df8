"""Measured cases beside what the simulation said of them: the signed error, whole and by part."""

from __future__ import annotations

from collections.abc import Sequence

from tilescope.quantities.units import format_us
from tilescope.reports.intervals import bounds_around
from tilescope.reports.tables import Column, table
from tilescope.runs.figures import BudgetTerm
from tilescope.runs.models import Case, Prediction

HEAD = "Predicted and measured"
PARTS = {"host": "host", "launch_and_array": "launch + array"}


def predicted_lines(cases: Sequence[Case]) -> list[str]:
    """A table with a row for each case that was predicted, and what the figures are; or nothing."""
    known = [(case, case.predicted) for case in cases if case.predicted]
    if not known:
        return []
    columns = [
        Column("name", [case.name for case, _ in known], left=True),
        Column("measured", [format_us(case.npu_us.median) for case, _ in known]),
        Column("predicted", [format_us(one.us) for _, one in known]),
        Column("error", [signed(one.error) for _, one in known]),
    ]
    for term, label in PARTS.items():
        first, _, rest = label.partition(" + ")
        head = f"{first} +\n{rest}," if rest else f"{first},"
        columns += [
            Column(f"{head}\nmeasured", [_part(case.budget, term) for case, _ in known]),
            Column(f"{head}\npredicted", [_part(one.budget, term) for _, one in known]),
        ]
    return [*table(columns), *dict.fromkeys(_origin(one) for _, one in known)]


def predicted_sentence(case: Case) -> str | None:
    """`12.3 ms predicted (simulated under xrt-python), error −4.1 %`; None without a prediction."""
    one = case.predicted
    if one is None:
        return None
    return (
        f"{format_us(one.us)} predicted (simulated under {one.runtime}), error {signed(one.error)}"
    )


def signed(error: float) -> str:
    """An error in percent with its sign."""
    text = f"{abs(error) * 100:.1f} %"
    return f"+{text}" if error >= 0 else f"\u2212{text}"


def _origin(one: Prediction) -> str:
    sure = bounds_around([(one.us, one.interval_us)])
    return (
        f"predicted: simulated under {one.runtime}, {sure or 'no interval is known'}; error: "
        "(predicted \u2212 measured) ÷ measured"
    )


def _part(budget: Sequence[BudgetTerm], term: str) -> str:
    return next((format_us(part.us) for part in budget if part.term == term), "-")
