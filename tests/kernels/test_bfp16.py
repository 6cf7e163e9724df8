"""bfp16 against its definition: eight values share an exponent and keep seven bits and a sign."""

import math

import ml_dtypes
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tilescope.kernels.catalog import find_kernel
from tilescope.kernels.execution import run_kernel
from tilescope.kernels.tolerances import BFP16_ROUNDOFF

BFLOAT16 = ml_dtypes.bfloat16


def as_block(values):
    """Eight values as one block, by definition; Python rounds halves to even."""
    exponent = max(math.frexp(value)[1] - 1 for value in values if value)
    for rise in (0, 1):
        unit = 2.0 ** (exponent + rise - 6)
        multiples = [round(value / unit) for value in values]
        if max(multiples) <= 127:
            break
    return [multiple * unit for multiple in multiples]


def converted(values, library, by="row"):
    """What the kernel makes of one block of A (or of B): its product with the identity."""
    kernel = find_kernel("linear_matmul", "bf16", dtype_out="float32", generation="aie2p")
    one, block = np.eye(8).astype(BFLOAT16), np.zeros((8, 8), BFLOAT16)
    block[3] = np.array(values).astype(BFLOAT16)
    a, b = (block, one) if by == "row" else (one, block.T.copy())
    output = run_kernel(kernel, (8, 8, 8), a, b, np.zeros((8, 8), np.float32), library=library)
    return (output[3] if by == "row" else output[:, 3]).tolist()


NUMBERS = st.floats(-(2.0**20), 2.0**20, allow_nan=False, width=32)


@pytest.mark.parametrize("by", ["row", "column"])
@settings(deadline=None, max_examples=60)
@given(values=st.lists(NUMBERS, min_size=8, max_size=8), shift=st.integers(-60, 60))
def test_a_block_is_rounded_by_its_definition(library, by, values, shift):
    numbers = (np.array(values) * 2.0**shift).astype(BFLOAT16).astype(np.float64)
    numbers[np.abs(numbers) < 2.0**-126] = 0
    numbers[0] = numbers[0] or 1.0
    assert converted(numbers.tolist(), library, by) == as_block(numbers.tolist())


@pytest.mark.parametrize("by", ["row", "column"])
def test_the_largest_of_a_block_leaves_the_rest_its_places(library, by):
    """Beside 1 a unit is 2^-6: 3/4 units make one, a half and less than half none, 1.5 make 2."""
    unit = 2.0**-6
    values = [1, 0.75 * unit, 0.5 * unit, 0.375 * unit, 1.5 * unit, -1.5 * unit, 2.5 * unit, 0]
    assert converted(values, library, by) == [1, unit, 0, 0, 2 * unit, -2 * unit, 2 * unit, 0]


@pytest.mark.parametrize("by", ["row", "column"])
def test_a_value_that_would_be_128_units_raises_the_exponent(library, by):
    """255/128 is 127.5 units of 2^-6, to even 128: with units of 2^-5 it is 64, and 3 of 2^-6
    become 1.5, which round to 2. The negative one needs no such thing: -128 fits.
    """
    unit, top = 2.0**-6, 255 / 128
    assert converted([top, 3 * unit, *[0] * 6], library, by) == [2, 4 * unit, *[0] * 6]
    assert converted([-top, 3 * unit, *[0] * 6], library, by) == [-2, 3 * unit, *[0] * 6]
    assert converted([top, -top, 3 * unit, *[0] * 5], library, by)[2] == 4 * unit


@pytest.mark.parametrize("special", [math.nan, math.inf, -math.inf])
def test_a_block_with_no_number_in_it_is_nan(library, special):
    assert np.isnan(converted([special, 1, 2, 3, 4, 5, 6, 7], library)).all()


def test_operands_of_unit_variance_lose_less_than_a_percent():
    """The tolerance's figure, by simulation: 2·4096·8 products of normal numbers."""
    random = np.random.default_rng(0)
    a, b = (random.standard_normal((4096, 8)).astype(BFLOAT16).astype(float) for _ in range(2))
    rounded_a, rounded_b = (np.array([as_block(row) for row in x.tolist()]) for x in (a, b))
    error = np.sqrt(np.mean((rounded_a * rounded_b - a * b) ** 2))
    assert error == pytest.approx(BFP16_ROUNDOFF, rel=0.1)


def test_the_sum_of_a_step_is_exact_and_c_is_rounded_once(library):
    """Random whole numbers up to 127 are whole units: the kernel's C is float32's of the sum."""
    kernel = find_kernel("linear_matmul", "bf16", dtype_out="float32", generation="aie2p")
    random = np.random.default_rng(1)
    a, b = (random.integers(-127, 128, (8, 8)).astype(BFLOAT16) for _ in range(2))
    a[:, 0], b[0] = 127, 127
    c = (random.standard_normal((8, 8)) * 1e7).astype(np.float32)
    output = run_kernel(kernel, (8, 8, 8), a, b, c, library=library)
    exact = a.astype(np.float64) @ b.astype(np.float64) + c.astype(np.float64)
    assert np.array_equal(output, exact.astype(np.float32))


def test_bfp16_is_a_hundred_times_less_exact_than_native(library):
    random = np.random.default_rng(2)
    a, b = (random.standard_normal(size).astype(BFLOAT16) for size in ((16, 768), (768, 16)))
    errors = {}
    for emulation in ("bfp16", "native"):
        kernel = find_kernel(
            "linear_matmul",
            "bf16",
            emulation=emulation,
            dtype_out="float32",
            generation="aie2p",
        )
        c = np.zeros((16, 16), np.float32)
        output = run_kernel(kernel, (16, 768, 16), a, b, c, library=library)
        assert kernel.tolerance(768, calls=1).accepts(output, kernel.reference(a, b, c))
        errors[emulation] = np.abs(output - kernel.reference(a, b, c)).max() / math.sqrt(768)
    assert 0.005 < errors["bfp16"] < 0.05
    assert errors["native"] < 1e-5
