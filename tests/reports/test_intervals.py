"""How an interval is written."""

from __future__ import annotations

from tilescope.reports.intervals import within
from tilescope.reports.screen import screen
from tilescope.runs.figures import Interval
from tilescope.runs.models import Case, Run


def with_interval(case: Case, error: float) -> Case:
    """The case, with hardware within an error of its simulated time."""
    us = case.npu_us.median
    interval = Interval(low=us / (1 + error), high=us / (1 - error), confidence=0.9)
    return case.model_copy(update={"interval_us": interval})


def test_an_interval_is_the_error_that_nine_of_ten_rows_stay_within(
    mixed_run: Run,
) -> None:
    cases = [with_interval(case, 0.09) for case in mixed_run.cases]
    assert within(cases) == "90 % within ±9 %"


def test_the_widest_of_several_cases_stands_for_all(per_tile_case: Case) -> None:
    case = per_tile_case
    assert within([with_interval(case, 0.04), with_interval(case, 0.2)]) == "90 % within ±20 %"


def test_one_case_without_an_interval_leaves_all_without(per_tile_case: Case) -> None:
    assert within([with_interval(per_tile_case, 0.04), per_tile_case]) is None


def test_the_screen_prints_it_beside_the_time(mixed_run: Run) -> None:
    cases = tuple(with_interval(case, 0.09) for case in mixed_run.cases)
    text = screen(mixed_run.model_copy(update={"cases": cases}), width=120)
    assert "(simulated, 90 % within ±9 %)" in text
