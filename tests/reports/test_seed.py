"""The seed's report: its labels, in its layout, with figures that are true."""

import re

import pytest
from syrupy.assertion import SnapshotAssertion

from tilescope.reports.seed import case_report, seed_report
from tilescope.runs.figures import Shape
from tilescope.runs.models import Case, Run

LABELS = (
    "Profiling:",
    "Description:",
    "Matrix shapes:",
    "NPU Time:",
    "PyTorch Time:",
    "Speedup:",
    "Max Error:",
    "Rel Error:",
    "MatMul Time:",
    "Accumulate Time:",
    "Total Tiles:",
    "Avg MatMul/tile:",
    "Avg Accum/tile:",
    "NPU GFLOPS:",
    "PyTorch GFLOPS:",
)


def test_the_report_looks_as_the_seed_shows_it(mixed_run: Run, report: SnapshotAssertion) -> None:
    assert seed_report(mixed_run) == report


def test_every_label_of_the_seed_is_there_in_its_order(per_tile_case: Case) -> None:
    text = case_report(per_tile_case)
    places = [text.index(label) for label in LABELS]
    assert places == sorted(places)


def test_speedup_is_a_ratio_of_means(per_tile_case: Case) -> None:
    # Means: 1,100 µs over 20,000 µs is 0.055; the medians would give 0.05.
    assert re.search(r"Speedup: +0\.0550x", case_report(per_tile_case))


@pytest.mark.parametrize(
    ("npu_us", "shown"),
    [(2.2e3, "0.50x"), (1.1e4, "0.10x"), (1.2e4, "0.0917x"), (1.1e6, "0.00100x")],
)
def test_a_small_speedup_keeps_its_digits(per_tile_case: Case, npu_us: float, shown: str) -> None:
    # 1,100 µs over 2,200, 11,000, 12,000 and 1,100,000 µs.
    slow = per_tile_case.npu_us.model_copy(update={"mean": npu_us})
    text = case_report(per_tile_case.model_copy(update={"npu_us": slow}))
    assert f"Speedup:      {shown}\n" in text


def test_gflops_are_two_m_n_k_over_the_mean(per_tile_case: Case) -> None:
    # 2·64·960·768 = 94,371,840 operations in 20 ms and in 1.1 ms.
    text = case_report(per_tile_case)
    assert re.search(r"NPU GFLOPS: +4\.72\n", text)
    assert re.search(r"PyTorch GFLOPS: +85\.79\n", text)


def test_a_simulated_time_says_so_with_device_and_runtime(per_tile_case: Case) -> None:
    (line,) = [line for line in case_report(per_tile_case).splitlines() if "simulated" in line]
    assert "npu1" in line
    assert "xrt-linux" in line
    assert "n = 1" in line


def test_a_fused_case_says_that_accumulation_is_fused(fused_case: Case) -> None:
    lines = case_report(fused_case).splitlines()
    fused = [line.split(":")[0].strip() for line in lines if "fused into the one kernel" in line]
    assert fused == ["Accumulate Time", "Avg Accum/tile"]


def test_without_pytorch_the_reason_stands_where_its_time_would(fused_case: Case) -> None:
    text = case_report(fused_case)
    assert "PyTorch Time: - (PyTorch is not installed" in text
    assert re.search(r"Speedup: +-\n", text)


def test_a_padded_case_says_to_what_and_a_whole_one_nothing(per_tile_case: Case) -> None:
    padded = per_tile_case.model_copy(update={"padded": Shape(m=64, n=960, k=832)})
    assert "Total Tiles:     180 (padded to 64×960×832)\n" in case_report(padded)
    assert "padded" not in case_report(per_tile_case)


def test_whole_numbers_are_counted_in_gops(per_tile_case: Case) -> None:
    text = case_report(per_tile_case.model_copy(update={"dtype": "int8"}))
    assert re.search(r"NPU GOPS: +4\.72\n", text)
    assert "GFLOPS" not in text


def test_a_measured_time_is_told_with_its_spread_and_its_prediction(measured_run: Run) -> None:
    text = case_report(measured_run.cases[0])
    assert "NPU Time:     21.080 ± 2.793 ms" in text
    assert (
        "NPU time is measured: device npu1, runtime xrt-python; 18.0 ms predicted (simulated "
        "under xrt-python), error \u221210.0 %"
    ) in text
    assert "deterministic" not in text
