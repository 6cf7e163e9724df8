"""Whole numbers for real ones: symmetric, a scale for each row of A and each column of B."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tilescope.kernels.ranges import input_range
from tilescope.quantities.dtypes import numpy_dtype


@dataclass(frozen=True)
class Quantised:
    """values · scales is about the original; scales [rows, 1] or [1, columns] in float32."""

    values: NDArray[Any]
    scales: NDArray[np.float32]


def quantise(matrix: NDArray[Any], dtype: str, k: int, axis: int) -> Quantised:
    """The matrix in whole numbers whose products do not overflow over K, one scale along `axis`.

    axis 1 takes a scale for each row, 0 for each column: the largest magnitude there over the
    largest whole number. That is 127 for int8; int16 and int32 keep to what K products can be
    summed in 32 bits (kernels.ranges). Rounded to the nearest, ties to even.
    """
    limit = largest(dtype, k)
    peak = np.max(np.abs(matrix.astype(np.float64)), axis=axis, keepdims=True)
    scales = (np.where(peak > 0, peak, limit) / limit).astype(np.float32)
    whole = np.clip(np.rint(matrix / scales.astype(np.float64)), -limit, limit)
    return Quantised(whole.astype(numpy_dtype(dtype)), scales)


def largest(dtype: str, k: int) -> int:
    """The largest magnitude of a quantised number at this K."""
    low, high = input_range(dtype, k)
    return min(-low, high)
