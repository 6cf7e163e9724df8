"""The matrix products against float64, for any shape they take."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.kernels.operands import BLOCKED, FLOATS, MATMULS, name_of, operands
from tilescope.kernels.execution import run_kernel
from tilescope.quantities.dtypes import numpy_dtype

SHAPES = st.tuples(st.integers(1, 10), st.integers(1, 10), st.integers(1, 10))
SEEDS = st.integers(0, 2**32 - 1)


@pytest.mark.parametrize("kernel", BLOCKED, ids=name_of)
@settings(deadline=None, max_examples=15)
@given(blocks=SHAPES, seed=SEEDS)
def test_a_blocked_product_is_right_for_every_multiple_of_its_block(kernel, library, blocks, seed):
    r, s, t = kernel.block
    scalars = (r * blocks[0], s * blocks[1], t * blocks[2])
    a, b, c = operands(kernel, scalars, seed)
    output = run_kernel(kernel, scalars, a, b, c, library=library)
    tolerance = kernel.tolerance(scalars[1], calls=1)
    assert tolerance.problem(output, kernel.reference(a, b, c)) is None


@settings(deadline=None, max_examples=40)
@given(shape=SHAPES, seed=SEEDS)
def test_the_scalar_product_is_right_for_every_shape(library, shape, seed):
    (kernel,) = (kernel for kernel in MATMULS if kernel.variant == "scalar")
    a, b, c = operands(kernel, shape, seed)
    output = run_kernel(kernel, shape, a, b, c, library=library)
    assert kernel.tolerance(shape[1], calls=1).problem(output, kernel.reference(a, b, c)) is None


@pytest.mark.parametrize("kernel", BLOCKED, ids=name_of)
def test_the_register_blocking_does_not_change_a_single_bit(kernel, library):
    """5×9 blocks of C: register blocks of four or two, and rests of each kind. One block of C
    alone sums the same products in the same order.
    """
    r, s, t = kernel.block
    scalars = (5 * r, 4 * s, 9 * t)
    a, b, c = operands(kernel, scalars, 1)
    whole = run_kernel(kernel, scalars, a, b, c, library=library)
    for row in range(0, 5 * r, r):
        for column in range(0, 9 * t, t):
            rows, columns = slice(row, row + r), slice(column, column + t)
            alone = run_kernel(
                kernel, (r, 4 * s, t), a[rows], b[:, columns], c[rows, columns], library=library
            )
            assert alone.tobytes() == np.ascontiguousarray(whole[rows, columns]).tobytes()


@pytest.mark.parametrize(
    "kernel", [kernel for kernel in BLOCKED if kernel.b_layout == "row"], ids=name_of
)
def test_b_by_columns_does_not_change_a_single_bit(kernel, library):
    """The blocks arrive transposed and are turned before the same products."""
    r, s, t = kernel.block
    scalars = (3 * r, 5 * s, 3 * t)
    a, b, c = operands(kernel, scalars, 8)
    (twin,) = (other for other in BLOCKED if other.symbol == f"{kernel.symbol}_bt")
    outputs = [run_kernel(each, scalars, a, b, c, library=library) for each in (kernel, twin)]
    assert outputs[0].tobytes() == outputs[1].tobytes()


@pytest.mark.parametrize("kernel", MATMULS, ids=name_of)
def test_two_calls_give_the_same_bits(kernel, library):
    a, b, c = operands(kernel, (16, 64, 16), 2)
    first, second = (run_kernel(kernel, (16, 64, 16), a, b, c, library=library) for _ in range(2))
    assert first.tobytes() == second.tobytes()


@pytest.mark.parametrize("kernel", MATMULS, ids=name_of)
def test_small_whole_numbers_come_out_exactly(kernel, library):
    """Each term and each sum fits every dtype: |C| <= 16 · 2 · 2 + 2 = 66 < 256 = 2^8."""
    random = np.random.default_rng(3)
    a, b, c = (
        random.integers(-2, 3, (argument.rows, argument.cols)).astype(numpy_dtype(argument.dtype))
        for argument in kernel.arguments(8, 16, 8)
    )
    output = run_kernel(kernel, (8, 16, 8), a, b, c, library=library)
    assert np.array_equal(output.astype(np.float64), kernel.reference(a, b, c))


@pytest.mark.parametrize("kernel", BLOCKED, ids=name_of)
def test_the_contract_rejects_a_product_that_lost_one_step_of_k(kernel, library):
    """For floats one step of 8 is sqrt(8) = 2.8 of unit variance, far outside."""
    short = 64 - kernel.block[1]
    a, b, c = operands(kernel, (16, 64, 16), 4)
    cut = a[:, :short].copy(), b[:short].copy()
    output = run_kernel(kernel, (16, short, 16), *cut, c, library=library)
    problem = kernel.tolerance(64, calls=1).problem(output, kernel.reference(a, b, c))
    assert problem is not None
    assert "lie outside the tolerance" in problem


@pytest.mark.parametrize("kernel", FLOATS, ids=name_of)
@pytest.mark.parametrize("scale", [1e-6, 1e6])
def test_the_tolerance_follows_the_operands_scale(kernel, library, scale):
    a, b, c = operands(kernel, (16, 64, 16), 5, scale)
    c *= 0
    output = run_kernel(kernel, (16, 64, 16), a, b, c, library=library)
    tolerance = kernel.tolerance(64, calls=1)
    assert tolerance.accepts(output, kernel.reference(a, b, c), scale=scale**2)


@pytest.mark.parametrize("kernel", FLOATS, ids=name_of)
def test_a_nan_is_never_lost(kernel, library):
    a, b, c = operands(kernel, (8, 16, 8), 6)
    a[3, 5] = np.nan
    output = run_kernel(kernel, (8, 16, 8), a, b, c, library=library).astype(np.float64)
    assert np.isnan(output[3]).all()
    assert np.isfinite(np.delete(output, 3, axis=0)).all()


@pytest.mark.parametrize("kernel", FLOATS, ids=name_of)
def test_a_nan_of_b_stays_in_its_column(kernel, library):
    a, b, c = operands(kernel, (8, 16, 8), 7)
    b[9, 2] = np.nan
    output = run_kernel(kernel, (8, 16, 8), a, b, c, library=library).astype(np.float64)
    assert np.isnan(output[:, 2]).all()
    assert np.isfinite(np.delete(output, 2, axis=1)).all()


@pytest.mark.parametrize("kernel", FLOATS, ids=name_of)
def test_an_infinity_is_nan_where_it_is_split_or_shares_an_exponent(kernel, library):
    """bfloat16 as it is keeps it; float32 by terms and bfp16 say so in the tolerance's note."""
    a, b, c = operands(kernel, (8, 16, 8), 6)
    a[3, 5] = np.inf
    output = run_kernel(kernel, (8, 16, 8), a, b, c, library=library).astype(np.float64)
    told = kernel.tolerance(16).note
    if kernel.dtype_in == "float32" or kernel.emulation == "bfp16":
        assert np.isnan(output[3]).all()
        assert "NaN" in told
    else:
        assert np.array_equal(output[3], np.inf * np.sign(b[5].astype(np.float64)))


def test_terms_that_round_to_infinity_give_nan_and_cut_ones_do_not(library):
    """The largest float32 is 3.4028e38, the largest bfloat16 3.3895e38 and half a step more
    rounds up: above 3.3961e38 fast and low have an infinite first term.
    """
    for emulation, wanted in (("safe", True), ("fast", False), ("low", False)):
        (kernel,) = (k for k in FLOATS if (k.emulation, k.b_layout) == (emulation, "row"))
        a, b = np.zeros((4, 8), np.float32), np.zeros((8, 4), np.float32)
        a[0, 0], b[0, 0] = np.finfo(np.float32).max, 0.5
        output = run_kernel(kernel, (4, 8, 4), a, b, np.zeros((4, 4), np.float32), library=library)
        assert bool(np.isfinite(output[0, 0])) is wanted
