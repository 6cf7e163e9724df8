"""How far an output is from what it should be: first within the contract, then as figures."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from tilescope.designs.mapping import Mapping
from tilescope.kernels.catalog import find_kernel
from tilescope.quantities.dtypes import is_integer
from tilescope.workloads.gemm import Gemm

Matrix = NDArray[np.float64]


def exact_product(a: NDArray[Any], b: NDArray[Any]) -> Matrix:
    """A @ B of the given (already rounded) elements, in float64."""
    product: Matrix = a.astype(np.float64) @ b.astype(np.float64)
    return product


def expected_output(gemm: Gemm, mapping: Mapping, a: NDArray[Any], b: NDArray[Any]) -> Matrix:
    """What the mapping's kernels must give: A @ B in float64, or whole numbers to the last bit.

    Whole numbers are rounded and saturated after each stretch of K, as the kernels do it where C
    is narrower than their sums; then it counts in the kernel's units of 2^shift.
    """
    kernel = mapping.matmul(gemm.dtype)
    if not is_integer(gemm.dtype):
        return exact_product(a, b)
    step = mapping.core_tile[2]
    if mapping.family != "per-tile":
        return kernel.product(a, b, step)
    accumulate = find_kernel("linear_accumulate", mapping.c_dtype)
    c: Matrix = np.zeros((gemm.m, gemm.n))
    for start in range(0, gemm.k, step):
        partial = kernel.product(a[:, start : start + step], b[start : start + step], step)
        c = accumulate.reference(c, partial)
    return c


def errors(output: NDArray[Any], reference: Matrix) -> tuple[float, float]:
    """The largest absolute error, and the same over the largest magnitude of the reference.

    An all-zero reference has no scale: the relative error is 0 for an equal output, else infinite.
    """
    if reference.size == 0:
        return 0.0, 0.0
    max_abs = float(np.max(np.abs(output.astype(np.float64) - reference)))
    scale = float(np.max(np.abs(reference)))
    if scale == 0.0:
        return max_abs, 0.0 if max_abs == 0.0 else float("inf")
    return max_abs, max_abs / scale
