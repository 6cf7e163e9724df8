"""The report of one block: three targets side by side, and lines that programs can read."""

import pytest
from syrupy.assertion import SnapshotAssertion

from tilescope.reports.tile import summary_lines, tile_report
from tilescope.runs.figures import SampledStatistics, Shape
from tilescope.runs.models import Case, Provenance, Run


@pytest.fixture
def tile_case(per_tile_case: Case) -> Case:
    """A block of 30×20×9 in one launch of 400 µs, PyTorch at 1,000 and NumPy at 2,000."""
    assert per_tile_case.baseline_us is not None
    steady = SampledStatistics(
        kind="measured",
        median=2_000.0,
        mean=2_000.0,
        std=0.0,
        min=2_000.0,
        max=2_000.0,
        p95=2_000.0,
        p99=2_000.0,
        n=2,
        samples=(2_000.0, 2_000.0),
    )
    return per_tile_case.model_copy(
        update={
            "op": "tile",
            "name": "tile",
            "shape": Shape(m=30, n=20, k=9),
            "padded": Shape(m=32, n=32, k=16),
            "launches": 1,
            "baseline_us": per_tile_case.baseline_us.model_copy(update={"p99": 1_480.0}),
            "numpy_us": steady,
        }
    )


@pytest.fixture
def tile_run(tile_case: Case, provenance: Provenance) -> Run:
    """That block alone."""
    return Run(cases=(tile_case,), provenance=provenance)


def test_the_report_looks_as_intended(tile_run: Run, report: SnapshotAssertion) -> None:
    assert tile_report(tile_run) == report


def test_the_long_report_looks_as_intended(tile_run: Run, report: SnapshotAssertion) -> None:
    assert tile_report(tile_run, verbose=True) == report


def test_nothing_above_the_lines_for_programs_is_wider_than_eighty_columns(tile_run: Run) -> None:
    text = tile_report(tile_run, verbose=True, width=80)
    assert max(len(line) for line in text.splitlines()) <= 80


def test_rates_count_the_unpadded_work_at_the_median(tile_case: Case) -> None:
    # 2·30·20·9 = 10,800 operations in 20,000 µs are 0.00054 GFLOP/s.
    lines = dict(line.split("=", 1) for line in summary_lines(tile_case))
    assert lines["NPU_GFLOPS"] == "0.00054"
    assert lines["SPEEDUP_OVER_NUMPY"] == "0.1000"  # 2,000 over 20,000


def test_a_spread_of_more_than_a_tenth_is_said(tile_run: Run) -> None:
    # PyTorch's standard deviation of 200 over a mean of 1,100 is 18 %; NumPy's is nothing.
    text = tile_report(tile_run)
    assert "PyTorch's times spread by 18%" in text
    assert "NumPy's times spread" not in text


def test_what_was_not_obtained_has_no_line(tile_case: Case) -> None:
    bare = tile_case.model_copy(
        update={"baseline_us": None, "numpy_us": None, "max_abs_error": None, "max_rel_error": None}
    )
    text = "\n".join(summary_lines(bare))
    for absent in ("PYTORCH", "NUMPY", "ERROR", "SPEEDUP"):
        assert absent not in text
