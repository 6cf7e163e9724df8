"""What candidates cost: the launch floor exactly linear in their bytes, and what they move."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeVar

import numpy as np
import numpy.typing as npt

from tilescope.quantities.dtypes import dtype_bytes
from tilescope.search.capacity import Numbers, Tiles
from tilescope.search.space import Group
from tilescope.targets.costs import BYTES_PER_MB, RuntimeCosts

Floats = npt.NDArray[np.float64]
LATENCY, THROUGHPUT = "latency", "throughput"
OBJECTIVES = (LATENCY, THROUGHPUT)

T = TypeVar("T")


@dataclass(frozen=True)
class HostPrices:
    """µs for each buffer, and µs for each byte of one, going in and coming out of a launch."""

    launch_us: float
    in_us: float
    in_byte_us: float
    out_us: float
    out_byte_us: float

    @classmethod
    def of(cls, costs: RuntimeCosts) -> HostPrices:
        """A runtime's costs, whose steps are linear in bytes."""
        fixed_in = costs.copy_in_us(0) + costs.sync_in_us(0)
        fixed_out = costs.sync_out_us(0) + costs.copy_out_us(0)
        mb_in = costs.copy_in_us(BYTES_PER_MB) + costs.sync_in_us(BYTES_PER_MB) - fixed_in
        mb_out = costs.sync_out_us(BYTES_PER_MB) + costs.copy_out_us(BYTES_PER_MB) - fixed_out
        return cls(
            float(costs.launch_us),
            float(fixed_in),
            float(mb_in / BYTES_PER_MB),
            float(fixed_out),
            float(mb_out / BYTES_PER_MB),
        )

    def launch(self, ins: tuple[Numbers, ...], outs: tuple[Numbers, ...]) -> Floats:
        """One launch with these buffers of bytes."""
        price = np.full(np.shape(ins[0]), self.launch_us)
        for size in ins:
            price = price + (self.in_us + self.in_byte_us * size)
        for size in outs:
            price = price + (self.out_us + self.out_byte_us * size)
        return price


@dataclass(frozen=True)
class Sizes:
    """What candidates come to: padded sides, launches of each design, and bytes moved in DDR."""

    m: Numbers
    n: Numbers
    k: Numbers
    launches: Numbers
    moved_bytes: Numbers
    floor_us: Floats


def sizes_of(group: Group, tiles: Tiles, prices: HostPrices) -> Sizes:
    """The sizes of a group's candidates; the floor is what their launches cost off the array."""
    gemm, (rows, columns) = group.gemm, group.base.grid
    size, c_size = dtype_bytes(gemm.dtype), dtype_bytes(group.base.c_dtype)
    block_m, block_n = tiles.m * rows, tiles.n * columns
    blocks_m, blocks_n = -(-gemm.m // block_m), -(-gemm.n // block_n)
    slices = -(-gemm.k // tiles.staged)
    m, n, k = blocks_m * block_m, blocks_n * block_n, slices * tiles.staged
    blocks = blocks_m * blocks_n
    if not group.per_tile:
        moved = blocks * (block_m + block_n) * k * size + m * n * c_size
        floor = prices.launch((m * k * size, k * n * size), (m * n * c_size,))
        return Sizes(m, n, k, np.ones_like(m), moved, floor)
    launches = blocks * slices
    a, b, c = block_m * tiles.k * size, block_n * tiles.k * size, block_m * block_n * c_size
    floor = launches * (prices.launch((a, b), (c,)) + prices.launch((c, c), (c,)))
    return Sizes(m, n, k, launches, launches * (a + b + c + 3 * c), floor)
