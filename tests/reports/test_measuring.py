"""What is said of how PyTorch was measured: what, so what, and the flag to try."""

from typing import Any

import pytest

from tilescope.profiling.samples import measured
from tilescope.reports.measuring import measured_sentences
from tilescope.runs.figures import SampledStatistics, Step
from tilescope.runs.models import Case, Run

QUIET = measured([1000.0 + step for step in range(20)], overhead_us=0.2)


def sentences(run: Run, time: SampledStatistics | None, **changes: Any) -> str:
    """What is said of a run whose one case has these times of PyTorch."""
    (case,) = run.cases
    timed = time.model_copy(update=changes) if time else None
    changed: Case = case.model_copy(update={"baseline_us": timed})
    return "\n".join(measured_sentences(run.model_copy(update={"cases": (changed,)})))


def test_a_quiet_run_says_how_well_it_is_known_and_nothing_else(per_tile_run: Run) -> None:
    # Of 1000..1019 the median is 1009.5; its interval reaches some 5 either way: half a percent.
    told = sentences(per_tile_run, QUIET)
    assert told.startswith(
        "PyTorch 2.13.0+cpu is measured on this machine: median of 20 runs, 2 threads, "
        "95 % interval ± 0."
    )
    assert told.endswith("% at most; timing adds 200 ns a run")
    assert "\n" not in told


def test_without_pytorch_nothing_is_said(per_tile_run: Run) -> None:
    assert sentences(per_tile_run, None) == ""


def test_a_run_of_an_older_file_says_what_it_knows(per_tile_run: Run) -> None:
    older = {"median_interval": None, "overhead_us": None, "steps": None, "outliers": None}
    assert sentences(per_tile_run, QUIET, **older) == (
        "PyTorch 2.13.0+cpu is measured on this machine: median of 20 runs, 2 threads"
    )


@pytest.mark.parametrize(
    ("changes", "said", "flag"),
    [
        ({"std": 105.0}, "q_proj 10 %", "--max-noise"),
        (
            {"steps": (Step(after=12, before_us=500, after_us=620),)},
            "q_proj from 500 µs to 620 µs after run 12 of 20",
            "--min-time",
        ),
        ({"outliers": 3}, "q_proj 3 of 20", "tilescope doctor"),
        ({"stopped": "gave up after 30 s: noise 7 %"}, "q_proj never settled", "--max-time"),
        ({"overhead_us": 1.5}, "more than 1 µs here", "larger products"),
    ],
)
def test_what_is_wrong_is_told_with_what_to_try(
    changes: dict[str, Any], said: str, flag: str, per_tile_run: Run
) -> None:
    told = sentences(per_tile_run, QUIET, **changes)
    (sentence,) = told.split("\n")[1:]
    assert said in sentence
    assert flag in sentence


@pytest.mark.parametrize(
    "changes",
    [
        {"std": 100.0},  # 9.9 % of the mean, 1009.5
        {"outliers": 2},  # a tenth of 20
        {"steps": ()},
        {"stopped": "enough: noise 1 %"},
        {"overhead_us": 1.0},
    ],
)
def test_what_is_within_bounds_is_not_told(changes: dict[str, Any], per_tile_run: Run) -> None:
    assert "\n" not in sentences(per_tile_run, QUIET, **changes)
