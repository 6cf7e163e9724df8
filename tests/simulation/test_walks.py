"""Do DMA walks touch the bytes that their sizes and strides name, in that order?"""

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from tilescope import _engine
from tilescope.designs.ir import shape_walk
from tilescope.designs.layout import from_blocks, to_blocks, to_transposed_blocks
from tilescope.kernels.layout import pack, unpack
from tilescope.simulation.walks import byte_walk

MANY = settings(deadline=None, max_examples=300)


def addresses(offset, levels, run):
    """Every byte that a walk touches, in order: a loop for each level, the run innermost."""
    found = [offset]
    for size, stride in levels:
        found = [address + step * stride for address in found for step in range(size)]
    return [address + byte for address in found for byte in range(run)]


@st.composite
def walks(draw, runs):
    """(offset, levels, run) with its lowest byte at a small offset; strides may be negative."""
    run = draw(runs)
    level = st.tuples(
        st.integers(1, 5), st.integers(-3, 6).map(lambda s: s * run) | st.integers(-70, 70)
    )
    levels = draw(st.lists(level, max_size=4))
    lowest = min(addresses(0, levels, run))
    return draw(st.integers(0, 9)) - lowest, levels, run


def model(source, source_walk, target, target_walk, total):
    """Byte by byte."""
    for from_address, to_address in zip(
        addresses(*source_walk)[:total], addresses(*target_walk)[:total], strict=True
    ):
        target[to_address] = source[from_address]


def memory(walk, fill):
    size = max(addresses(*walk)) + 8
    if fill is None:
        return np.full(size, 0xFF, np.uint8)
    return np.random.default_rng(fill).integers(0, 256, size).astype(np.uint8)


def pieces_of(total, cuts):
    """The total in pieces, cut at the places given."""
    places = sorted({0, total, *(cut % (total + 1) for cut in cuts)})
    return [after - before for before, after in pairwise(places)]


RUNS = st.sampled_from([1, 2, 4, 8, 12, 16, 32, 64])


@MANY
@given(
    source_walk=walks(RUNS),
    target_walk=walks(RUNS),
    cuts=st.lists(st.integers(0, 10_000), max_size=4),
    seed=st.integers(0, 99),
)
def test_any_walk_into_any_other_in_any_pieces(source_walk, target_walk, cuts, seed):
    total = min(len(addresses(*source_walk)), len(addresses(*target_walk)))
    touched = addresses(*target_walk)
    assume(len(set(touched)) == len(touched))  # a byte written twice has no promised value
    source, target = memory(source_walk, seed), memory(target_walk, None)
    expected = target.copy()
    model(source, source_walk, expected, target_walk, total)
    _engine.copy_walk(source, *source_walk, target, *target_walk, pieces_of(total, cuts))
    assert target.tobytes() == expected.tobytes()


@MANY
@given(
    blocks=st.tuples(st.integers(1, 9), st.integers(1, 9)),
    block=st.sampled_from([(4, 8), (8, 4), (4, 4), (2, 2), (3, 2), (1, 8), (8, 1)]),
    element=st.sampled_from([1, 2, 4]),
    wider=st.integers(0, 3),
    cuts=st.lists(st.integers(0, 100), max_size=3),
)
def test_a_tile_arrives_in_blocks_whatever_it_is_part_of(blocks, block, element, wider, cuts):
    """`pack` in numpy is the reference; the tile is the left part of a wider matrix."""
    rows, columns = blocks[0] * block[0], blocks[1] * block[1]
    stride = columns + 4 * wider
    dtype = {1: np.uint8, 2: np.uint16, 4: np.uint32}[element]
    matrix = np.random.default_rng(rows * columns).integers(0, 2**16, (rows, stride)).astype(dtype)
    walk = byte_walk(to_blocks(rows, columns, block, stride), rows * columns, element)
    total = rows * columns * element
    target = np.full(total, 0xFF, np.uint8)
    # pieces of whole elements, as any DMA moves them
    pieces = [element * piece for piece in pieces_of(rows * columns, cuts)]
    source = np.ascontiguousarray(matrix).view(np.uint8).reshape(-1)
    _engine.copy_walk(source, 0, walk.levels, walk.run_bytes, target, 0, [], total, pieces)
    assert np.array_equal(target.view(dtype), pack(matrix[:, :columns], *block))


@MANY
@given(
    blocks=st.tuples(st.integers(1, 9), st.integers(1, 9)),
    block=st.sampled_from([(4, 4), (4, 8), (2, 2), (3, 2), (1, 8), (8, 1)]),
    element=st.sampled_from([1, 2, 4]),
    wider=st.integers(0, 3),
)
def test_blocks_leave_as_rows_and_land_in_a_wider_matrix(blocks, block, element, wider):
    rows, columns = blocks[0] * block[0], blocks[1] * block[1]
    stride = columns + 4 * wider
    dtype = {1: np.uint8, 2: np.uint16, 4: np.uint32}[element]
    packed = np.random.default_rng(rows + columns).integers(0, 2**16, rows * columns).astype(dtype)
    walk = byte_walk(from_blocks(rows, columns, block), rows * columns, element)
    target = np.zeros((rows, stride), dtype)
    landing = byte_walk(shape_walk((rows, columns), (stride, 1)), rows * columns, element)
    _engine.copy_walk(
        packed.view(np.uint8),
        0,
        walk.levels,
        walk.run_bytes,
        target.view(np.uint8).reshape(-1),
        0,
        landing.levels,
        landing.run_bytes,
        [rows * columns * element],
    )
    assert np.array_equal(target[:, :columns], unpack(packed, rows, columns, *block))
    assert not target[:, columns:].any()


@pytest.mark.parametrize("stride", [24, 40])
def test_a_transposed_tile_arrives_in_blocks_each_as_it_lies(stride):
    """A 24×16 tile held as its 16×24 transpose: block (i, j) of 8×4 arrives as 4×8."""
    transposed = np.arange(16 * stride, dtype=np.uint16).reshape(16, stride)
    walk = byte_walk(to_transposed_blocks(24, 16, (8, 4), stride), 24 * 16, 2)
    target = np.zeros(24 * 16, np.uint16)
    _engine.copy_walk(
        transposed.view(np.uint8).reshape(-1),
        0,
        walk.levels,
        walk.run_bytes,
        target.view(np.uint8),
        0,
        [],
        target.nbytes,
        [target.nbytes],
    )
    for i in range(3):
        for j in range(4):
            place = (i * 4 + j) * 32
            block = transposed[4 * j : 4 * j + 4, 8 * i : 8 * i + 8]
            assert np.array_equal(target[place : place + 32].reshape(4, 8), block)


def test_a_walk_that_leaves_its_buffer_is_refused():
    source, target = np.zeros(64, np.uint8), np.zeros(64, np.uint8)
    for offset, levels in ((0, [(2, 64)]), (4, []), (0, [(2, -4)])):
        with pytest.raises(ValueError, match="leaves its buffer"):
            _engine.copy_walk(source, offset, levels, 61, target, 0, [], 61, [61])


@MANY
@given(walk=walks(st.just(1)), element=st.sampled_from([2, 4]))
def test_folding_a_walk_changes_nothing_of_what_it_touches(walk, element):
    _, levels, _ = walk
    dims = shape_walk(tuple(size for size, _ in levels), tuple(stride for _, stride in levels))
    elements = len(addresses(0, levels, 1))
    folded = byte_walk((*dims, *shape_walk((2,), (1,))), 2 * elements, element)
    in_bytes = [(size, stride * element) for size, stride in levels]
    assert folded.total_bytes == 2 * elements * element
    assert addresses(0, folded.levels, folded.run_bytes) == addresses(0, in_bytes, 2 * element)
