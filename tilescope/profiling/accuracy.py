"""How far an output is from what it should be: first within the contract, then as figures."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

Matrix = NDArray[np.float64]


def exact_product(a: NDArray[Any], b: NDArray[Any]) -> Matrix:
    """A @ B of the given (already rounded) elements, in float64."""
    product: Matrix = a.astype(np.float64) @ b.astype(np.float64)
    return product


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
