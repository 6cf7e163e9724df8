"""Is the point found from which the NPU is faster, with a band that tells what is known?"""

from __future__ import annotations

import math
from collections.abc import Sequence

import pytest

from tilescope.profiling import samples
from tilescope.profiling.crossovers import find_crossover
from tilescope.runs.figures import Grid, Interval, Shape
from tilescope.runs.models import Case, MappingChoice

TILE = Shape(m=1, n=1, k=1)
MAPPING = MappingChoice(
    family="fused-k",
    block=TILE,
    core_tile=TILE,
    grid=Grid(rows=1, cols=1),
    ports="single",
    kernel="vector",
)


def case(rows: int, npu_us: float, torch_us: Sequence[float], within: float | None = None) -> Case:
    interval = None
    if within is not None:
        interval = Interval(low=npu_us / (1 + within), high=npu_us / (1 - within), confidence=0.9)
    return Case(
        name=f"p.s{rows}",
        shape=Shape(m=rows, n=64, k=64),
        dtype="bfloat16",
        device="npu1",
        runtime="xrt-linux",
        mapping=MAPPING,
        npu_us=samples.simulated(npu_us),
        setup_us=0,
        device_us=0,
        baseline_us=samples.measured(torch_us) if torch_us else None,
        npu_gflops=0,
        launches=1,
        kernels=(),
        budget=(),
        tiles=1,
        interval_us=interval,
    )


def test_powers_cross_where_their_logarithms_do() -> None:
    # NPU 100 µs at every M, PyTorch M µs: they meet at M = 100, which 10 and 1000 bracket.
    found = find_crossover([[case(m, 100.0, [m, m])] for m in (1, 10, 1000, 10_000)])
    assert found is not None
    assert found.where == "at"
    assert found.rows == pytest.approx(100.0)
    assert (found.after, found.until) == (10, 1000)
    assert (found.best, found.best_rows) == (pytest.approx(100.0), 10_000)
    # samples without spread leave a band without width
    assert (found.low, found.high) == (pytest.approx(100.0), pytest.approx(100.0))
    assert not found.intervals


def test_a_tie_counts_as_faster() -> None:
    found = find_crossover([[case(1, 100.0, [50, 50])], [case(4, 100.0, [100, 100])]])
    assert found is not None
    assert found.rows == pytest.approx(4.0)


@pytest.mark.parametrize(
    ("torch_us", "where"),
    [((200, 300), "always"), ((50, 80), "never"), ((200, 80), "passing"), ((80, 200), "at")],
)
def test_where_there_is_no_crossing_between_points_that_is_said(
    torch_us: tuple[float, float], where: str
) -> None:
    points = [[case(m, 100.0, [us] * 3)] for m, us in zip((1, 64), torch_us, strict=True)]
    found = find_crossover(points)
    assert found is not None
    assert found.where == where
    assert (found.rows is None) == (where != "at")


def test_the_baselines_spread_makes_a_band_around_the_crossing() -> None:
    spread = [0.8, 0.9, 1.0, 1.1, 1.25]
    points = [[case(m, 100.0, [m * s for s in spread])] for m in (1, 10, 1000)]
    found = find_crossover(points)
    assert found is not None
    assert found.low is not None
    assert found.high is not None
    assert found.low < 100.0 < found.high
    # a median of five lies between the least and the most of them
    assert found.low >= 100.0 / 1.25
    assert found.high <= 100.0 / 0.8


def test_the_npus_error_interval_widens_the_band() -> None:
    # PyTorch M µs without spread, NPU 100 µs within ±25 %: 80 to 133.3 µs, so M = 80 to 133.3.
    points = [[case(m, 100.0, [m, m], within=0.25)] for m in (1, 10_000)]
    found = find_crossover(points)
    assert found is not None
    assert found.intervals
    assert found.low == pytest.approx(80.0)
    assert found.high == pytest.approx(100.0 / 0.75)


def test_a_band_beyond_the_points_is_open() -> None:
    points = [[case(m, 100.0, [m, m], within=0.25)] for m in (90, 110)]
    found = find_crossover(points)
    assert found is not None
    assert found.low == 0.0  # at 80 µs the NPU is ahead at every point
    assert found.high == math.inf  # at 133 µs it is ahead at none
    assert found.rows is not None


def test_one_run_has_no_band() -> None:
    found = find_crossover([[case(m, 100.0, [m])] for m in (10, 1000)])
    assert found is not None
    assert found.rows == pytest.approx(100.0)
    assert (found.low, found.high) == (None, None)


def test_cases_at_one_point_are_added() -> None:
    points = [[case(m, 60.0, [m / 2] * 2), case(m, 40.0, [m / 2] * 2)] for m in (10, 1000)]
    found = find_crossover(points)
    assert found is not None
    assert found.rows == pytest.approx(100.0)


def test_without_a_baseline_or_a_second_point_there_is_none() -> None:
    assert find_crossover([[case(10, 1.0, [])], [case(20, 1.0, [1.0])]]) is None
    assert find_crossover([[case(10, 1.0, [1.0])]]) is None
