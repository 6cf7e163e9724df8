"""What one call of a kernel costs on one core: array cycles, and the operations behind them.

The vector products are in `matmul_costs`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from tilescope.devices.device import Device
from tilescope.quantities.dtypes import dtype_bytes
from tilescope.quantities.shapes import ceil_div

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
