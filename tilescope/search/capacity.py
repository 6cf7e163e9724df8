"""Which mappings of a group fit the device's memories and descriptors, many at once.

The demands are those of `designs.problems` for the product's design; walks are judged where the
launch is bounded, and the additions of per-tile by their own design.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from tilescope.designs.gemm import MAX_TASK_STEPS
from tilescope.designs.mapping import Mapping
from tilescope.designs.request import MAX_TASKS
from tilescope.designs.traffic import feed_lines
from tilescope.devices.device import Device
from tilescope.quantities.dtypes import dtype_bytes
from tilescope.search.space import Group

Numbers = npt.NDArray[np.int64]
Mask = npt.NDArray[np.bool_]

L1, L2, DESCRIPTORS, CHANNELS, TRANSFERS = "L1", "L2", "descriptors", "channels", "transfers"
WALKS = "walks"
REASONS = (CHANNELS, L1, L2, DESCRIPTORS, TRANSFERS, WALKS)
"""What can forbid a mapping, in the order in which it is asked."""


@dataclass(frozen=True)
class Tiles:
    """Core tiles of a group and what is staged of K, one entry each."""

    m: Numbers
    n: Numbers
    k: Numbers
    staged: Numbers

    def __len__(self) -> int:
        return len(self.m)

    def chosen(self, by: Mask | Numbers) -> Tiles:
        """Those that a mask or an index chooses."""
        return Tiles(self.m[by], self.n[by], self.k[by], self.staged[by])


@dataclass(frozen=True)
class _Input:
    """What passes one mem tile of one input: so many of its rows or columns of cores."""

    of_a: bool
    lines: int


def forbidden(group: Group, tiles: Tiles, device: Device) -> Iterator[tuple[str, Mask]]:
    """For each reason but walks, in the order of REASONS, which of the tiles it forbids."""
    size, c_size = dtype_bytes(group.gemm.dtype), dtype_bytes(group.base.c_dtype)
    rows, depth = group.base.grid[0], group.base.c_depth
    mems = mem_tiles(group.base)
    yield CHANNELS, np.full(len(tiles), not _channels_suffice(rows, mems, device))
    m, n, k, staged = tiles.m, tiles.n, tiles.k, tiles.staged
    c_block = m * n * c_size
    l1 = 2 * (m + n) * k * size + depth * c_block
    yield L1, l1 > device.l1_bytes - device.l1_reserved_bytes
    l2, descriptors = np.zeros_like(m), np.zeros_like(m)
    for inputs in mems:
        staged_lines = sum((one.lines * (m if one.of_a else n) for one in inputs), 0)
        l2 = np.maximum(l2, 2 * staged_lines * staged * size + 2 * rows * c_block)
        lines = sum(one.lines for one in inputs)
        descriptors = np.maximum(descriptors, 2 * lines * (1 + staged // k) + 2 * rows * 2)
    yield L2, l2 > device.l2_bytes
    yield DESCRIPTORS, (descriptors > device.mem_bds) | (2 * 2 + depth > device.core_bds)
    yield TRANSFERS, _transfers(group, tiles) > MAX_TASKS


def mem_tiles(mapping: Mapping) -> list[list[_Input]]:
    """By column, the inputs that pass its mem tile; each also takes the C of its own column."""
    rows, columns = mapping.grid
    found: list[list[_Input]] = [[] for _ in range(columns)]
    a_lines, b_lines = feed_lines(mapping)
    spread = mapping.ports == "spread"
    apart = columns // min(rows, columns) if spread else 0
    for place, first in enumerate(range(0, rows, a_lines)):
        found[place * apart].append(_Input(True, min(a_lines, rows - first)))
    for place, first in enumerate(range(0, columns, b_lines)):
        column = place if spread else min(1 + place, columns - 1)
        found[column].append(_Input(False, min(b_lines, columns - first)))
    return found


def _channels_suffice(rows: int, mems: list[list[_Input]], device: Device) -> bool:
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


def _transfers(group: Group, tiles: Tiles) -> Numbers:
    """Transfers of one launch, as `designs.request` counts them before it refuses one."""
    if group.per_tile:
        return np.ones_like(tiles.m)
    rows, columns = group.base.grid
    blocks = -(-group.gemm.m // (tiles.m * rows)) * -(-group.gemm.n // (tiles.n * columns))
    slices = -(-group.gemm.k // tiles.staged)
    stretches = -(-slices // MAX_TASK_STEPS)
    return blocks * (columns + stretches * (rows + columns))
