"""Are errors signed, counted and grouped as the ledger says?"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from tilescope.errors import InputError
from tilescope.evidence.exports import ledger_data
from tilescope.evidence.ledger import Entry, group, summarise
from tilescope.evidence.predictions import Prediction, Unpredictable
from tilescope.evidence.records import Row
from tilescope.evidence.selection import select_rows

GetRow = Callable[..., Row]


def entry(row: Row, value: float | None) -> Entry:
    """A row that is predicted as value, or not at all."""
    answer = Unpredictable("none", "a reason") if value is None else Prediction("product", value)
    return Entry(row, answer)


def test_an_error_is_signed_and_relative_to_the_measurement(row: GetRow) -> None:
    assert entry(row("m0004", value=200.0), 150.0).error == pytest.approx(-0.25)
    assert entry(row("m0004", value=200.0), None).error is None


def test_a_summary_counts_what_is_covered_and_sizes_errors_without_their_sign(row: GetRow) -> None:
    measured = row("m0004", value=100.0)
    entries = [entry(measured, value) for value in (90.0, 98.0, 104.0, 120.0, None)]
    found = summarise("some", entries)
    assert (found.rows, found.covered) == (5, 4)
    # signed: -10, -2, +4, +20 %; sizes in order: 2, 4, 10, 20 %
    assert found.bias == pytest.approx(0.01)
    assert found.median == pytest.approx(0.07)
    assert found.p90 == pytest.approx(0.10 + 0.7 * 0.10)
    assert found.worst == pytest.approx(0.20)
    assert found.laggards[0].answer == Prediction("product", 120.0)


def test_a_group_without_predictions_has_no_figures(row: GetRow) -> None:
    found = summarise("none", [entry(row("m0004"), None)])
    assert (found.rows, found.covered, found.median, found.laggards) == (1, 0, None, ())


def test_groups_hold_every_entry_once(ledger: tuple[Entry, ...]) -> None:
    for key in (lambda e: e.row.source.name, lambda e: e.row.op, lambda e: e.answer.kind):
        assert sum(found.rows for found in group(ledger, key)) == len(ledger)


def test_data_of_the_ledger_keeps_rows_that_cannot_be_predicted(
    ledger: tuple[Entry, ...],
) -> None:
    data = ledger_data(ledger)
    assert len(data["rows"]) == 822
    for row in data["rows"]:
        assert (row["predicted"] is None) == ("reason" in row)


def test_rows_are_selected_by_source_operation_and_role(record: dict[str, Row]) -> None:
    rows = select_rows(record.values(), sources=["vla-to-npu"], ops=["gemm"], roles=["check"])
    assert [row.id for row in rows] == [f"m{number:04d}" for number in range(1, 19)]


def test_a_source_that_is_not_there_is_refused_by_name(record: dict[str, Row]) -> None:
    with pytest.raises(InputError, match="Unknown source 'tablet'; there is arxiv-2512-13282"):
        select_rows(record.values(), sources=["tablet"])


def test_a_choice_that_leaves_nothing_is_refused(record: dict[str, Row]) -> None:
    with pytest.raises(InputError, match="No row matches"):
        select_rows(record.values(), sources=["vla-to-npu"], ops=["power"])


def test_predictions_do_not_depend_on_the_measured_value(
    record: dict[str, Row], ledger: tuple[Entry, ...]
) -> None:
    from tilescope.evidence.ledger import make_ledger

    chosen = [e for e in ledger if e.error is not None][::20]
    doubled = make_ledger(replace(e.row, value=2 * e.row.value) for e in chosen)
    for before, after in zip(chosen, doubled, strict=True):
        assert before.answer == after.answer
