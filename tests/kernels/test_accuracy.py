"""How close a whole projection comes, and which kernels are not close enough.

The measure is the run file's: largest error over largest element, here against float64.
"""

import numpy as np
import pytest

from tilescope.kernels.catalog import find_kernel
from tilescope.kernels.execution import run_kernel
from tilescope.quantities.dtypes import numpy_dtype

M, N, K = 64, 64, 3072
STEP = 128  # 3072 / 128 = 24 calls share one C


def relative_error(kernel, library):
    """A 64×64×3072 product of N(0,1) operands in 24 calls."""
    random = np.random.default_rng(0)
    a = random.standard_normal((M, K)).astype(numpy_dtype(kernel.dtype_in))
    b = random.standard_normal((K, N)).astype(numpy_dtype(kernel.dtype_in))
    zero = np.zeros((M, N), numpy_dtype(kernel.dtype_out))
    c = zero
    for start in range(0, K, STEP):
        columns, rows = a[:, start : start + STEP].copy(), b[start : start + STEP]
        c = run_kernel(kernel, (M, STEP, N), columns, rows, c, library=library)
    reference = kernel.reference(a, b, zero)
    assert kernel.tolerance(K, calls=K // STEP).problem(c, reference) is None
    return np.abs(c.astype(np.float64) - reference).max() / np.abs(reference).max()


@pytest.mark.parametrize("emulation", ["safe", "fast"])
def test_three_terms_are_as_good_as_float32(emulation, library):
    assert (
        relative_error(find_kernel("linear_matmul", "float32", "vector", emulation), library)
        <= 1e-6
    )


def test_two_terms_fail_the_bound_of_float32(library):
    error = relative_error(find_kernel("linear_matmul", "float32", "vector", "low"), library)
    assert 3e-6 < error < 1e-4


def test_scalar_float32_stays_within_the_bound(library):
    assert relative_error(find_kernel("linear_matmul", "float32", "scalar"), library) <= 3e-6


def test_a_float32_c_keeps_bfloat16_products_exact(library):
    kernel = find_kernel("linear_matmul", "bfloat16", dtype_out="float32")
    assert relative_error(kernel, library) <= 1e-6


def test_a_bfloat16_c_loses_digits_with_every_call(library):
    """24 roundings at 2^-8: 0.42 · 2^-8 · sqrt(24/2) = 0.6 % of a typical C, or more."""
    error = relative_error(find_kernel("linear_matmul", "bfloat16"), library)
    assert 2e-3 < error < 3e-2


def test_the_portable_build_and_the_fast_one_agree_to_rounding(library):
    """Both are held to the same float64, so to twice a tolerance of each other."""
    kernel = find_kernel("linear_matmul", "float32")
    random = np.random.default_rng(7)
    a, b, c = (
        random.standard_normal((argument.rows, argument.cols)).astype(np.float32)
        for argument in kernel.arguments(16, 64, 16)
    )
    output = run_kernel(kernel, (16, 64, 16), a, b, c, library=library)
    assert np.abs(output - kernel.reference(a, b, c)).max() <= 1e-5
