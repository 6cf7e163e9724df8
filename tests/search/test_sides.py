"""Sides of core tiles: for each number of pieces the least that covers the whole."""

from hypothesis import given
from hypothesis import strategies as st

from tilescope.quantities.shapes import ceil_div, round_up
from tilescope.search.sides import sides, stagings


def test_960_columns_over_four_leave_the_least_side_for_each_number_of_passes():
    """240 to a column of cores: in one pass 240, in two 120, in three 80, in four 60."""
    found = sides(960, 4, 4)
    assert {240, 120, 80, 60} <= set(found)
    assert 100 not in found  # three passes either way, and 80 pads nothing


def test_beside_a_side_stands_the_next_whole_register_block():
    assert 64 in sides(960, 4, 4, 16)  # 60 in whole 16s
    assert 64 not in sides(960, 4, 4)


@given(
    st.integers(1, 3000), st.integers(1, 8), st.sampled_from([1, 4, 8]), st.sampled_from([1, 16])
)
def test_sides_are_those_of_every_number_of_pieces(size, parts, step, even):
    each = ceil_div(size, parts)
    least = [round_up(ceil_div(each, pieces), step) for pieces in range(1, each + 1)]
    expected = {*least, *(round_up(side, even) for side in least)}
    assert sides(size, parts, step, even) == tuple(sorted(expected))


@given(st.integers(1, 500), st.integers(1, 20))
def test_stagings_are_those_of_every_number_of_slices(calls, most):
    expected = {ceil_div(calls, slices) for slices in range(1, calls + 1)}
    assert stagings(calls, most) == tuple(sorted(one for one in expected if one <= most))
