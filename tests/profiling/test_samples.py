"""Statistics of samples, and how the baseline is timed."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tilescope.profiling.baseline import MIN_WARM_UP_CALLS, time_calls
from tilescope.profiling.samples import measured, median_interval, resampled_medians, simulated

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


def test_spread_is_told_in_ways_that_one_late_sample_does_not_decide() -> None:
    # Of 1, 2, 3, 4, 10 the quartiles are the second and the fourth: iqr = 4 − 2 = 2. Distances
    # from the median 3 are 2, 1, 0, 1, 7: their median is 1. Fences at 2 − 3 and 4 + 3: 10 is out.
    figures = measured([10.0, 1.0, 3.0, 2.0, 4.0])
    assert (figures.iqr, figures.mad, figures.outliers) == (2.0, 1.0, 1)
    assert figures.variation == pytest.approx(math.sqrt(12.5) / 4)
    assert figures.n == 5  # an outlier is counted, never dropped


def test_one_sample_has_no_spread_and_no_interval() -> None:
    figures = measured([7.0])
    assert (figures.std, figures.iqr, figures.mad, figures.variation) == (0.0, 0.0, 0.0, 0.0)
    assert figures.median_interval is None


def test_five_samples_are_the_fewest_with_an_interval() -> None:
    assert median_interval([1.0, 2.0, 3.0, 4.0]) is None
    assert median_interval([1.0, 2.0, 3.0, 4.0, 5.0]) is not None


@pytest.mark.parametrize("count", [7, 8, 50])
def test_medians_of_draws_are_those_of_drawing(count: int) -> None:
    # 100,000 draws settle a quantile's rank to 0.0016·√(q(1 − q))·2 ≈ 0.0016: within one in 200.
    random = np.random.default_rng(5)
    sample = np.sort(random.standard_normal(count))
    drawn = np.median(sample[random.integers(0, count, (100_000, count))], axis=1)
    quick = resampled_medians(sample, 100_000)
    for quantile in (0.025, 0.25, 0.5, 0.75, 0.975):
        at_most = np.mean(quick <= np.quantile(drawn, quantile) + 1e-12)
        below = np.mean(quick < np.quantile(drawn, quantile) - 1e-12)
        assert below - 0.005 < quantile < at_most + 0.005


def test_the_interval_holds_the_median_in_nineteen_of_twenty_samples() -> None:
    # 300 samples of 51 with the true median 1; 95 % of 300 is 285, with a deviation of 3.8.
    held = 0
    for seed in range(300):
        sample = np.exp(0.3 * np.random.default_rng(seed).standard_normal(51))
        interval = median_interval(list(sample))
        assert interval is not None
        held += interval.low <= 1.0 <= interval.high
    assert 285 - 4 * 3.8 < held < 285 + 3.9 * 3.8


def test_the_same_sample_always_has_the_same_interval() -> None:
    sample = [1.0, 5.0, 2.0, 4.0, 3.0, 9.0]
    assert median_interval(sample) == median_interval(list(reversed(sample)))


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
