"""The matrix products against float64, for any shape they take."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tilescope.kernels.catalog import all_kernels
from tilescope.kernels.execution import run_kernel
from tilescope.quantities.dtypes import numpy_dtype

MATMULS = [kernel for kernel in all_kernels() if kernel.name == "linear_matmul"]
BLOCKED = [kernel for kernel in MATMULS if kernel.block]
SHAPES = st.tuples(st.integers(1, 10), st.integers(1, 10), st.integers(1, 10))
SEEDS = st.integers(0, 2**32 - 1)


def operands(kernel, scalars, seed, scale=1.0):
    random = np.random.default_rng(seed)
    return [
        (scale * random.standard_normal((argument.rows, argument.cols))).astype(
            numpy_dtype(argument.dtype)
        )
        for argument in kernel.arguments(*scalars)
    ]


@pytest.mark.parametrize("kernel", BLOCKED, ids=lambda kernel: kernel.symbol)
@settings(deadline=None, max_examples=40)
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


@pytest.mark.parametrize("kernel", BLOCKED, ids=lambda kernel: kernel.symbol)
def test_the_register_blocking_does_not_change_a_single_bit(kernel, library):
    """20×40 of C is 5×10 blocks: 4×4 register blocks and rests of each kind. One block of C alone
    sums the same products in the same order.
    """
    scalars = (20, 32, 40)
    a, b, c = operands(kernel, scalars, 1)
    whole = run_kernel(kernel, scalars, a, b, c, library=library)
    for row in range(0, 20, 4):
        for column in range(0, 40, 4):
            rows, columns = slice(row, row + 4), slice(column, column + 4)
            alone = run_kernel(
                kernel, (4, 32, 4), a[rows], b[:, columns], c[rows, columns], library=library
            )
            assert alone.tobytes() == np.ascontiguousarray(whole[rows, columns]).tobytes()


@pytest.mark.parametrize("kernel", MATMULS, ids=lambda kernel: kernel.symbol)
def test_two_calls_give_the_same_bits(kernel, library):
    a, b, c = operands(kernel, (16, 64, 16), 2)
    first, second = (run_kernel(kernel, (16, 64, 16), a, b, c, library=library) for _ in range(2))
    assert first.tobytes() == second.tobytes()


@pytest.mark.parametrize("kernel", MATMULS, ids=lambda kernel: kernel.symbol)
def test_small_whole_numbers_come_out_exactly(kernel, library):
    """Each term and each sum fits every dtype: |C| <= 16 · 2 · 2 + 2 = 66 < 256 = 2^8."""
    random = np.random.default_rng(3)
    a, b, c = (
        random.integers(-2, 3, (argument.rows, argument.cols)).astype(numpy_dtype(argument.dtype))
        for argument in kernel.arguments(8, 16, 8)
    )
    output = run_kernel(kernel, (8, 16, 8), a, b, c, library=library)
    assert np.array_equal(output.astype(np.float64), kernel.reference(a, b, c))


@pytest.mark.parametrize("kernel", BLOCKED, ids=lambda kernel: kernel.symbol)
def test_the_contract_rejects_a_product_that_lost_one_step_of_k(kernel, library):
    """One step is 8 products of unit variance: sqrt(8) = 2.8, far outside."""
    scalars = (16, 64, 16)
    a, b, c = operands(kernel, scalars, 4)
    output = run_kernel(kernel, (16, 56, 16), a[:, :56].copy(), b[:56].copy(), c, library=library)
    problem = kernel.tolerance(64, calls=1).problem(output, kernel.reference(a, b, c))
    assert problem is not None
    assert "lie outside the tolerance" in problem


@pytest.mark.parametrize("kernel", BLOCKED, ids=lambda kernel: kernel.symbol)
@pytest.mark.parametrize("scale", [1e-6, 1e6])
def test_the_tolerance_follows_the_operands_scale(kernel, library, scale):
    a, b, c = operands(kernel, (16, 64, 16), 5, scale)
    c *= 0
    output = run_kernel(kernel, (16, 64, 16), a, b, c, library=library)
    tolerance = kernel.tolerance(64, calls=1)
    assert tolerance.accepts(output, kernel.reference(a, b, c), scale=scale**2)


@pytest.mark.parametrize("kernel", MATMULS, ids=lambda kernel: kernel.symbol)
def test_a_nan_is_never_lost(kernel, library):
    a, b, c = operands(kernel, (8, 16, 8), 6)
    a[3, 5] = np.nan
    output = run_kernel(kernel, (8, 16, 8), a, b, c, library=library).astype(np.float64)
    assert np.isnan(output[3]).all()
    assert np.isfinite(np.delete(output, 3, axis=0)).all()
