"""Accumulate, round and zero: any number of elements, and to the last bit."""

import ml_dtypes
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tilescope.kernels.catalog import find_kernel
from tilescope.kernels.execution import run_kernel
from tilescope.quantities.dtypes import numpy_dtype

COUNTS = st.integers(1, 200)
SEEDS = st.integers(0, 2**32 - 1)


def normal(count, seed, dtype):
    random = np.random.default_rng(seed)
    return random.standard_normal((1, count)).astype(numpy_dtype(dtype))


@pytest.mark.parametrize("dtype", ["float32", "bfloat16"])
@settings(deadline=None, max_examples=40)
@given(count=COUNTS, seed=SEEDS)
def test_accumulate_adds_in_float32_and_rounds_once(dtype, library, count, seed):
    kernel = find_kernel("linear_accumulate", dtype)
    c, p = normal(count, seed, dtype), normal(count, seed + 1, dtype)
    output = run_kernel(kernel, (count,), c, p, library=library)
    expected = (c.astype(np.float32) + p.astype(np.float32)).astype(numpy_dtype(dtype))
    assert output.tobytes() == expected.tobytes()
    assert kernel.tolerance().accepts(output, kernel.reference(c, p))


@pytest.mark.parametrize("dtype", ["int8", "int16", "int32"])
@settings(deadline=None, max_examples=40)
@given(count=COUNTS, seed=SEEDS)
def test_whole_numbers_saturate_and_int32_wraps(dtype, library, count, seed):
    kernel = find_kernel("linear_accumulate", dtype)
    random, ends = np.random.default_rng(seed), np.iinfo(dtype)
    c, p = (random.integers(ends.min, ends.max + 1, (1, count), dtype=dtype) for _ in range(2))
    output = run_kernel(kernel, (count,), c, p, library=library)
    exact = c.astype(np.int64) + p.astype(np.int64)
    wanted = c + p if dtype == "int32" else np.clip(exact, ends.min, ends.max)
    assert np.array_equal(output, wanted)
    assert kernel.tolerance().accepts(output, kernel.reference(c, p))


def test_accumulate_may_write_over_its_input(library):
    kernel = find_kernel("linear_accumulate", "float32")
    c, p = normal(100, 1, "float32"), normal(100, 2, "float32")
    expected = c + p
    library.call(kernel.symbol, (c, p, c), (100,))
    assert np.array_equal(c, expected)


@settings(deadline=None, max_examples=40)
@given(count=COUNTS, seed=SEEDS)
def test_round_goes_to_the_nearest_bfloat16(library, count, seed):
    kernel = find_kernel("linear_round", "float32", dtype_out="bfloat16")
    c = normal(count, seed, "float32")
    output = run_kernel(kernel, (count,), c, library=library)
    assert output.tobytes() == c.astype(ml_dtypes.bfloat16).tobytes()
    assert kernel.tolerance().accepts(output, kernel.reference(c))


def test_a_tie_goes_to_the_even_neighbour(library):
    """Beside 1 the step is 2^-7: 1 + 2^-8 lies between 1 and 1 + 2^-7, and 1 is even;
    1 + 3·2^-8 lies between 1 + 2^-7 and 1 + 2·2^-7, and the upper one is even.
    """
    kernel = find_kernel("linear_round", "float32", dtype_out="bfloat16")
    ties = np.array([[1 + 2**-8, 1 + 3 * 2**-8, -1 - 2**-8] * 8], np.float32)
    output = run_kernel(kernel, (24,), ties, library=library).astype(np.float64)
    assert output[0, :3].tolist() == [1.0, 1 + 2 * 2**-7, -1.0]
    assert output[0, -3:].tolist() == [1.0, 1 + 2 * 2**-7, -1.0]  # the scalar rest too


def test_infinities_and_nan_survive_rounding(library):
    kernel = find_kernel("linear_round", "float32", dtype_out="bfloat16")
    special = np.array([[np.inf, -np.inf, np.nan] * 6], np.float32)
    output = run_kernel(kernel, (18,), special, library=library)
    assert np.array_equal(output.astype(np.float32), special, equal_nan=True)


@pytest.mark.parametrize("dtype", ["float32", "bfloat16", "int32", "int16", "int8"])
@settings(deadline=None, max_examples=20)
@given(count=COUNTS)
def test_zero_clears_every_element_and_no_other(dtype, library, count):
    kernel = find_kernel("linear_zero", dtype)
    assert not run_kernel(kernel, (count,), library=library).any()
    memory = np.ones(count + 1, numpy_dtype(dtype))
    library.call(kernel.symbol, (memory,), (count,))
    assert memory.tolist() == [0.0] * count + [1.0]
