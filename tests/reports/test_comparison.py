"""A comparison as people and programs read it."""

import json
from dataclasses import replace

import pytest
from syrupy.assertion import SnapshotAssertion

from tilescope.evidence.comparing import CaseComparison, Comparison, Moved
from tilescope.evidence.verdicts import Verdict
from tilescope.profiling.samples import measured, simulated
from tilescope.reports.comparison import (
    change,
    comparison_data,
    comparison_markdown,
    comparison_text,
)

NAMES = ("before.json", "after.json")


@pytest.fixture
def comparison() -> Comparison:
    """One verdict of each kind."""
    slow = Verdict("SLOW", "exact", 1.055, 1.055, 1.055)
    moved = (Moved("launch", 10_000.0, 11_000.0), Moved("sync", 0.0, 200.0))
    moved += (Moved("host", 5_000.0, 4_900.0), Moved("ddr", 1_500.0, 1_500.000001))
    unclear = Verdict("AMBIGUOUS", "the interval reaches across", 1.02, 0.99, 1.05, 0.04)
    return Comparison(
        figure="npu",
        cases=(
            CaseComparison(
                "linear.k_proj/f32@npu1/per-tile",
                simulated(7_000.0),
                simulated(7_000.0),
                Verdict("SAME", "exactly equal", 1.0, 1.0, 1.0),
            ),
            CaseComparison(
                "linear.q_proj/f32@npu1/per-tile", simulated(20_000), simulated(21_100), slow, moved
            ),
            CaseComparison(
                "linear.o_proj/f32@npu1/per-tile",
                measured([1000.0] * 5),
                measured([1020.0] * 5),
                unclear,
            ),
            CaseComparison(
                "linear.up_proj/f32@npu1/per-tile",
                simulated(100.0),
                simulated(50.0),
                Verdict("FAST", "exact", 0.5, 0.5, 0.5),
                (Moved("compute", 80.0, 30.0),),
            ),
        ),
        only_before=("linear.v_proj/f32@npu1/per-tile",),
        differences=("cpu One → Two",),
    )


@pytest.mark.parametrize("width", [40, 60, 80, 120])
def test_the_screen(width: int, comparison: Comparison, report: SnapshotAssertion) -> None:
    assert comparison_text(comparison, NAMES, width=width) == report


def test_the_table_for_a_pull_request(comparison: Comparison, report: SnapshotAssertion) -> None:
    assert comparison_markdown(comparison, NAMES) == report


def test_every_row_of_the_table_has_as_many_cells_as_its_head(comparison: Comparison) -> None:
    rows = [line for line in comparison_markdown(comparison, NAMES).splitlines() if "|" in line]
    assert len(rows) == 2 + len(comparison.cases)
    assert {row.count("|") for row in rows} == {7}


def test_a_name_with_markup_stays_a_name(comparison: Comparison) -> None:
    text = comparison_markdown(comparison, ("<script>|`x`\n\x1b[0m", "b"))
    assert text.splitlines()[0] == "### \\<script\\>\\|\\`x\\`??\\[0m → b"


def test_what_an_edited_file_holds_cannot_steer_a_terminal(comparison: Comparison) -> None:
    hostile = "\x1b[31m\u202e|\n<b>"
    (slow,) = [case for case in comparison.cases if case.verdict.word == "SLOW"]
    edited = replace(
        comparison,
        cases=(replace(slow, moved=(Moved(hostile, 1.0, 1000.0),)),),
        differences=(hostile,),
    )
    for text in (comparison_text(edited, NAMES), comparison_markdown(edited, NAMES)):
        assert all(line.isprintable() for line in text.splitlines())
        assert "\u202e" not in text
    rows = [line for line in comparison_markdown(edited, NAMES).splitlines() if "SLOW**" in line]
    assert len(rows) == 1
    assert "<b>" not in rows[0].replace("\\<b\\>", "")


def test_what_a_program_gets_is_json_with_null_for_what_there_is_not(
    comparison: Comparison,
) -> None:
    data = json.loads(json.dumps(comparison_data(comparison, NAMES), allow_nan=False))
    assert data["counts"] == {"SLOW": 1, "FAST": 1, "AMBIGUOUS": 1, "SAME": 1}
    first, second = data["cases"][:2]
    assert (first["verdict"], first["p"], first["moved"]) == ("SAME", None, [])
    assert second["moved"][0] == {"term": "launch", "before_us": 10_000.0, "after_us": 11_000.0}
    # The cube root of 1.055·1.02·0.5 and 1: four ratios.
    assert data["geometric_mean"] == pytest.approx((1.055 * 1.02 * 0.5) ** 0.25)


def test_a_change_from_tenfold_on_is_a_factor() -> None:
    assert change(Verdict("SLOW", "exact", 9.5, 9.5, 9.5)) == "+850.00 %"
    assert change(Verdict("SLOW", "exact", 12.54, 12.54, 12.54)) == "12.5×"
    assert change(Verdict("SLOW", "", 12.54, 11.0, 13.0)) == "12.5×"
    assert change(Verdict("SLOW", "exact", 10.0, 10.0, 10.0)) == "10.0×"
    assert change(Verdict("SLOW", "exact", 1254.0, 1254.0, 1254.0)) == "1254×"


def test_what_is_less_has_a_minus_sign_and_no_hyphen(comparison: Comparison) -> None:
    assert change(Verdict("FAST", "exact", 0.0115, 0.0115, 0.0115)) == "−98.85 %"
    assert change(Verdict("FAST", "", 0.98, 0.97, 0.99)) == "−2.0 % [−3.0, −1.0]"
    assert "host −100 µs" in comparison_text(comparison, NAMES, width=120)


def test_a_reason_that_holds_for_several_cases_is_said_once(comparison: Comparison) -> None:
    (slow,) = [case for case in comparison.cases if case.verdict.word == "SLOW"]
    busy = Verdict("AMBIGUOUS", "other programs were busy", 1.02)
    cases = (
        slow,
        replace(slow, key="b", moved=()),
        replace(slow, key="c", verdict=busy, moved=()),
        replace(slow, key="d", verdict=busy, moved=()),
    )
    text = comparison_text(replace(comparison, cases=cases), NAMES, width=120)
    assert text.split("Why\n")[1].splitlines()[:4] == [
        "  SLOW, exact:",
        "    linear.q_proj/f32@npu1/per-tile: launch +1.00 ms, sync +200 µs, host −100 µs, "
        "of +1.10 ms",
        "    b",
        "  AMBIGUOUS c, d: other programs were busy",
    ]


def test_a_pull_request_reads_why_a_verdict_is_open(comparison: Comparison) -> None:
    """The table says what moved; that simulated times are exact needs no line of its own."""
    (slow,) = [case for case in comparison.cases if case.verdict.word == "SLOW"]
    busy = Verdict("AMBIGUOUS", "other programs were busy", 1.02)
    cases = (slow, replace(slow, key="c", verdict=busy), replace(slow, key="d", verdict=busy))
    text = comparison_markdown(replace(comparison, cases=cases), NAMES)
    assert [line for line in text.splitlines() if line.startswith("- **")] == [
        "- **AMBIGUOUS**, other programs were busy: `c`, `d`"
    ]


def test_a_comparison_says_whether_its_times_are_simulated(comparison: Comparison) -> None:
    (case, *_) = comparison.cases
    measured = case.before.model_copy(update={"kind": "measured"})
    for times, told in (
        ((case.before, case.after), "by the NPU's time, simulated: "),
        ((measured, case.after), "by the NPU's time, measured and simulated: "),
    ):
        before, after = times
        one = replace(comparison, cases=(replace(case, before=before, after=after),))
        assert told in comparison_text(one, NAMES, width=200)
        assert told in comparison_markdown(one, NAMES)


def test_a_change_without_a_ratio_is_a_dash() -> None:
    assert change(Verdict("AMBIGUOUS", "a time of 0 has no ratio")) == "-"
