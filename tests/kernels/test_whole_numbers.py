"""Whole numbers to the last bit: any operands, the ends of every range, ties, saturation."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.kernels.operands import WHOLE, name_of
from tilescope.errors import InputError
from tilescope.kernels.catalog import find_kernel
from tilescope.kernels.execution import run_kernel
from tilescope.kernels.ranges import input_range

BLOCKS = st.tuples(st.integers(1, 5), st.integers(1, 5), st.integers(1, 5))
SEEDS = st.integers(0, 2**32 - 1)
NARROW = [kernel for kernel in WHOLE if kernel.shift]


def anything(kernel, scalars, seed):
    """Operands from the whole range of their dtypes, with its ends in every row of A."""
    random = np.random.default_rng(seed)
    found = []
    for argument in kernel.arguments(*scalars):
        ends = np.iinfo(argument.dtype)
        shape = (argument.rows, argument.cols)
        matrix = random.integers(ends.min, ends.max + 1, shape, dtype=argument.dtype)
        if argument.name != "c":
            matrix[:, :2] = ends.min
            matrix[:2] = ends.min
        found.append(matrix)
    return found


def one_block(kernel, *, a=0, b=0, c=0):
    """Operands of one block: the first two of K in A and B are given, the rest zero; C all c."""
    r, s, t = kernel.block
    left, right = np.zeros((r, s), kernel.dtype_in), np.zeros((s, t), kernel.dtype_in)
    left[:, :2], right[:2] = a, b
    return left, right, np.full((r, t), c, kernel.dtype_out)


@pytest.mark.parametrize("kernel", WHOLE, ids=name_of)
@settings(deadline=None, max_examples=15)
@given(blocks=BLOCKS, seed=SEEDS)
def test_any_operands_give_exactly_the_reference(kernel, library, blocks, seed):
    scalars = tuple(size * count for size, count in zip(kernel.block, blocks, strict=True))
    a, b, c = anything(kernel, scalars, seed)
    output = run_kernel(kernel, scalars, a, b, c, library=library)
    assert np.array_equal(output.astype(np.float64), kernel.reference(a, b, c))


@pytest.mark.parametrize("kernel", WHOLE, ids=name_of)
@settings(deadline=None, max_examples=5)
@given(seed=SEEDS)
def test_the_reference_is_the_arithmetic_of_whole_numbers(kernel, seed):
    """C·2^shift + A·B in unbounded integers, into the accumulator, rounded, into C."""
    r, s, t = kernel.block
    a, b, c = anything(kernel, (r, 2 * s, t), seed)
    bits = 32 if kernel.dtype_in == "int8" else 64
    ends = np.iinfo(kernel.dtype_out)
    wanted = []
    for row in range(r):
        for column in range(t):
            total = int(c[row, column]) << kernel.shift
            total += sum(int(a[row, k]) * int(b[k, column]) for k in range(2 * s))
            total = (total + 2 ** (bits - 1)) % 2**bits - 2 ** (bits - 1)
            units = 2**kernel.shift
            rest, half = total % units, units / 2
            rounded = total // units + (rest > half or (rest == half and total // units % 2 == 1))
            wanted.append(min(max(rounded, ends.min), ends.max))
    assert kernel.reference(a, b, c).reshape(-1).tolist() == wanted


@pytest.mark.parametrize("kernel", WHOLE, ids=name_of)
def test_the_largest_products_of_a_pair_are_whole(kernel, library):
    """Two of the least times the least: 2^15 for int8, 2^31 for int16, 2^63 for int32, which is
    one more than each of them summed in twice its width could hold; int32 wraps to -2^63.
    """
    least = np.iinfo(kernel.dtype_in).min
    a, b, c = one_block(kernel, a=least, b=least)
    output = run_kernel(kernel, kernel.block, a, b, c, library=library)
    exact = 2 * least**2 >> kernel.shift
    wanted = {"int8": exact, "int16": exact, "int32": -(2**63)}[kernel.dtype_in]
    ends = np.iinfo(kernel.dtype_out)
    assert set(output.reshape(-1).tolist()) == {min(max(wanted, ends.min), ends.max)}


@pytest.mark.parametrize("kernel", NARROW, ids=name_of)
def test_a_product_of_half_a_unit_goes_to_the_even_neighbour(kernel, library):
    """2^(shift-1) on top of 0 stays, on top of 1 makes 2; below zero, -1 and a half makes -2."""
    half = 2 ** (kernel.shift - 1)
    factor = 2 ** min(6, kernel.shift - 2)
    for start, sign, wanted in ((0, 1, 0), (1, 1, 2), (0, -1, 0), (-1, -1, -2), (2, -1, 2)):
        a, b, c = one_block(kernel, a=sign * factor, b=half // factor // 2, c=start)
        assert set((a.astype(int) @ b.astype(int)).reshape(-1).tolist()) == {sign * half}
        output = run_kernel(kernel, kernel.block, a, b, c, library=library)
        assert set(output.reshape(-1).tolist()) == {wanted}


@pytest.mark.parametrize("kernel", NARROW, ids=name_of)
@pytest.mark.parametrize("sign", [1, -1])
def test_a_narrow_c_stops_at_its_ends(kernel, library, sign):
    ends = np.iinfo(kernel.dtype_out)
    end = ends.max if sign > 0 else ends.min
    largest = np.iinfo(kernel.dtype_in).max
    a, b, c = one_block(kernel, a=sign * largest, b=largest, c=end)
    output = run_kernel(kernel, kernel.block, a, b, c, library=library)
    assert set(output.reshape(-1).tolist()) == {end}


def test_int8_sums_wrap_past_32_bits(library):
    """2^31 - 1 and one more: the accumulator has 32 bits and C is what it holds."""
    kernel = find_kernel("linear_matmul", "int8")
    a, b, c = one_block(kernel, a=[1, 0], b=[[1], [0]], c=2**31 - 1)
    output = run_kernel(kernel, kernel.block, a, b, c, library=library)
    assert set(output.reshape(-1).tolist()) == {-(2**31)}


def test_a_whole_product_is_rounded_after_every_call():
    """24 + 24 products of 1 in units of 2^5: 0.75 rounds to 1, 1.75 to 2; at once, 1.5 to 2. With
    16 + 16, 0.5 rounds to 0 twice, at once it is 1.
    """
    kernel = find_kernel("linear_matmul", "int8", dtype_out="int16")
    for k_call, in_calls, at_once in ((24, 2, 2), (16, 0, 1)):
        a, b = np.ones((4, 2 * k_call), np.int8), np.ones((2 * k_call, 8), np.int8)
        assert set(kernel.product(a, b, k_call).reshape(-1)) == {in_calls}
        assert set(kernel.product(a, b).reshape(-1)) == {at_once}


def test_a_whole_product_in_calls_is_what_the_calls_make(library):
    kernel = find_kernel("linear_matmul", "int8", dtype_out="int8")
    random = np.random.default_rng(0)
    a, b = (random.integers(-128, 128, shape, dtype=np.int8) for shape in ((16, 96), (96, 16)))
    c = np.zeros((16, 16), np.int8)
    for start in range(0, 96, 32):
        tile = a[:, start : start + 32].copy(), b[start : start + 32]
        c = run_kernel(kernel, (16, 32, 16), *tile, c, library=library)
    assert np.array_equal(c.astype(np.float64), kernel.product(a, b, 32))


@pytest.mark.parametrize("dtype", ["int8", "int16", "int32"])
@given(k=st.integers(1, 200_000))
def test_inputs_of_the_range_never_overflow_32_bits(dtype, k):
    low, high = input_range(dtype, k)
    assert k * max(low * low, high * high) < 2**31
    assert np.iinfo(dtype).min <= low < 0 < high <= np.iinfo(dtype).max


def test_the_range_is_as_wide_as_it_can_be():
    """3072 · 836² = 2,146,996,224 < 2^31, and 3072 · 837² is past it; int8: 131,071 · 2^14."""
    assert input_range("int16", 3072) == input_range("int32", 3072) == (-836, 836)
    assert input_range("int8", 131_071) == (-128, 127)
    assert input_range("int8", 131_072) == (-127, 127)
    assert input_range("int16", 1) == (-32768, 32767)
    assert input_range("int32", 1) == (-46340, 46340)


@pytest.mark.parametrize(
    ("dtype", "k", "told"), [("float32", 64, "draw its inputs"), ("int8", 0, "K must be from 1")]
)
def test_a_range_that_cannot_be_is_refused(dtype, k, told):
    with pytest.raises(InputError, match=told):
        input_range(dtype, k)


@pytest.mark.parametrize("kernel", NARROW, ids=name_of)
def test_drawn_inputs_do_not_all_saturate_at_the_longest_k(kernel):
    """At K = 3072 the ends of C lie at 3.4 standard deviations or more: under 0.1 % of it."""
    random = np.random.default_rng(0)
    low, high = input_range(kernel.dtype_in, 3072)
    a, b = (
        random.integers(low, high + 1, shape).astype(kernel.dtype_in)
        for shape in ((64, 3072), (3072, 64))
    )
    output, ends = kernel.product(a, b), np.iinfo(kernel.dtype_out)
    assert np.isin(output, (ends.min, ends.max)).mean() < 1e-3
    assert np.abs(output).mean() > 10
