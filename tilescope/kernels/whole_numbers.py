"""What the whole-number kernels compute, to the last bit: rounding, wrapping, saturation."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from tilescope.kernels.references import Operand, Result

ACCUMULATOR_BITS = {"int8": 32, "int16": 64, "int32": 64}
"""By the dtype of the operands, as the AIE API's `accauto`."""

FLOAT64_WHOLE = 2**53  # every whole number up to here is a float64

Whole = NDArray[np.int64]
Product = Callable[[Operand, Operand, Operand], Result]


def matmul(dtype_in: str, dtype_out: str, shift: int) -> Product:
    """The reference of a product kernel: C = (C·2^shift + A·B) / 2^shift, saturated."""
    bits = ACCUMULATOR_BITS[dtype_in]

    def reference(a: Operand, b: Operand, c: Operand) -> Result:
        start = np.asarray(c).astype(np.int64) << shift
        return narrowed(wrapped(start + exact_product(a, b), bits), shift, dtype_out)

    return reference


def accumulate(dtype: str) -> Callable[..., Result]:
    """The reference of C + P: 32 bits wrap, fewer saturate."""

    def reference(c_in: Operand, p: Operand, c_out: Operand | None = None) -> Result:
        total = np.asarray(c_in).astype(np.int64) + np.asarray(p).astype(np.int64)
        return narrowed(wrapped(total, 32), 0, dtype)

    return reference


def exact_product(a: Operand, b: Operand) -> Whole:
    """A @ B modulo 2^64; by floating point, which is faster, where that is exact."""
    left, right = np.asarray(a), np.asarray(b)
    if _largest(left) * _largest(right) * left.shape[1] <= FLOAT64_WHOLE:
        return (left.astype(np.float64) @ right.astype(np.float64)).astype(np.int64)
    product: Whole = left.astype(np.int64) @ right.astype(np.int64)
    return product


def wrapped(values: Whole, bits: int) -> Whole:
    """The values modulo 2^bits, in two's complement."""
    if bits == 64:
        return values
    half = 1 << (bits - 1)
    return ((values + half) & (2 * half - 1)) - half


def narrowed(values: Whole, shift: int, dtype: str) -> Result:
    """Values / 2^shift, rounded to the nearest, ties to even, and kept within the dtype."""
    quotient = values >> shift
    if shift:
        half = 1 << (shift - 1)
        rest = values & (2 * half - 1)
        quotient = quotient + (rest + (quotient & 1) > half)
    ends = np.iinfo(dtype)
    kept: Result = np.clip(quotient, ends.min, ends.max).astype(np.float64)
    return kept


def _largest(values: Operand) -> int:
    if not values.size:
        return 0
    return max(abs(int(values.min())), abs(int(values.max())))
