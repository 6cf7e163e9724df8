"""The matrices that a case multiplies: normally distributed, the same for the same seed."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from tilescope.quantities.dtypes import numpy_dtype
from tilescope.workloads.gemm import Gemm

Inputs = tuple[NDArray[Any], NDArray[Any]]


def make_inputs(gemm: Gemm, seed: int) -> Inputs:
    """A [m,k] and B [k,n] with elements from N(0,1), drawn in float32 and rounded to the dtype.

    Each case starts from the seed anew, so its data do not depend on the cases before it.
    """
    generator = np.random.default_rng(seed)
    dtype = numpy_dtype(gemm.dtype)
    a = generator.standard_normal((gemm.m, gemm.k), dtype=np.float32).astype(dtype)
    b = generator.standard_normal((gemm.k, gemm.n), dtype=np.float32).astype(dtype)
    return a, b
