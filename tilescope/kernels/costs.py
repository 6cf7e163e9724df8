"""What one call of a kernel costs on one core: array cycles, and the operations behind them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from tilescope.devices.device import Device
from tilescope.quantities.dtypes import dtype_bytes
from tilescope.quantities.shapes import ceil_div

# Cycles that a register block of accumulators costs beside its MACs: loading C, filling and
# draining the pipeline, storing C. Derived from the measured bfloat16 kernels of arXiv 2512.13282.
REGISTER_BLOCK_CYCLES = 28
# A dependent float accumulate can issue every 3 to 4 cycles (llvm-aie's schedule for AIE2).
DEPENDENT_MAC_CYCLES = 4
# Blocks of accumulators along each side of a register block; rests are taken one at a time.
REGISTER_BLOCKING = 4
# Filling and draining the pipeline of an element-wise loop: mlir-aie's guide measures 72 cycles
# where the loads and stores alone need 64.
ELEMENTWISE_FILL_CYCLES = 8


class Cost(Protocol):
    """The cost of one function; scalars come in the order of its signature."""

    @property
    def estimated(self) -> bool:
        """Whether the cycles are an estimate rather than derived from a published measurement."""

    @property
    def note(self) -> str:
        """Where the cycles come from."""

    def cycles(self, device: Device, *scalars: int) -> int:
        """Array cycles of one call on one core."""

    def operations(self, *scalars: int) -> dict[str, int]:
        """What one call does, by kind."""


@dataclass(frozen=True)
class BlockedMatmul:
    """A product of blocks: 4×4 accumulators live in registers over K, rests one by one.

    A register block of R×C mmuls takes (k/s) initiation intervals and REGISTER_BLOCK_CYCLES. The
    interval is the longest of: the vector slots of R·C mmuls, the loads of R blocks of A and C
    of B, and the chain of dependent MACs.
    """

    block: tuple[int, int, int]
    dtype: str
    dtype_out: str
    macs_per_mmul: int  # native bfloat16 MAC instructions' worth of one mmul: 9, 6, 3 or 1
    split_slots: int  # vector slots of one mmul spent on splitting operands
    estimated: bool
    note: str

    def cycles(self, device: Device, *scalars: int) -> int:
        """Sum over the register blocks; scalars are m, k, n."""
        _, k, _ = scalars
        steps = k // self.block[1]
        return sum(
            count * (steps * self._interval(device, rows, cols) + REGISTER_BLOCK_CYCLES)
            for rows, cols, count in self._register_blocks(*scalars)
        )

    def operations(self, *scalars: int) -> dict[str, int]:
        """MACs, mmuls, register blocks and L1 bytes; scalars are m, k, n."""
        m, k, n = scalars
        r, s, t = self.block
        a_bytes, b_bytes = self._step_bytes()
        loads = stores = blocks = 0
        for rows, cols, count in self._register_blocks(m, k, n):
            c_bytes = rows * cols * r * t * dtype_bytes(self.dtype_out)
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

    def _interval(self, device: Device, rows: int, cols: int) -> int:
        r, s, t = self.block
        native = self.macs_per_mmul * ceil_div(r * s * t, device.macs_per_cycle["bfloat16"])
        a_bytes, b_bytes = self._step_bytes()
        return max(
            rows * cols * (native + self.split_slots),
            ceil_div(rows * a_bytes + cols * b_bytes, device.load_bytes_per_cycle),
            native * DEPENDENT_MAC_CYCLES,
        )

    def _step_bytes(self) -> tuple[int, int]:
        r, s, t = self.block
        return r * s * dtype_bytes(self.dtype), s * t * dtype_bytes(self.dtype)

    def _register_blocks(self, m: int, k: int, n: int) -> list[tuple[int, int, int]]:
        """(rows, columns, how many) of the register blocks, in mmuls."""
        r, _, t = self.block
        wide = REGISTER_BLOCKING
        by_row = ((wide, m // r // wide), (1, m // r % wide))
        by_col = ((wide, n // t // wide), (1, n // t % wide))
        return [(rows, cols, i * j) for rows, i in by_row for cols, j in by_col if i * j]


@dataclass(frozen=True)
class ScalarMatmul:
    """A loop nest of scalar float32, each multiply and add a call of the compiler's library."""

    cycles_per_mac: int
    estimated: bool
    note: str

    def cycles(self, device: Device, *scalars: int) -> int:
        """MACs times the cycles of one; scalars are m, k, n."""
        m, k, n = scalars
        return m * k * n * self.cycles_per_mac

    def operations(self, *scalars: int) -> dict[str, int]:
        """MACs, and two loads and a read-modify-write of C for each; scalars are m, k, n."""
        m, k, n = scalars
        macs = m * k * n
        return {"macs": macs, "load_bytes": macs * 12, "store_bytes": macs * 4}


@dataclass(frozen=True)
class Elementwise:
    """A pipelined loop over elements, bound by L1's load or store port."""

    loads: tuple[str, ...]  # the dtype of each operand read
    store: str
    adds: int  # additions for each element
    estimated: bool
    note: str

    def cycles(self, device: Device, *scalars: int) -> int:
        """The busier port's cycles and the pipeline's fill; the scalar is elements."""
        counts = self.operations(*scalars)
        return ELEMENTWISE_FILL_CYCLES + max(
            ceil_div(counts["load_bytes"], device.load_bytes_per_cycle),
            ceil_div(counts["store_bytes"], device.store_bytes_per_cycle),
        )

    def operations(self, *scalars: int) -> dict[str, int]:
        """Additions and L1 bytes; the scalar is elements."""
        (elements,) = scalars
        return {
            "adds": elements * self.adds,
            "load_bytes": elements * sum(dtype_bytes(dtype) for dtype in self.loads),
            "store_bytes": elements * dtype_bytes(self.store),
        }


@dataclass(frozen=True)
class Fill:
    """A loop that stores one value, at the rate seen for clearing C."""

    dtype: str
    bytes_per_cycle: int
    estimated: bool
    note: str

    def cycles(self, device: Device, *scalars: int) -> int:
        """Stores and the pipeline's fill; the scalar is elements."""
        stored = self.operations(*scalars)["store_bytes"]
        return ELEMENTWISE_FILL_CYCLES + ceil_div(stored, self.bytes_per_cycle)

    def operations(self, *scalars: int) -> dict[str, int]:
        """L1 bytes; the scalar is elements."""
        (elements,) = scalars
        return {"store_bytes": elements * dtype_bytes(self.dtype)}
