"""What the kernels compute, in float64 numpy on plain matrices of any dtype."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

Operand = NDArray[Any]
Result = NDArray[np.float64]


def exactly(operand: Operand) -> Result:
    """The operand in float64, which holds every value of the dtypes here."""
    return np.asarray(operand).astype(np.float64)


def matmul(a: Operand, b: Operand, c: Operand) -> Result:
    """C + A @ B."""
    return exactly(c) + exactly(a) @ exactly(b)


def accumulate(c_in: Operand, p: Operand, c_out: Operand | None = None) -> Result:
    """C + P; what lay in c_out does not matter."""
    return exactly(c_in) + exactly(p)


def convert(c_in: Operand, c_out: Operand | None = None) -> Result:
    """C itself: the exact value of what is then rounded."""
    return exactly(c_in)


def zero(c: Operand) -> Result:
    """Zeros of C's shape."""
    return np.zeros(np.shape(c))
