"""The cost of a vector product: register blocks of accumulators that live over K."""

from __future__ import annotations

import math
from dataclasses import dataclass

from tilescope.devices.device import Device
from tilescope.errors import InputError
from tilescope.kernels.loop_rates import LoopRates
from tilescope.quantities.dtypes import dtype_bytes, is_integer
from tilescope.quantities.shapes import ceil_div

# How often an accumulate that depends on the one before it can issue: every 2 cycles for whole
# numbers, every 3 to 4 for floats (llvm-aie's schedule for AIE2).
DEPENDENT_INTEGER_MAC_CYCLES = 2
DEPENDENT_FLOAT_MAC_CYCLES = 4


@dataclass(frozen=True)
class BlockedMatmul:
    """A product of r×s by s×t blocks; rows × columns of them accumulate in registers over K.

    A register block takes k/s initiation intervals and the cycles around them (`LoopRates`). The
    interval is the longest of: the vector slots of its mmuls and of converting their operands,
    the loads of A and B, and the chain of dependent MACs. C passes one of the two load ports and
    the store port. Rests of a register block are taken row by row and column by column.
    """

    block: tuple[int, int, int]
    blocking: tuple[int, int]
    rate: str  # the device's MAC rate that counts: a dtype, or bfp16
    dtype: str
    dtype_out: str
    loop: LoopRates
    estimated: bool
    note: str
    macs_per_mmul: int = 1  # MACs of that rate for each one: 9, 6, 3 where they emulate float32
    split_slots: int = 0  # vector slots of one mmul spent on splitting operands

    def cycles(self, device: Device, *scalars: int) -> int:
        """Sum over the register blocks; scalars are m, k, n.

        Raises InputError where the device has no such MAC rate.
        """
        if self.rate not in device.macs_per_cycle:
            rates = ", ".join(device.macs_per_cycle)
            raise InputError(f"{device.name} has no MAC rate for {self.rate}; it has {rates}.")
        _, k, _ = scalars
        steps = k // self.block[1]
        return sum(
            count * math.ceil(steps * self._interval(device, *size) + self._around(device, *size))
            for *size, count in self._register_blocks(*scalars)
        )

    def operations(self, *scalars: int) -> dict[str, int]:
        """MACs, mmuls, register blocks and L1 bytes; scalars are m, k, n."""
        m, k, n = scalars
        r, s, t = self.block
        a_bytes, b_bytes = self._step_bytes()
        loads = stores = blocks = 0
        for rows, cols, count in self._register_blocks(m, k, n):
            c_bytes = self._c_bytes(rows, cols)
            loads += count * (k // s * (rows * a_bytes + cols * b_bytes) + c_bytes)
            stores += count * c_bytes
            blocks += count
        return {
            "macs": m * k * n,
            "mmuls": m * k * n // (r * s * t),
            "register_blocks": blocks,
            "load_bytes": loads,
            "store_bytes": stores,
        }

    def _interval(self, device: Device, rows: int, cols: int) -> float:
        r, s, t = self.block
        native = self.macs_per_mmul * ceil_div(r * s * t, device.macs_per_cycle[self.rate])
        converted = self.loop.convert_cycles * (rows + cols)
        a_bytes, b_bytes = self._step_bytes()
        whole = is_integer(self.dtype)
        chain = DEPENDENT_INTEGER_MAC_CYCLES if whole else DEPENDENT_FLOAT_MAC_CYCLES
        return self.loop.interval * max(
            rows * cols * (native + self.split_slots) + converted,
            ceil_div(rows * a_bytes + cols * b_bytes, device.load_bytes_per_cycle),
            native * chain,
        )

    def _around(self, device: Device, rows: int, cols: int) -> float:
        if not self.loop.moves_c:
            return self.loop.fill_cycles
        c_bytes = self._c_bytes(rows, cols)
        loads = ceil_div(2 * c_bytes, device.load_bytes_per_cycle)
        return self.loop.fill_cycles + loads + ceil_div(c_bytes, device.store_bytes_per_cycle)

    def _step_bytes(self) -> tuple[int, int]:
        r, s, t = self.block
        return r * s * dtype_bytes(self.dtype), s * t * dtype_bytes(self.dtype)

    def _c_bytes(self, rows: int, cols: int) -> int:
        return rows * cols * self.block[0] * self.block[2] * dtype_bytes(self.dtype_out)

    def _register_blocks(self, m: int, k: int, n: int) -> list[tuple[int, int, int]]:
        """(rows, columns, how many) of the register blocks, in mmuls."""
        (r, _, t), (high, wide) = self.block, self.blocking
        by_row = ((high, m // r // high), (1, m // r % high))
        by_col = ((wide, n // t // wide), (1, n // t % wide))
        return [(rows, cols, i * j) for rows, i in by_row for cols, j in by_col if i * j]
