"""What a product's design needs of a device's memories, descriptors and channels, from its sizes.

The demands are those of `designs.problems` for the design of `designs.gemm`, which need not be made
for them. Walks are not among them: the engine judges those where it lowers a launch. Sizes are
whole numbers, or arrays of them for many mappings at once.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from typing import Any, NamedTuple

import numpy as np

from tilescope.designs.gemm import MAX_TASK_STEPS
from tilescope.designs.mapping import Mapping
from tilescope.designs.traffic import feed_lines
from tilescope.devices.device import Device
from tilescope.quantities.dtypes import dtype_bytes
from tilescope.quantities.shapes import ceil_div
from tilescope.workloads.gemm import Gemm

MAX_TASKS = 500_000  # of one launch; lists of them are held in memory

L1, L2, DESCRIPTORS, CHANNELS, TRANSFERS = "L1", "L2", "descriptors", "channels", "transfers"


class TileSizes(NamedTuple):
    """A core tile (m, n, k) and the K that a mem tile stages; numbers, or arrays of them."""

    m: Any
    n: Any
    k: Any
    staged: Any


class MemInput(NamedTuple):
    """What passes one mem tile of one input: so many of its rows or columns of cores."""

    of_a: bool
    lines: int


def fits(gemm: Gemm, mapping: Mapping, device: Device) -> bool:
    """Whether the design of a product under a mapping fits the device, its walks aside."""
    return not any(refused for _, refused in refusals(gemm, mapping, sizes_of(mapping), device))


def sizes_of(mapping: Mapping) -> TileSizes:
    """The sizes of one mapping."""
    return TileSizes(*mapping.core_tile, mapping.staged_k)


def refusals(
    gemm: Gemm, base: Mapping, sizes: TileSizes, device: Device
) -> Iterator[tuple[str, Any]]:
    """What can forbid the base with other sizes, and whether it does; CHANNELS is one for all."""
    size, c_size = dtype_bytes(gemm.dtype), dtype_bytes(base.c_dtype)
    rows, depth = base.grid[0], base.c_depth
    mems = mem_tiles(base.grid, base.ports)
    yield CHANNELS, not _channels_suffice(rows, mems, device)
    m, n, k, staged = sizes
    c_block = m * n * c_size
    l1 = 2 * (m + n) * k * size + depth * c_block
    yield L1, l1 > device.l1_bytes - device.l1_reserved_bytes
    l2, descriptors = 0, 0
    for inputs in mems:
        staged_lines = sum(one.lines * (m if one.of_a else n) for one in inputs)
        l2 = np.maximum(l2, 2 * staged_lines * staged * size + 2 * rows * c_block)
        lines = sum(one.lines for one in inputs)
        descriptors = np.maximum(descriptors, 2 * lines * (1 + staged // k) + 2 * rows * 2)
    yield L2, l2 > device.l2_bytes
    yield DESCRIPTORS, (descriptors > device.mem_bds) | (2 * 2 + depth > device.core_bds)
    yield TRANSFERS, transfers(gemm, base, sizes) > MAX_TASKS


def transfers(gemm: Gemm, base: Mapping, sizes: TileSizes) -> Any:
    """About how many tasks the list of one launch holds; one where it covers a block alone."""
    m, n, _, staged = sizes
    rows, columns = base.grid
    if base.family == "per-tile":
        return m * 0 + 1
    blocks = ceil_div(gemm.m, m * rows) * ceil_div(gemm.n, n * columns)
    stretches = ceil_div(ceil_div(gemm.k, staged), MAX_TASK_STEPS)
    return blocks * (columns + stretches * (rows + columns))


@lru_cache(maxsize=256)
def mem_tiles(grid: tuple[int, int], ports: str) -> tuple[tuple[MemInput, ...], ...]:
    """By column, the inputs that pass its mem tile; each also takes the C of its own column."""
    rows, columns = grid
    found: list[list[MemInput]] = [[] for _ in range(columns)]
    a_lines, b_lines = feed_lines(Mapping("fused-k", (16, 16, 16), grid, ports))
    spread = ports == "spread"
    apart = columns // min(rows, columns) if spread else 0
    for place, first in enumerate(range(0, rows, a_lines)):
        found[place * apart].append(MemInput(True, min(a_lines, rows - first)))
    for place, first in enumerate(range(0, columns, b_lines)):
        column = place if spread else min(1 + place, columns - 1)
        found[column].append(MemInput(False, min(b_lines, columns - first)))
    return tuple(map(tuple, found))


def _channels_suffice(rows: int, mems: tuple[tuple[MemInput, ...], ...], device: Device) -> bool:
    return (
        device.core_s2mm >= 2
        and device.core_mm2s >= 1
        and device.shim_s2mm >= 1
        and all(
            len(inputs) <= device.shim_mm2s
            and len(inputs) + rows <= device.mem_s2mm
            and sum(one.lines for one in inputs) + 1 <= device.mem_mm2s
            for inputs in mems
        )
    )
