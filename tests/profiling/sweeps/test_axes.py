"""Are a sweep's axes read as they are typed, and are its points every combination once?"""

from __future__ import annotations

import pytest

from tilescope.errors import InputError
from tilescope.profiling.sweeps.axes import Axis, parse_axes, parse_axis
from tilescope.profiling.sweeps.plan import SweepPlan, check_size, point_of
from tilescope.workloads.cases import LinearProjectionTestCase

BASE = LinearProjectionTestCase("base", 64, 960, 768)


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("M=64:256:x2", (64, 128, 256)),
        ("tile=32,64x32x128", ("32x32x32", "64x32x128")),
        ("tile=auto,32", ("auto", "32x32x32")),
        ("tile=32,auto", ("32x32x32", "auto")),
        ("tile=auto", ("auto",)),
        ("grid=4x4,2x4", ("4x4", "2x4")),
        ("dtype=bf16,int8", ("bfloat16", "int8")),
        ("mapping=fused-k,per-tile", ("fused-k", "per-tile")),
        ("k_mt=auto,256", ("auto", 256)),
        ("device=npu1,npu2", ("npu1", "npu2")),
        ("runtime=xrt-linux,allo-profile:min", ("xrt-linux", "allo-profile:min")),
        (" batch = 1,2 ", (1, 2)),
    ],
)
def test_an_axis_has_its_values_in_order_and_in_one_spelling(
    text: str, values: tuple[int | str, ...]
) -> None:
    assert parse_axis(text).values == values


@pytest.mark.parametrize(
    ("texts", "says"),
    [
        ([], "at least one --axis"),
        (["M"], "NAME=VALUES"),
        (["M="], "a list as in"),
        (["Q=1"], "Unknown axis 'Q'"),
        (["M=1", "M=2"], "The axis M is there twice"),
        (["M=9:8:x2"], "no point"),
        (["tile=0"], "each number is 1 or more"),
        (["tile=32,32x32x32"], "the value 32x32x32 twice"),
        (["tile=auto,auto"], "the value auto twice"),
        (["tile=1x2"], "A core tile is"),
        (["dtype=int4"], "Unknown dtype 'int4'"),
        (["dtype=bf16,bfloat16"], "twice"),
        (["mapping=fused"], "Unknown mapping"),
        (["device=npu7"], "Unknown device"),
        (["runtime=xrt"], "Unknown runtime"),
        (["mapping="], "Unknown mapping"),
        (["grid=4"], "A grid is"),
    ],
)
def test_what_is_no_axis_is_refused(texts: list[str], says: str) -> None:
    with pytest.raises(InputError, match=says):
        parse_axes(texts)


def test_points_are_every_combination_once_and_the_last_axis_is_fastest() -> None:
    plan = SweepPlan(parse_axes(["M=1,2,3", "dtype=int8,bf16"]), BASE)
    assert plan.size == 6
    points = [tuple(plan.values(point).values()) for point in range(plan.size)]
    assert points == [
        (1, "int8"),
        (1, "bfloat16"),
        (2, "int8"),
        (2, "bfloat16"),
        (3, "int8"),
        (3, "bfloat16"),
    ]


def test_a_plan_reads_back_as_itself() -> None:
    plan = SweepPlan((Axis("M", (1, 2)), Axis("tile", ("auto", "8x8x8"))), BASE)
    assert SweepPlan.from_json(plan.to_json()) == plan


def test_a_point_takes_from_the_base_what_no_axis_says() -> None:
    point = point_of({"M": 8, "batch": 4, "dtype": "int8", "tile": "16x32x64"}, BASE)
    assert (point.gemm.m, point.gemm.n, point.gemm.k) == (32, 960, 768)  # M · batch
    assert point.request.core_tile == (16, 32, 64)
    assert (point.request.family, point.device) == ("whole-array", "npu1")
    assert point_of({"tile": "auto"}, BASE).request.core_tile is None


def test_a_way_of_bfloat16_holds_for_bfloat16_alone() -> None:
    assert point_of({"dtype": "bfloat16", "bf16": "native"}, BASE).request.bf16 == "native"
    assert point_of({"dtype": "int8", "bf16": "native"}, BASE).request.bf16 is None


def test_more_than_a_million_points_are_counted_and_asked_for() -> None:
    million = SweepPlan((Axis("M", tuple(range(1, 1001))), Axis("N", tuple(range(1, 1001)))), BASE)
    check_size(million, asked=False)
    more = SweepPlan((*million.axes, Axis("K", (1, 2))), BASE)
    with pytest.raises(InputError, match=r"2,000,000 points.*--yes"):
        check_size(more, asked=False)
    check_size(more, asked=True)
    most = SweepPlan((*more.axes, Axis("batch", tuple(range(1, 101)))), BASE)
    with pytest.raises(InputError, match="200,000,000 points; the most"):
        check_size(most, asked=True)
