"""The matrices that a case multiplies: drawn at random, the same for the same seed."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from tilescope.kernels.ranges import input_range
from tilescope.quantities.dtypes import is_integer, numpy_dtype
from tilescope.workloads.gemm import Gemm

Inputs = tuple[NDArray[Any], NDArray[Any]]


def make_inputs(gemm: Gemm, seed: int) -> Inputs:
    """A [m,k] and B [k,n], from N(0,1), or whole numbers as large as no sum over K overflows.

    N(0,1) is drawn in float32 and rounded to the dtype; whole numbers are equally likely within
    kernels.ranges. Each case starts from the seed anew, so its data do not depend on the cases
    before it.
    """
    generator = np.random.default_rng(seed)
    dtype = numpy_dtype(gemm.dtype)
    shapes = ((gemm.m, gemm.k), (gemm.k, gemm.n))
    if is_integer(gemm.dtype):
        low, high = input_range(gemm.dtype, gemm.k)
        a, b = (generator.integers(low, high, shape, dtype, endpoint=True) for shape in shapes)
    else:
        a, b = (
            generator.standard_normal(shape, dtype=np.float32).astype(dtype) for shape in shapes
        )
    return a, b
