"""Running one kernel on plain matrices: packed by its contract, called, unpacked."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from tilescope.errors import InputError
from tilescope.kernels.contract import Argument, Kernel, Role
from tilescope.kernels.layout import pack, pack_transposed, unpack
from tilescope.kernels.library import KernelLibrary, load_library
from tilescope.quantities.dtypes import is_integer, numpy_dtype


def run_kernel(
    kernel: Kernel,
    scalars: tuple[int, ...],
    *matrices: NDArray[Any],
    library: KernelLibrary | None = None,
) -> NDArray[Any]:
    """One call on the host; returns what it writes, as a row-major matrix.

    `matrices` are the operands that the kernel reads, in order; those it only writes are made
    here. Raises InputError for sizes that the kernel does not take, or matrices of another
    number, shape or dtype than its contract says.
    """
    arguments = kernel.arguments(*scalars)
    read = [argument for argument in arguments if argument.role is not Role.OUT]
    if len(read) != len(matrices):
        names = ", ".join(argument.name for argument in read) or "nothing"
        raise InputError(f"{kernel.symbol} reads {names}, not {len(matrices)} matrices.")
    given = iter(matrices)
    arrays = tuple(
        _unwritten(argument) if argument.role is Role.OUT else _packed(argument, next(given))
        for argument in arguments
    )
    (library or load_library()).call(kernel.symbol, arrays, scalars)
    written = next(i for i, argument in enumerate(arguments) if argument.role is not Role.IN)
    return _unpacked(arguments[written], arrays[written])


def _unwritten(argument: Argument) -> NDArray[Any]:
    """Memory full of NaN, or of an odd number, so that an element left out shows."""
    left = 0x5A if is_integer(argument.dtype) else np.nan
    return np.full(argument.elements, left, dtype=numpy_dtype(argument.dtype))


def _packed(argument: Argument, matrix: NDArray[Any]) -> NDArray[Any]:
    shape, dtype = (argument.rows, argument.cols), numpy_dtype(argument.dtype)
    if matrix.shape != shape or matrix.dtype != dtype:
        raise InputError(
            f"{argument.name} is {shape[0]}×{shape[1]} {argument.dtype}, not "
            f"{'×'.join(map(str, matrix.shape))} {matrix.dtype}."
        )
    if argument.block is None:
        return np.array(matrix).reshape(-1)
    packed = pack_transposed if argument.transposed else pack
    return np.array(packed(matrix, *argument.block))


def _unpacked(argument: Argument, memory: NDArray[Any]) -> NDArray[Any]:
    if argument.block is None:
        return memory.reshape(argument.rows, argument.cols)
    return unpack(memory, argument.rows, argument.cols, *argument.block)
