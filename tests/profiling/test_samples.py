"""Statistics of samples, and how the baseline is timed."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tilescope.profiling.baseline import MIN_WARM_UP_CALLS, time_calls
from tilescope.profiling.samples import measured, simulated

TIMES = st.lists(st.floats(0.001, 1e7), min_size=1, max_size=40)


def test_a_simulated_time_has_one_sample_and_no_spread() -> None:
    figures = simulated(12.5)
    assert (figures.kind, figures.n, figures.std) == ("simulated", 1, 0.0)
    assert figures.median == figures.mean == figures.min == figures.max == figures.p95 == 12.5


def test_the_figures_of_a_small_sample_by_hand() -> None:
    # Mean 20/5 = 4. Squares of 1, 2, 3, 4, 10 about it: 9+4+1+0+36 = 50; over n − 1 = 4: 12.5.
    # p95 stands at 0.95·4 = 3.8 of the sorted sample: 4 + 0.8·(10 − 4) = 8.8.
    figures = measured([10.0, 1.0, 3.0, 2.0, 4.0])
    assert (figures.median, figures.mean, figures.min, figures.max) == (3.0, 4.0, 1.0, 10.0)
    assert figures.std == pytest.approx(math.sqrt(12.5))
    assert figures.p95 == pytest.approx(8.8)
    assert figures.samples == (10.0, 1.0, 3.0, 2.0, 4.0)
    assert figures.kind == "measured"


def test_one_sample_has_no_spread() -> None:
    assert measured([7.0]).std == 0.0


@given(TIMES)
def test_every_figure_lies_between_the_extremes(times: list[float]) -> None:
    figures = measured(times)
    slack = 1e-9 * figures.max
    for value in (figures.median, figures.mean, figures.p95):
        assert figures.min - slack <= value <= figures.max + slack
    assert figures.median <= figures.p95 + slack


def test_the_call_is_warmed_up_before_it_is_timed() -> None:
    calls = []
    times = time_calls(lambda: calls.append(None), 4)
    assert len(times) == 4
    assert len(calls) >= MIN_WARM_UP_CALLS + 4
    assert all(us >= 0 for us in times)
