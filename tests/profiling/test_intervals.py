"""Does a simulated time carry the interval of its kind, or say that it has none?"""

from __future__ import annotations

from pathlib import Path

import pytest

from tilescope.errors import InputError
from tilescope.profiling.intervals import outside, validated

FILE = """
confidence = 0.9
fewest_rows = 8
[[kinds]]
op = "gemm"
dtype = "int8"
device = "npu2"
runtime = "xrt-linux"
rows = 20
within = 0.25
lowest = -0.31
highest = 0.2
[[kinds]]
op = "gemm"
dtype = "bfloat16"
device = "npu1"
runtime = "allo-profile"
rows = 4
lowest = -0.175
highest = 0.031
[[kinds]]
op = "gemm"
dtype = "int16"
device = "npu1"
runtime = "allo-profile"
rows = 1
lowest = 0.042
highest = 0.042
"""


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """Intervals as a test needs them."""
    path = tmp_path / "intervals.toml"
    path.write_text(FILE)
    return path


def test_hardware_lies_where_the_error_of_the_prediction_would_be_within_bounds(
    file: Path,
) -> None:
    # 100 µs predicted, error at most 25 %: measured 80 would be +25 %, measured 133.3 -25 %
    interval = validated("gemm", "int8", "npu2", "xrt-linux", file).interval(100.0)
    assert interval is not None
    assert interval.low == pytest.approx(80)
    assert interval.high == pytest.approx(400 / 3)
    assert interval.confidence == 0.9


def test_a_runtime_s_statistic_is_of_the_same_kind(file: Path) -> None:
    assert validated("gemm", "int8", "npu2", "xrt-linux:min", file).rows == 20


def test_too_few_rows_give_no_interval_and_say_how_many(file: Path) -> None:
    kind = ("gemm", "bfloat16", "npu1", "allo-profile")
    found = validated(*kind, file)
    assert found.interval(100.0) is None
    (note,) = outside(*kind, found=found)
    assert note == (
        "Outside what was validated: the 4 published bfloat16 products on npu1 under allo-profile "
        "are off by −17.5 % to +3.1 %, and an interval needs 8"
    )


def test_a_single_row_says_what_it_is_off_by(file: Path) -> None:
    kind = ("gemm", "int16", "npu1", "allo-profile")
    (note,) = outside(*kind, found=validated(*kind, file))
    assert (
        "the one published row of int16 products on npu1 under allo-profile is off by +4.2 %"
        in note
    )


def test_a_kind_that_nobody_measured_says_so(file: Path) -> None:
    kind = ("gemm", "int16", "npu1", "xrt-linux")
    (note,) = outside(*kind, found=validated(*kind, file))
    assert "no published row is held against int16 products on npu1" in note


def test_another_device_s_interval_is_not_borrowed(file: Path) -> None:
    for device in ("npu1", "npu2(clock_mhz=900)"):
        assert validated("gemm", "int8", device, "xrt-linux", file).within is None


def test_a_file_that_cannot_be_read_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"none.toml: cannot be read"):
        validated("gemm", "int8", "npu1", "xrt-linux", tmp_path / "none.toml")


def test_the_file_that_is_shipped_reads() -> None:
    assert validated("gemm", "float32", "npu1", "xrt-linux").within is None
