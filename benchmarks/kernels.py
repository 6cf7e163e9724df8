"""How fast the kernels' host build runs a whole q_proj, beside PyTorch in the same process.

    python benchmarks/kernels.py [--case MxNxK] [--repeats N] [--isa portable] [--dtype int8]

One thread each. The operands lie blocked and cut into core tiles beforehand, as the simulated
memory holds them, and the calls are made in a native loop: what is timed is the kernel. Each line
says the median of the repeats and its ratio to PyTorch's product of the same dtype:
torch.nn.functional.linear of floats, torch._int_mm of int8, torch.matmul in int32 of the others.
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
from tilescope.kernels.layout import pack, pack_transposed
from tilescope.kernels.library import KernelLibrary, load_library
from tilescope.kernels.ranges import input_range
from tilescope.quantities.dtypes import canonical_dtype, is_integer, numpy_dtype
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
    """PyTorch's product on one thread."""
    import torch

    torch.set_num_threads(1)
    m, n, k = shape
    if is_integer(dtype):
        low, high = input_range(dtype, k)
        held = torch.int8 if dtype == "int8" else torch.int32
        whole_a, whole_b = (
            torch.randint(low, high + 1, size, dtype=held) for size in ((m, k), (k, n))
        )
        product = torch._int_mm if dtype == "int8" else torch.matmul
        return median_us(lambda: product(whole_a, whole_b), repeats)
    a, b = (torch.randn(*size).to(getattr(torch, dtype)) for size in ((m, k), (n, k)))
    return median_us(lambda: torch.nn.functional.linear(a, b), repeats)


def drawn(
    random: np.random.Generator, size: tuple[int, int], dtype: str, k: int
) -> NDArray[np.generic]:
    """N(0, 1), or whole numbers that do not overflow."""
    if is_integer(dtype):
        low, high = input_range(dtype, k)
        return random.integers(low, high + 1, size).astype(numpy_dtype(dtype))
    return random.standard_normal(size).astype(numpy_dtype(dtype))


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
            packed = pack_transposed if argument.transposed else pack
            tiles[i, j] = packed(tile, *argument.block) if argument.block else tile.reshape(-1)
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
        core_tiles(drawn(random, size, argument.dtype, k), argument)
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
    parser.add_argument("--dtype", help="the kernels of one dtype only")
    options = parser.parse_args()
    shape = parse_shape(options.case)
    library = load_library(options.isa)
    products = [kernel for kernel in all_kernels() if kernel.name == "linear_matmul"]
    if options.dtype:
        wanted = canonical_dtype(options.dtype)
        products = [kernel for kernel in products if kernel.dtype_in == wanted]
    dtypes = dict.fromkeys(kernel.dtype_in for kernel in products)
    baseline = {dtype: torch_us(dtype, shape, options.repeats) for dtype in dtypes}
    print(f"{options.case}, {library.isa} kernels, one thread, median of {options.repeats}")
    for dtype, us in baseline.items():
        print(f"{'torch ' + dtype:42}{us:21.0f} µs")
    for kernel in products:
        for tile in CORE_TILES:
            us = kernel_us(library, kernel, shape, tile, options.repeats)
            ratio = us / baseline[kernel.dtype_in]
            print(f"{kernel.symbol:42}{'×'.join(map(str, tile)):>12}{us:9.0f} µs{ratio:8.2f} ×")


if __name__ == "__main__":
    main()
