"""Do layout walks read a tile in the kernels' order, and undo each other?"""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tilescope.designs.ir import Dim
from tilescope.designs.layout import from_blocks, to_blocks
from tilescope.kernels.layout import pack, unpack

BLOCKS = st.tuples(st.integers(1, 9), st.integers(1, 9))
SIDES = st.tuples(st.integers(1, 7), st.integers(1, 7))


def read(memory, walk):
    """The elements of a flat array in the order of a walk."""
    places = np.zeros(1, np.int64)
    for dim in walk:
        places = (places[:, None] + np.arange(dim.size) * dim.stride).reshape(-1)
    return memory[places]


@given(block=BLOCKS, count=SIDES)
def test_to_blocks_reads_a_tile_as_the_kernels_hold_it(block, count):
    rows, columns = block[0] * count[0], block[1] * count[1]
    tile = np.arange(rows * columns).reshape(rows, columns)
    assert np.array_equal(
        read(tile.reshape(-1), to_blocks(rows, columns, block)), pack(tile, *block)
    )


@given(block=BLOCKS, count=SIDES)
def test_from_blocks_undoes_to_blocks(block, count):
    rows, columns = block[0] * count[0], block[1] * count[1]
    tile = np.arange(rows * columns)
    packed = read(tile, to_blocks(rows, columns, block))
    back = read(packed, from_blocks(rows, columns, block))
    assert np.array_equal(back, tile)
    assert np.array_equal(back.reshape(rows, columns), unpack(packed, rows, columns, *block))


def test_a_tile_of_8_by_16_in_blocks_of_4_by_8_by_hand():
    """2×2 blocks: the next row of blocks is 4 rows of 16 on, the next block 8 elements."""
    assert to_blocks(8, 16, (4, 8)) == (Dim(2, 64), Dim(2, 8), Dim(4, 16), Dim(8, 1))
    assert from_blocks(8, 16, (4, 8)) == (Dim(2, 64), Dim(4, 8), Dim(2, 32), Dim(8, 1))


def test_kernels_that_take_rows_need_no_walk():
    assert to_blocks(8, 16, None) == ()
    assert from_blocks(8, 16, None) == ()


@pytest.mark.parametrize("block", [None, (4, 8)])
def test_a_part_of_a_wider_tile_skips_what_lies_beside_it(block):
    wide = np.arange(8 * 24).reshape(8, 24)
    found = read(wide.reshape(-1), to_blocks(8, 16, block, row_stride=24))
    part = wide[:, :16]
    assert np.array_equal(found, part.reshape(-1) if block is None else pack(part, *block))
