"""What a tolerance lets through: the edge from both sides."""

import numpy as np
import pytest

from tests.kernels.operands import FLOATS, WHOLE, name_of
from tilescope.kernels.catalog import all_kernels
from tilescope.kernels.tolerances import Tolerance

TOLERANCE = Tolerance(rtol=0.25, atol=0.5, note="round numbers")


def test_an_error_on_the_edge_passes_and_one_beyond_does_not():
    """Around 4 the tolerance is 0.5 + 0.25·4 = 1.5."""
    assert TOLERANCE.accepts(np.array([5.5]), np.array([4.0]))
    assert TOLERANCE.accepts(np.array([2.5]), np.array([4.0]))
    assert not TOLERANCE.accepts(np.array([np.nextafter(5.5, 6)]), np.array([4.0]))


def test_the_scale_widens_the_absolute_part_alone():
    """0.5·2 + 0.25·4 = 2."""
    assert TOLERANCE.accepts(np.array([6.0]), np.array([4.0]), scale=2.0)
    assert not TOLERANCE.accepts(np.array([6.1]), np.array([4.0]), scale=2.0)


@pytest.mark.parametrize("wrong", [np.nan, np.inf])
def test_what_is_no_number_never_passes(wrong):
    problem = TOLERANCE.problem(np.array([[1.0, wrong]]), np.array([[1.0, 2.0]]))
    assert problem is not None
    assert problem.startswith("1 of 2 elements lie outside the tolerance; the worst, [0, 1],")


def test_a_wrong_shape_is_a_problem():
    assert TOLERANCE.problem(np.zeros((2, 1)), np.zeros(2)) is not None


@pytest.mark.parametrize("kernel", all_kernels(), ids=lambda kernel: kernel.symbol)
def test_every_tolerance_says_where_it_comes_from(kernel):
    assert len(kernel.tolerance(768).note) > 10


@pytest.mark.parametrize("kernel", FLOATS, ids=name_of)
def test_a_longer_sum_is_allowed_a_larger_error(kernel):
    assert kernel.tolerance(3072).atol > kernel.tolerance(768).atol > 0


@pytest.mark.parametrize("kernel", WHOLE, ids=name_of)
def test_whole_numbers_are_exact(kernel):
    tolerance = kernel.tolerance(3072)
    assert (tolerance.rtol, tolerance.atol) == (0.0, 0.0)
