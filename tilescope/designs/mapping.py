"""The decision of how a product is laid out: core tile, grid, ports, kernel."""

from __future__ import annotations

from dataclasses import dataclass, replace

from tilescope.devices.device import Device
from tilescope.errors import InputError
from tilescope.kernels.catalog import find_kernel
from tilescope.kernels.contract import Kernel
from tilescope.quantities.dtypes import dtype_bytes
from tilescope.quantities.names import unknown_name
from tilescope.quantities.shapes import ceil_div, round_up
from tilescope.workloads.gemm import Gemm

FAMILIES = ("per-tile", "fused-k", "whole-array")
B_LAYOUTS = ("row", "column")
PORTS = ("single", "spread")
KERNELS = ("vector", "scalar")
EMULATIONS = ("safe", "fast", "low")

SEED_BLOCK = (64, 64, 64)
MAX_CORE_N = 96
MAX_CORE_K = 128

# What partial sums are held in. In bfloat16 they would lose more than the operands do.
ACCUMULATOR_DTYPES = {"float32": "float32", "bfloat16": "float32"}


@dataclass(frozen=True)
class Mapping:
    """How a product runs on an array.

    `core_tile` (m, n, k) is what one core holds for one kernel call, `grid` (rows, columns) the
    cores, `block` what one launch (per-tile) or one pass over the grid (fused-k) covers. C and
    its partial sums are held in `c_dtype`. A mem tile stages `k_mt` of K at once, one core tile's
    unless said otherwise; `b_layout` says whether B lies in DDR by rows or by columns of N.
    """

    family: str
    core_tile: tuple[int, int, int]
    grid: tuple[int, int]
    ports: str = "single"
    kernel: str = "vector"
    emulation: str | None = "safe"
    c_dtype: str = "float32"
    c_depth: int = 2
    k_mt: int | None = None
    b_layout: str = "row"

    @property
    def block(self) -> tuple[int, int, int]:
        """The grid times the core tile, k as one core takes it."""
        m, n, k = self.core_tile
        return (m * self.grid[0], n * self.grid[1], k)

    @property
    def staged_k(self) -> int:
        """K that a mem tile holds of each input at once."""
        return self.k_mt or self.core_tile[2]

    def padded(self, gemm: Gemm) -> tuple[int, int, int]:
        """M, N, K rounded up to whole blocks, K to what a mem tile stages."""
        m, n, _ = self.block
        return (round_up(gemm.m, m), round_up(gemm.n, n), round_up(gemm.k, self.staged_k))

    def matmul(self, dtype: str) -> Kernel:
        """The product kernel that this mapping calls; InputError when there is none."""
        return find_kernel(
            "linear_matmul",
            dtype,
            variant=self.kernel,
            emulation=self.emulation or "safe",
            dtype_out=self.c_dtype,
        )


def choose_mapping(
    gemm: Gemm,
    family: str,
    device: Device,
    ports: str = "single",
    kernel: str = "vector",
    emulation: str = "safe",
    c_dtype: str | None = None,
) -> Mapping:
    """The mapping of a family for a product, with the tile that the family uses by default.

    per-tile: the seed's 64×64×64 block on a 4×4 grid. fused-k: M over the rows, N over the
    columns of the largest grid, the core tile as large as L1 allows with the least padding. C
    is float32 unless `c_dtype` says otherwise.
    Raises InputError for an unknown family, port rule, kernel or emulation.
    """
    for kind, choice, choices in (
        ("mapping", family, FAMILIES),
        ("port rule", ports, PORTS),
        ("kernel variant", kernel, KERNELS),
        ("float32 emulation", emulation, EMULATIONS),
    ):
        if choice not in choices:
            raise unknown_name(kind, choice, choices)
    emulates = gemm.dtype == "float32" and kernel == "vector"
    base = Mapping(
        family=family,
        core_tile=(16, 16, 64),
        grid=(4, 4),
        ports=ports,
        kernel=kernel,
        emulation=emulation if emulates else None,
        c_dtype=c_dtype or ACCUMULATOR_DTYPES.get(gemm.dtype, gemm.dtype),
    )
    base.matmul(gemm.dtype)
    if family == "per-tile":
        return base
    return fused_mapping(gemm, device, replace(base, grid=(device.core_rows, device.columns)))


def fused_mapping(gemm: Gemm, device: Device, base: Mapping) -> Mapping:
    """The fused-k core tile: least padded work first, then the fewest core calls, within L1."""
    rows = base.grid[0]
    best: tuple[tuple[int, int, int], Mapping] | None = None
    m = min(64, round_up(ceil_div(gemm.m, rows), 16))
    for n in range(16, MAX_CORE_N + 1, 16):
        for k in range(16, MAX_CORE_K + 1, 8):
            mapping = _fitting(gemm, device, replace(base, core_tile=(m, n, k)))
            if mapping is None:
                continue
            pm, pn, pk = mapping.padded(gemm)
            calls = (pm // m) * (pn // n) * (pk // k)
            score = (pm * pn * pk, calls, -mapping.c_depth)
            if best is None or score < best[0]:
                best = (score, mapping)
    if best is None:
        raise InputError(
            f"No fused-k core tile for {gemm.label} in {gemm.dtype} fits the L1 of {device.name} "
            f"({device.l1_bytes} bytes)."
        )
    return best[1]


def _fitting(gemm: Gemm, device: Device, mapping: Mapping) -> Mapping | None:
    """The mapping with C double-buffered if L1 allows, single if not, None if neither fits."""
    for c_depth in (2, 1):
        candidate = replace(mapping, c_depth=c_depth)
        if l1_demand(candidate, gemm.dtype) <= device.l1_bytes - device.l1_reserved_bytes:
            return candidate
    return None


def l1_demand(mapping: Mapping, dtype: str) -> int:
    """Bytes of L1 that a core needs: A and B twice, C as often as it is buffered."""
    m, n, k = mapping.core_tile
    inputs = 2 * (m * k + k * n) * dtype_bytes(dtype)
    return inputs + mapping.c_depth * m * n * dtype_bytes(mapping.c_dtype)
