"""One small call of a kernel, judged by its own contract."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from tilescope.errors import InputError
from tilescope.kernels.contract import Argument, Kernel, Role
from tilescope.kernels.execution import run_kernel
from tilescope.kernels.library import KernelLibrary
from tilescope.quantities.dtypes import is_integer, numpy_dtype

BLOCKS = {"m": 5, "k": 3, "n": 5}
"""Blocks along each side: a whole register block of four, and one left over."""
ELEMENTS = 512
INTEGERS = (-8, 8)


def sizes_of(kernel: Kernel) -> tuple[int, ...]:
    """The scalars of a small call."""
    block = dict(zip(("m", "k", "n"), kernel.block or (4, 8, 4), strict=True))
    return tuple(
        BLOCKS[name] * block[name] if name in block else ELEMENTS for name in kernel.scalars
    )


def problem_of(kernel: Kernel, library: KernelLibrary) -> str | None:
    """Why the kernel's output breaks its contract on a small input; None where it keeps it."""
    sizes = sizes_of(kernel)
    generator = np.random.default_rng(0)
    try:
        arguments = kernel.arguments(*sizes)
        operands = [_matrix(argument, generator) for argument in arguments]
        read = [
            matrix
            for argument, matrix in zip(arguments, operands, strict=True)
            if argument.role is not Role.OUT
        ]
        output = run_kernel(kernel, sizes, *read, library=library)
    except InputError as error:
        return str(error)
    k = dict(zip(kernel.scalars, sizes, strict=True)).get("k", 1)
    tolerance = kernel.tolerance(k, calls=1)
    return tolerance.problem(output, kernel.reference(*operands))


def _matrix(argument: Argument, generator: np.random.Generator) -> NDArray[Any]:
    """An operand that a call may read, N(0, 1) or small integers; zeros where it only writes."""
    shape, dtype = (argument.rows, argument.cols), numpy_dtype(argument.dtype)
    if argument.role is Role.OUT:
        return np.zeros(shape, dtype=dtype)
    if is_integer(argument.dtype):
        return generator.integers(*INTEGERS, size=shape).astype(dtype)
    return generator.standard_normal(shape).astype(dtype)
