"""The product kernels by kind, and operands for any of them."""

import numpy as np

from tilescope.kernels.catalog import all_kernels
from tilescope.kernels.ranges import input_range
from tilescope.quantities.dtypes import is_integer, numpy_dtype

MATMULS = [kernel for kernel in all_kernels() if kernel.name == "linear_matmul"]
BLOCKED = [kernel for kernel in MATMULS if kernel.block]
WHOLE = [kernel for kernel in BLOCKED if is_integer(kernel.dtype_in)]
FLOATS = [kernel for kernel in BLOCKED if not is_integer(kernel.dtype_in)]


def name_of(kernel):
    """The test id of a kernel."""
    return kernel.symbol


def operands(kernel, scalars, seed, scale=1.0):
    """A, B and C: N(0, scale²), or whole numbers that cannot overflow at this K."""
    random = np.random.default_rng(seed)
    return [_matrix(random, argument, scalars[1], scale) for argument in kernel.arguments(*scalars)]


def _matrix(random, argument, k, scale):
    shape, dtype = (argument.rows, argument.cols), numpy_dtype(argument.dtype)
    if is_integer(argument.dtype):
        low, high = (-100, 100) if argument.name == "c" else input_range(argument.dtype, k)
        return random.integers(low, high + 1, shape).astype(dtype)
    return (scale * random.standard_normal(shape)).astype(dtype)
