"""Matrices as the vector kernels hold them in L1: blocks in row-major order, row-major inside.

B by columns: the same order, and each block transposed.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from tilescope.errors import InputError

BLOCK = (4, 8, 4)  # (r, s, t) of the float kernels on aie2


def pack(matrix: NDArray[Any], rows: int, cols: int) -> NDArray[Any]:
    """The matrix's elements in rows×cols blocks, as one contiguous array.

    Raises InputError where the shape is no multiple of the block.
    """
    height, width = matrix.shape
    if height % rows or width % cols:
        raise InputError(f"A {height}×{width} matrix does not divide into {rows}×{cols} blocks.")
    blocks = matrix.reshape(height // rows, rows, width // cols, cols)
    return np.ascontiguousarray(blocks.transpose(0, 2, 1, 3)).reshape(-1)


def unpack(packed: NDArray[Any], height: int, width: int, rows: int, cols: int) -> NDArray[Any]:
    """The height×width matrix whose rows×cols blocks these are; undoes `pack`."""
    blocks = packed.reshape(height // rows, width // cols, rows, cols)
    return np.ascontiguousarray(blocks.transpose(0, 2, 1, 3)).reshape(height, width)


def pack_transposed(matrix: NDArray[Any], rows: int, cols: int) -> NDArray[Any]:
    """The same blocks in the same order, each lying column by column.

    Raises InputError where the shape is no multiple of the block.
    """
    blocks = pack(matrix, rows, cols).reshape(-1, rows, cols)
    return np.ascontiguousarray(blocks.transpose(0, 2, 1)).reshape(-1)


def pack_a(a: NDArray[Any], block: tuple[int, int, int] = BLOCK) -> NDArray[Any]:
    """A in r×s blocks."""
    return pack(a, block[0], block[1])


def pack_b(b: NDArray[Any], block: tuple[int, int, int] = BLOCK) -> NDArray[Any]:
    """B in s×t blocks."""
    return pack(b, block[1], block[2])


def pack_c(c: NDArray[Any], block: tuple[int, int, int] = BLOCK) -> NDArray[Any]:
    """C in r×t blocks."""
    return pack(c, block[0], block[2])


def unpack_c(
    packed: NDArray[Any], m: int, n: int, block: tuple[int, int, int] = BLOCK
) -> NDArray[Any]:
    """The m×n matrix C from its r×t blocks."""
    return unpack(packed, m, n, block[0], block[2])
