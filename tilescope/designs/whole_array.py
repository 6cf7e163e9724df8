"""The core tile and staging that keep the busiest resource of the whole array busy least.

Every tile and staging that fits is weighed at once, in arrays, since a sweep asks for thousands of
products. The weights are quick to work out, to choose by; what nothing can beat is in
`designs.bounds`.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import numpy.typing as npt

from tilescope.devices.device import Device
from tilescope.kernels.contract import Kernel
from tilescope.quantities.dtypes import dtype_bytes
from tilescope.quantities.shapes import ceil_div
from tilescope.workloads.gemm import Gemm

if TYPE_CHECKING:
    from tilescope.designs.mapping import Mapping

MAX_SIDE = 128
MAX_K = 256
STEP = 16  # of each side, or a kernel's block where that is longer

Numbers = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]


class WholeArrayTile(NamedTuple):
    """A core tile (m, n, k), how often C is buffered, and the K that a mem tile stages."""

    core_tile: tuple[int, int, int]
    c_depth: int
    staged_k: int


class _Tiles(NamedTuple):
    """Tiles and stagings to weigh, one entry each; call: cycles of one kernel call."""

    m: Numbers
    n: Numbers
    k: Numbers
    staged: Numbers
    c_depth: Numbers
    call: Numbers


def best_tile(
    gemm: Gemm, base: Mapping, device: Device, depths: tuple[int, ...]
) -> WholeArrayTile | None:
    """The tile and staging that bound the time least, within L1 and L2; None where none fits.

    C is buffered as often as the first of the depths that L1 has room for. The bound is the
    busiest resource's time and what nothing overlaps; among equals the one that needs least of
    all resources together, then the longest staging, then the smallest m, n, k.
    """
    tiles = _fitting(gemm, base, device, depths)
    if not len(tiles.m):
        return None
    busy = _busy_cycles(tiles, gemm, base, device)
    most = np.maximum.reduce(busy) + _end_cycles(tiles, gemm, base, device)
    all_together: Floats = sum(busy[1:], busy[0])
    best = np.flatnonzero(most == most.min())
    best = best[all_together[best] == all_together[best].min()]
    place = best[np.argmax(tiles.staged[best])]
    m, n, k, staged, c_depth, _ = (int(column[place]) for column in tiles)
    return WholeArrayTile((m, n, k), c_depth, staged)


def _fitting(gemm: Gemm, base: Mapping, device: Device, depths: tuple[int, ...]) -> _Tiles:
    """Every tile with every staging that L1, and the busiest mem tile, have room for."""
    rows, columns = base.grid
    size, c_size = dtype_bytes(gemm.dtype), dtype_bytes(base.c_dtype)
    kernel = base.matmul(gemm.dtype)
    steps = [max(STEP, side) for side in kernel.block or (1, 1, 1)]  # of m, k, n
    lines = ceil_div(rows, min(rows, columns))  # of A that pass the busiest mem tile, one of B
    # two buffers of each: what comes in, each piece that leaves, and C in and out
    pieces = (device.mem_bds - 4 * rows) // (2 * (lines + 1)) - 1
    sides = (
        _sides(gemm.m, rows, steps[0], MAX_SIDE),
        _sides(gemm.n, columns, steps[2], MAX_SIDE),
        _sides(gemm.k, 1, steps[1], MAX_K),
        np.arange(1, 1 + max(0, min(pieces, ceil_div(gemm.k, steps[1])))),
    )
    if base.k_mt:
        sides = (*sides[:3], np.array([1]) if pieces > 0 else np.array([], dtype=np.int64))
    m, n, k, times = (side.ravel() for side in np.meshgrid(*sides, indexing="ij"))
    staged = k * times if base.k_mt is None else np.full_like(k, base.k_mt)
    inputs, c = 2 * (m + n) * k * size, m * n * c_size
    c_depth = np.zeros_like(m)
    for depth in reversed(depths):
        room = inputs + depth * c <= device.l1_bytes - device.l1_reserved_bytes
        c_depth[room] = depth
    held = 2 * ((lines * m + n) * staged * size + rows * c)
    fits = (c_depth > 0) & (held <= device.l2_bytes) & (staged // k <= pieces)
    if base.k_mt:
        fits &= staged % k == 0
    else:
        fits &= (staged - k < gemm.k) & _can_be_walked(n, staged, gemm, base, device)
    call = _call_cycles(kernel, device, *steps)[
        m // steps[0] - 1, n // steps[2] - 1, k // steps[1] - 1
    ]
    return _Tiles(*(column[fits] for column in (m, n, k, staged, c_depth, call)))


def _can_be_walked(
    n: Numbers, staged: Numbers, gemm: Gemm, base: Mapping, device: Device
) -> npt.NDArray[np.bool_]:
    """Whether a shim's DMA can step along what is staged: two sizes of its walk have bounds.

    Where all of K is staged the rows of A, and of B by columns, are one run without steps.
    """
    run, step = (size if size >= 0 else np.inf for size in device.shim_dim_sizes[:-3:-1])
    whole = staged >= gemm.k
    if base.b_layout == "column":
        return (staged <= run) | whole
    alone = (n >= gemm.n) & (base.grid[1] == 1)  # B's rows lie side by side
    walkable: npt.NDArray[np.bool_] = ((staged <= run) | whole) & ((staged <= step) | alone)
    return walkable


def _sides(size: int, parts: int, step: int, most: int) -> Numbers:
    """Sides of a core tile in steps, none beyond what one of the parts of a tensor needs."""
    needed = ceil_div(ceil_div(size, parts), step) * step
    return np.arange(step, min(most, needed) + 1, step)


@lru_cache(maxsize=64)
def _call_cycles(kernel: Kernel, device: Device, step_m: int, step_k: int, step_n: int) -> Numbers:
    """Cycles of one kernel call by m, n and k, each in steps.

    Raises InputError where the device has no rate for the kernel.
    """
    sides = range(step_m, MAX_SIDE + 1, step_m), range(step_n, MAX_SIDE + 1, step_n)
    return np.array(
        [
            [
                [kernel.cycles(device, m, k, n) for k in range(step_k, MAX_K + 1, step_k)]
                for n in sides[1]
            ]
            for m in sides[0]
        ]
    )


def _end_cycles(tiles: _Tiles, gemm: Gemm, base: Mapping, device: Device) -> Floats:
    """Array cycles before the first core call, and after the last, that nothing overlaps."""
    rows, columns = base.grid
    lines = ceil_div(rows, min(rows, columns))
    first = np.maximum(lines * tiles.m, tiles.n) * tiles.staged
    last = (rows + 1) * tiles.m * tiles.n * dtype_bytes(base.c_dtype)
    moved: Floats = (first * dtype_bytes(gemm.dtype) + last) / device.stream_bytes_per_cycle
    return moved


def _busy_cycles(tiles: _Tiles, gemm: Gemm, base: Mapping, device: Device) -> list[Floats]:
    """About how long cores, their ports, shim channels, DDR and controller are busy, in cycles."""
    m, n, k, staged, c_depth, call = tiles
    rows, columns = base.grid
    size, c_size = dtype_bytes(gemm.dtype), dtype_bytes(base.c_dtype)
    blocks_m, blocks_n = -(-gemm.m // (m * rows)), -(-gemm.n // (n * columns))
    slices = -(-gemm.k // staged)
    pm, pn, pk = blocks_m * m * rows, blocks_n * n * columns, slices * staged
    blocks = blocks_m * blocks_n
    calls = blocks * (pk // k)
    stream = device.stream_bytes_per_cycle
    locks = 2 * (device.lock_acquire_cycles + device.lock_release_cycles) + device.call_cycles
    cores = calls * (call + locks)
    cores = cores + np.where(c_depth > 1, 0, blocks * m * n * c_size // stream)
    ports = calls * np.maximum(m, n) * k * size / stream
    a_bytes, b_bytes = pm * pk * size * blocks_n, pk * pn * size * blocks_m
    c_bytes = pm * pn * c_size
    shim = np.maximum(a_bytes / min(rows, columns), b_bytes / columns) / stream
    b_run = (n if base.b_layout == "row" else staged) * size
    runs = a_bytes / (staged * size) + b_bytes / b_run + c_bytes / (n * c_size)
    ddr_ns = (a_bytes + b_bytes + c_bytes) / device.ddr_gbps + runs * device.ddr_run_ns
    tasks = blocks * (2 * columns + min(rows, columns)) * -(-slices // 64)
    issue = tasks * device.issue_task_cycles * device.clock_mhz / device.controller_clock_mhz
    return [cores.astype(np.float64), ports, shim, ddr_ns * device.clock_mhz / 1e3, issue]
