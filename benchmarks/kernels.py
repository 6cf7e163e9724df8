"""How fast the kernels' host build runs a whole q_proj, beside PyTorch in the same process.

    python benchmarks/kernels.py [--case MxNxK] [--repeats N] [--isa portable]

One thread each. The operands lie blocked and cut into core tiles beforehand, as the simulated
memory holds them, and the calls are made in a native loop: what is timed is the kernel. Each line
says the median of the repeats and its ratio to torch.nn.functional.linear of the same dtype.
"""

from __future__ import annotations

import argparse
import statistics
import time
from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from tilescope.kernels.catalog import all_kernels
from tilescope.kernels.contract import Argument, Kernel
from tilescope.kernels.layout import pack
from tilescope.kernels.library import KernelLibrary, load_library
from tilescope.quantities.dtypes import numpy_dtype
from tilescope.quantities.shapes import parse_shape

CORE_TILES = ((16, 80, 128), (16, 16, 64), (64, 64, 64))  # m, n, k


def median_us(work: Callable[[], object], repeats: int) -> float:
    """The median wall time of one call, after two to warm up."""
    times = []
    for _ in range(repeats + 2):
        start = time.perf_counter_ns()
        work()
        times.append((time.perf_counter_ns() - start) / 1e3)
    return statistics.median(times[2:])


def torch_us(dtype: str, shape: tuple[int, int, int], repeats: int) -> float:
    """`torch.nn.functional.linear` on one thread."""
    import torch

    torch.set_num_threads(1)
    m, n, k = shape
    a = torch.randn(m, k).to(getattr(torch, dtype))
    b = torch.randn(n, k).to(getattr(torch, dtype))
    return median_us(lambda: torch.nn.functional.linear(a, b), repeats)


def core_tiles(matrix: NDArray[np.generic], argument: Argument) -> NDArray[np.generic]:
    """The matrix cut into tiles of the argument's shape, each packed: [row, column, element]."""
    rows, cols = matrix.shape[0] // argument.rows, matrix.shape[1] // argument.cols
    tiles = aligned((rows, cols, argument.elements), matrix.dtype)
    for i in range(rows):
        for j in range(cols):
            tile = matrix[
                i * argument.rows : (i + 1) * argument.rows,
                j * argument.cols : (j + 1) * argument.cols,
            ]
            tiles[i, j] = pack(tile, *argument.block) if argument.block else tile.reshape(-1)
    return tiles


def aligned(shape: tuple[int, ...], dtype: np.dtype) -> NDArray[np.generic]:
    """Zeros that start at a multiple of 64 bytes, as the simulated memory does."""
    size = int(np.prod(shape)) * dtype.itemsize
    memory = np.zeros(size + 64, np.uint8)
    start = -memory.ctypes.data % 64
    return memory[start : start + size].view(dtype).reshape(shape)


def kernel_us(
    library: KernelLibrary,
    kernel: Kernel,
    shape: tuple[int, int, int],
    tile: tuple[int, int, int],
    repeats: int,
) -> float:
    """All core calls of the product; K innermost, so that each C tile is finished in turn."""
    (m, n, k), (tile_m, tile_n, tile_k) = shape, tile
    scalars = (tile_m, tile_k, tile_n)
    random = np.random.default_rng(0)
    shapes = ((m, k), (k, n), (m, n))
    a, b, c = (
        core_tiles(random.standard_normal(size).astype(numpy_dtype(argument.dtype)), argument)
        for size, argument in zip(shapes, kernel.arguments(*scalars), strict=True)
    )
    calls = np.array(
        [
            [a[i, step].ctypes.data, b[step, j].ctypes.data, c[i, j].ctypes.data]
            for i in range(m // tile_m)
            for j in range(n // tile_n)
            for step in range(k // tile_k)
        ],
        np.uint64,
    )
    return median_us(lambda: library.call_many(kernel.symbol, calls, scalars), repeats)


def main() -> None:
    """Prints one line for each kernel and core tile."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--case", default="64x960x768", help="MxNxK, multiples of the core tiles")
    parser.add_argument("--repeats", type=int, default=15)
    parser.add_argument("--isa", help="portable or avx512bf16; the CPU's best if not given")
    options = parser.parse_args()
    shape = parse_shape(options.case)
    library = load_library(options.isa)
    baseline = {dtype: torch_us(dtype, shape, options.repeats) for dtype in ("float32", "bfloat16")}
    print(f"{options.case}, {library.isa} kernels, one thread, median of {options.repeats}")
    for dtype, us in baseline.items():
        print(f"{'torch ' + dtype:32}{us:21.0f} µs")
    for kernel in all_kernels():
        if kernel.name != "linear_matmul":
            continue
        for tile in CORE_TILES:
            us = kernel_us(library, kernel, shape, tile, options.repeats)
            ratio = us / baseline[kernel.dtype_in]
            print(f"{kernel.symbol:32}{'×'.join(map(str, tile)):>12}{us:9.0f} µs{ratio:8.2f} ×")


if __name__ == "__main__":
    main()
