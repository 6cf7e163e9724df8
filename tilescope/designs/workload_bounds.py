"""The least array time of a workload under any mapping that calls the same kernel."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from tilescope.designs.charges import Charges, charges_of
from tilescope.designs.gemm import MAX_SHARDS
from tilescope.designs.mapping import PORTS, Mapping
from tilescope.designs.product_bounds import DDR_ROUNDING, Need
from tilescope.devices.device import Device
from tilescope.kernels.contract import Kernel
from tilescope.kernels.matmul_costs import BlockedMatmul
from tilescope.quantities.dtypes import dtype_bytes
from tilescope.quantities.shapes import ceil_div, round_up
from tilescope.workloads.gemm import Gemm


def workload_needs(gemm: Gemm, base: Mapping, device: Device) -> tuple[Need, ...]:
    """What each resource needs at least, in array cycles: the least over every grid and port rule.

    Every byte passes once, all cores of the grid work at the best rate of any core tile that fits
    L1, and there is one launch. Of `base` only the kernel counts: its dtype, emulation, toolchain.
    """
    by_resource = zip(*_by_grid(gemm, base, device), strict=True)
    return tuple(
        Need(min(need.busy for need in needs), min(need.total for need in needs))
        for needs in by_resource
    )


def workload_bound_cycles(gemm: Gemm, base: Mapping, device: Device) -> float:
    """The least array cycles: the best grid's and port rule's busiest resource."""
    return min(max(need.total for need in needs) for needs in _by_grid(gemm, base, device))


def _by_grid(gemm: Gemm, base: Mapping, device: Device) -> Iterator[tuple[Need, ...]]:
    charges = charges_of(device)
    best = peak(device, base.matmul(gemm.dtype))
    for rows in range(1, device.core_rows + 1):
        for columns in range(1, device.columns + 1):
            for ports in PORTS:
                yield _Grid(gemm, base, rows, columns, ports, charges).needs(best)


class _Grid:
    """What is certain of a launch when its grid and its port rule are known."""

    def __init__(
        self, gemm: Gemm, base: Mapping, rows: int, columns: int, ports: str, charges: Charges
    ) -> None:
        self.gemm, self.base, self.charges = gemm, base, charges
        self.rows, self.columns = rows, columns
        spread = ports == "spread"
        self.a_channels = ceil_div(rows, ceil_div(rows, min(rows, columns))) if spread else 1
        self.b_channels = columns if spread else ceil_div(columns, MAX_SHARDS)

    def needs(self, best: Peak) -> tuple[Need, ...]:
        gemm, charges = self.gemm, self.charges
        size, c_size = dtype_bytes(gemm.dtype), dtype_bytes(self.base.c_dtype)
        a, b = gemm.m * gemm.k * size / 4, gemm.k * gemm.n * size / 4  # words
        c = gemm.m * gemm.n * c_size / 4
        channels = self.a_channels + self.b_channels
        pushes = (self.columns + channels) * charges.issue
        tokens = (self.columns - 1) * charges.token + charges.last_token
        first = (self.columns + 1) * charges.issue + charges.first_read
        first_b = first + self.a_channels * charges.issue
        into = charges.to_mem + charges.setup + charges.to_core
        out = charges.release + 2 * charges.setup + charges.to_mem + charges.to_core
        last_call = into + best.least_call + out

        a_words, b_words = a / self.a_channels, b / self.b_channels
        ports = max(
            first + a_words * charges.read_word + last_call + tokens,
            first_b + b_words * charges.read_word + last_call + charges.last_token,
            first_b + c / self.columns * charges.write_word + last_call + charges.last_token,
        )
        ddr = 4 * (a + b + c) * charges.ddr_byte * DDR_ROUNDING
        cores = self._core_macs(best.block) * best.cycles_per_mac
        # a row's A goes to every core of the row, a column's B to every core of the column
        streams = max(a / self.rows, b / self.columns) * charges.word
        before = first_b + into
        return (
            Need(pushes + tokens, pushes + charges.first_read + last_call + charges.last_token),
            Need(ddr, first + ddr + charges.to_core + charges.last_token),
            Need(max(a_words, b_words) * charges.read_word, ports),
            Need(streams, first + streams + charges.last_token),
            Need(streams, first + streams + charges.last_token),
            Need(cores, before + cores - charges.acquire + out + charges.last_token),
        )

    def _core_macs(self, block: tuple[int, int, int]) -> int:
        """What one core multiplies at least: its share of the product, in whole kernel blocks."""
        r, s, t = block
        gemm = self.gemm
        rows = round_up(ceil_div(gemm.m, self.rows), r)
        columns = round_up(ceil_div(gemm.n, self.columns), t)
        return rows * columns * round_up(gemm.k, s)


@dataclass(frozen=True)
class Peak:
    """The best that any core tile within L1 gives, its locks and call included.

    least_call: cycles of the shortest call; block: the kernel's own, (r, s, t).
    """

    cycles_per_mac: float
    least_call: float
    block: tuple[int, int, int]


@lru_cache(maxsize=64)
def peak(device: Device, kernel: Kernel) -> Peak:
    """The best rate of a product kernel on one core, over all core tiles that fit L1.

    The kernel's own cycles are those of whole register blocks, as rests of them are slower, and
    of the longest k with A and B buffered twice and C once; locks and call are shared by the
    multiply-accumulates of the largest tile with so many whole register blocks.
    """
    charges = charges_of(device)
    r, s, t = block = kernel.block or (1, 1, 1)
    around = 2 * (charges.acquire + charges.release) + charges.call
    least = around + kernel.cycles(device, r, s, t)
    if not isinstance(kernel.cost, BlockedMatmul):  # every multiply-accumulate costs the same
        return Peak(kernel.cycles(device, 1, 1, 1), least, block)
    room = device.l1_bytes - device.l1_reserved_bytes
    inputs, c_size = 2 * dtype_bytes(kernel.dtype_in), dtype_bytes(kernel.dtype_out)
    high, wide = kernel.cost.blocking
    best = least / (r * s * t)
    for m, m_most in _sides(r, high, room // (inputs * s)):
        for n, n_most in _sides(t, wide, (room - inputs * m * s) // (inputs * s + m * c_size)):
            k = (room - m * n * c_size) // (inputs * (m + n)) // s * s
            own = kernel.cost.cycles(device, m, k, n) / (m * n * k)
            best = min(best, own + around / (m_most * n_most * k))
    return Peak(best, least, block)


def _sides(step: int, blocking: int, most: int) -> Iterator[tuple[int, int]]:
    """Sides of a core tile: those below a register block, then whole ones with the rests above."""
    for size in range(step, min(step * blocking - 1, most) + 1, step):
        yield size, size
    for size in range(step * blocking, most + 1, step * blocking):
        yield size, size + step * (blocking - 1)
