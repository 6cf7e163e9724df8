"""The decision of how a product is laid out: core tile, grid, ports, kernel."""

from __future__ import annotations

from dataclasses import dataclass, replace

from tilescope.designs.whole_array import best_tile
from tilescope.devices.device import Device
from tilescope.errors import InputError
from tilescope.kernels.catalog import EMULATIONS as KERNEL_EMULATIONS
from tilescope.kernels.catalog import find_kernel
from tilescope.kernels.contract import Kernel
from tilescope.quantities.dtypes import canonical_dtype, dtype_bytes
from tilescope.quantities.names import unknown_name
from tilescope.quantities.shapes import ceil_div, round_up
from tilescope.workloads.gemm import Gemm

FAMILIES = ("per-tile", "fused-k", "whole-array")
B_LAYOUTS = ("row", "column")
PORTS = ("single", "spread")
KERNELS = ("vector", "scalar")
EMULATIONS = ("safe", "fast", "low")
C_DEPTHS = (2, 1)

SEED_BLOCK = (64, 64, 64)
MAX_CORE_N = 96
MAX_CORE_K = 128
MAX_CORE_K_BYTES = 256  # a longer k where elements are small: fewer core calls

# What partial sums are held in. In bfloat16 they would lose more than the operands do.
ACCUMULATOR_DTYPES = {
    "float32": "float32",
    "bfloat16": "float32",
    "int8": "int32",
    "int16": "int32",
    "int32": "int32",
}


@dataclass(frozen=True)
class Mapping:
    """How a product runs on an array.

    `core_tile` (m, n, k) is what one core holds for one kernel call, `grid` (rows, columns) the
    cores, `block` what one launch (per-tile) or one pass over the grid (fused-k) covers. C and
    its partial sums are held in `c_dtype`. A mem tile stages `k_mt` of K at once, one core tile's
    unless said otherwise; `b_layout` says whether B lies in DDR by rows or by columns of N.
    `generation` is the compiler target whose kernels it calls, `emulation` how they make float32
    (safe, fast, low) or aie2p's bfloat16 (bfp16, native); None where there is nothing to say.
    `toolchain` is the compiler whose cycles they take.
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
    generation: str = "aie2"
    toolchain: str = "peano"

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
            emulation=self.emulation,
            dtype_out=self.c_dtype,
            generation=self.generation,
            b_layout=self.b_layout if self.kernel == "vector" else "row",
        ).compiled_by(self.toolchain)


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
    columns of the largest grid, the core tile as large as L1 allows with the least padding.
    whole-array: the same grid, the tile and the staging that bound the time least. C is float32
    unless `c_dtype` says otherwise.
    Raises InputError for an unknown family, port rule, kernel or emulation.
    """
    base = base_mapping(gemm, family, ports, kernel, emulation, c_dtype, device.generation)
    if family == "per-tile":
        return base
    whole = replace(base, grid=(device.core_rows, device.columns))
    return choose_core_tile(gemm, device, whole)


def base_mapping(
    gemm: Gemm,
    family: str,
    ports: str = "single",
    kernel: str = "vector",
    emulation: str = "safe",
    c_dtype: str | None = None,
    generation: str = "aie2",
) -> Mapping:
    """A family's mapping with the seed's core tile and grid, its names checked.

    Raises InputError as choose_mapping does.
    """
    for kind, choice, choices in (
        ("mapping", family, FAMILIES),
        ("port rule", ports, PORTS),
        ("kernel variant", kernel, KERNELS),
    ):
        if choice not in choices:
            raise unknown_name(kind, choice, choices)
    if emulation not in KERNEL_EMULATIONS:
        raise unknown_name("float32 emulation", emulation, EMULATIONS)
    base = Mapping(
        family=family,
        core_tile=(16, 16, 64),
        grid=(4, 4),
        ports=ports,
        kernel=kernel,
        emulation=emulation,
        c_dtype=canonical_dtype(c_dtype or ACCUMULATOR_DTYPES.get(gemm.dtype, gemm.dtype)),
        generation=generation,
    )
    return replace(base, emulation=base.matmul(gemm.dtype).emulation)


def choose_core_tile(
    gemm: Gemm, device: Device, base: Mapping, depths: tuple[int, ...] = C_DEPTHS
) -> Mapping:
    """The base with the core tile that its family chooses for a product on the base's grid.

    Its k divides the base's `k_mt` where that is given; C is buffered as often as the first of
    the depths for which there is room.
    """
    if base.family == "whole-array":
        return whole_array_mapping(gemm, device, base, depths)
    return fused_mapping(gemm, device, base, depths)


def fused_mapping(
    gemm: Gemm, device: Device, base: Mapping, depths: tuple[int, ...] = C_DEPTHS
) -> Mapping:
    """The fused-k core tile: least padded work first, then the fewest core calls, within L1."""
    rows, columns = base.grid
    size, c_size = dtype_bytes(gemm.dtype), dtype_bytes(base.c_dtype)
    room = device.l1_bytes - device.l1_reserved_bytes
    most_k = max(MAX_CORE_K, MAX_CORE_K_BYTES // size)
    best: tuple[tuple[int, int, int], tuple[int, int, int], int] | None = None
    m = min(64, round_up(ceil_div(gemm.m, rows), 16))
    pm = round_up(gemm.m, m * rows)
    for n in range(16, MAX_CORE_N + 1, 16):
        pn = round_up(gemm.n, n * columns)
        for k in range(16, most_k + 1, 8):
            left = room - 2 * (m * k + k * n) * size
            depth = next((depth for depth in depths if depth * m * n * c_size <= left), None)
            staged = base.k_mt or k
            if depth is None or staged % k:
                continue
            pk = round_up(gemm.k, staged)
            score = (pm * pn * pk, (pm // m) * (pn // n) * (pk // k), -depth)
            if best is None or score < best[0]:
                best = (score, (m, n, k), depth)
    if best is None:
        told = f" with {base.k_mt} of K staged, which its k must divide," if base.k_mt else ""
        raise InputError(
            f"No fused-k core tile for {gemm.label} in {gemm.dtype}{told} fits the L1 of "
            f"{device.name} ({device.l1_bytes} bytes)."
        )
    return replace(base, core_tile=best[1], c_depth=best[2])


def whole_array_mapping(
    gemm: Gemm, device: Device, base: Mapping, depths: tuple[int, ...] = C_DEPTHS
) -> Mapping:
    """The whole-array tile and staging that bound the time least, within L1 and L2.

    Raises InputError where none fits, or with no rate for the kernel.
    """
    best = best_tile(gemm, base, device, depths)
    if best is None:
        staged = f" with {base.k_mt} of K staged, which its k must divide," if base.k_mt else ""
        raise InputError(
            f"No whole-array core tile for {gemm.label} in {gemm.dtype}{staged} fits {device.name}."
        )
    longer = base.k_mt or (best.staged_k if best.staged_k > best.core_tile[2] else None)
    return replace(base, core_tile=best.core_tile, c_depth=best.c_depth, k_mt=longer)


def with_fitting_c(gemm: Gemm, device: Device, mapping: Mapping) -> Mapping:
    """The mapping with C buffered twice on a core where L1 allows it, once otherwise."""
    return _fitting(gemm.dtype, device, mapping, C_DEPTHS) or replace(mapping, c_depth=1)


def _fitting(
    dtype: str, device: Device, mapping: Mapping, depths: tuple[int, ...]
) -> Mapping | None:
    """The mapping with C buffered as the first of the depths that L1 has room for, or None."""
    for c_depth in depths:
        candidate = replace(mapping, c_depth=c_depth)
        if l1_demand(candidate, dtype) <= device.l1_bytes - device.l1_reserved_bytes:
            return candidate
    return None


def l1_demand(mapping: Mapping, dtype: str) -> int:
    """Bytes of L1 that a core needs: A and B twice, C as often as it is buffered."""
    m, n, k = mapping.core_tile
    inputs = 2 * (m * k + k * n) * dtype_bytes(dtype)
    return inputs + mapping.c_depth * m * n * dtype_bytes(mapping.c_dtype)
