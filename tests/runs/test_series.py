"""Figures over time."""

import numpy as np
import pytest

from tilescope.runs.series import Series, changes


def numbers(*values: int) -> np.ndarray:
    return np.array(values, dtype=np.int64)


def test_spans_under_way_are_counted_from_start_to_end() -> None:
    """From 0 to 10, from 5 to 10 and from 10 to 12: one, then two, then one, then none."""
    ticks, counts = changes(numbers(0, 5, 10), numbers(10, 10, 12))
    assert ticks.tolist() == [0, 5, 10, 12]
    assert counts.tolist() == [1, 2, 1, 0]


def test_a_moment_at_which_nothing_changes_is_left_out() -> None:
    """One ends as another begins: one is under way from 0 to 9."""
    ticks, counts = changes(numbers(0, 4), numbers(4, 9))
    assert ticks.tolist() == [0, 9]
    assert counts.tolist() == [1, 0]


def test_values_have_their_unit_and_moments_are_microseconds() -> None:
    series = Series("ddr_read", "ddr", "GB/s", numbers(0, 500), numbers(3, 0), 10**9, scale=0.5)
    assert series.at_us.tolist() == [0.0, 0.5]
    assert series.values.tolist() == [1.5, 0.0]
    assert series.peak == 1.5


@pytest.mark.parametrize("ticks", [(5, 5), (5, 4), (-1, 4)])
def test_moments_out_of_order_are_refused(ticks: tuple[int, int]) -> None:
    with pytest.raises(ValueError, match="not in order"):
        Series("held", "l1", "bytes", numbers(*ticks), numbers(1, 0), 10)
