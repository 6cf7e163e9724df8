"""The blocked layout of the vector kernels."""

import numpy as np
import pytest

from tilescope.errors import InputError
from tilescope.kernels.layout import pack_a, pack_b, pack_c, pack_transposed, unpack_c


def test_a_is_in_blocks_of_four_rows_and_eight_columns():
    """Element (5, 10) of an 8×16 A lies in block row 1, block column 1: the fourth of 32 elements
    each; inside at row 1, column 2: 3·32 + 1·8 + 2 = 106.
    """
    a = np.arange(8 * 16).reshape(8, 16)
    assert pack_a(a)[106] == a[5, 10]


def test_b_is_in_blocks_of_eight_rows_and_four_columns():
    """Element (9, 6) of a 16×8 B: block row 1, block column 1 of two, inside row 1, column 2:
    3·32 + 1·4 + 2 = 102.
    """
    b = np.arange(16 * 8).reshape(16, 8)
    assert pack_b(b)[102] == b[9, 6]


def test_b_by_columns_has_the_same_blocks_each_transposed():
    """Element (9, 6) again: the fourth block, inside at column 2, row 1: 3·32 + 2·8 + 1 = 113."""
    b = np.arange(16 * 8).reshape(16, 8)
    assert pack_transposed(b, 8, 4)[113] == b[9, 6]


def test_c_comes_back_as_it_went():
    c = np.arange(8 * 12).reshape(8, 12)
    assert pack_c(c)[16:20].tolist() == c[0, 4:8].tolist()
    assert np.array_equal(unpack_c(pack_c(c), 8, 12), c)


def test_a_matrix_that_does_not_divide_is_refused():
    with pytest.raises(InputError, match="6×8 matrix does not divide into 4×8 blocks"):
        pack_a(np.zeros((6, 8)))
