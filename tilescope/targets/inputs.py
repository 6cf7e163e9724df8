"""Whether the matrices handed to a target are those of the workload."""

from __future__ import annotations

from typing import Any

from numpy.typing import NDArray

from tilescope.errors import InputError
from tilescope.quantities.dtypes import numpy_dtype
from tilescope.workloads.gemm import Gemm


def check_inputs(gemm: Gemm, a: NDArray[Any], b: NDArray[Any]) -> None:
    """Accept A [m, k] and B [k, n] in the workload's dtype; InputError naming what differs."""
    for letter, matrix, shape in (("A", a, (gemm.m, gemm.k)), ("B", b, (gemm.k, gemm.n))):
        if matrix.shape != shape or matrix.dtype != numpy_dtype(gemm.dtype):
            raise InputError(
                f"{letter} of {gemm.label} must be {shape[0]}×{shape[1]} in {gemm.dtype}, "
                f"not {'×'.join(map(str, matrix.shape))} in {matrix.dtype}."
            )
