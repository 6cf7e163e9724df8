"""The decision of how a product is laid out: core tile, grid, ports, kernel."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

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
MAX_WHOLE_ARRAY_SIDE = 128
MAX_WHOLE_ARRAY_K = 256

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
    rows = base.grid[0]
    most_k = max(MAX_CORE_K, MAX_CORE_K_BYTES // dtype_bytes(gemm.dtype))
    best: tuple[tuple[int, int, int], Mapping] | None = None
    m = min(64, round_up(ceil_div(gemm.m, rows), 16))
    for n in range(16, MAX_CORE_N + 1, 16):
        for k in range(16, most_k + 1, 8):
            mapping = _fitting(gemm.dtype, device, replace(base, core_tile=(m, n, k)), depths)
            if mapping is None or mapping.staged_k % k:
                continue
            pm, pn, pk = mapping.padded(gemm)
            calls = (pm // m) * (pn // n) * (pk // k)
            score = (pm * pn * pk, calls, -mapping.c_depth)
            if best is None or score < best[0]:
                best = (score, mapping)
    if best is None:
        staged = f" with {base.k_mt} of K staged, which its k must divide," if base.k_mt else ""
        raise InputError(
            f"No fused-k core tile for {gemm.label} in {gemm.dtype}{staged} fits the L1 of "
            f"{device.name} ({device.l1_bytes} bytes)."
        )
    return best[1]


def whole_array_mapping(
    gemm: Gemm, device: Device, base: Mapping, depths: tuple[int, ...] = C_DEPTHS
) -> Mapping:
    """The whole-array tile and staging that bound the time least, within L1 and L2.

    That is the busiest resource's time and what nothing overlaps; among equals the one that
    needs least of all resources together, then the longest staging.
    """
    best: tuple[tuple[float, float, int], Mapping] | None = None
    rows, columns = base.grid
    kernel = base.matmul(gemm.dtype)
    r, s, t = kernel.block or (1, 1, 1)
    for m in _sides(gemm.m, rows, max(16, r)):
        for n in _sides(gemm.n, columns, max(16, t)):
            for k in _sides(gemm.k, 1, max(16, s), MAX_WHOLE_ARRAY_K):
                tile = _fitting(gemm.dtype, device, replace(base, core_tile=(m, n, k)), depths)
                if tile is None:
                    break
                call = kernel.cycles(device, m, k, n)
                for mapping in _stagings(tile, gemm, device):
                    bounds = _busy_cycles(mapping, gemm, device, call)
                    ends = _end_cycles(mapping, gemm, device)
                    score = (max(bounds) + ends, sum(bounds), -mapping.staged_k)
                    if best is None or score < best[0]:
                        best = (score, mapping)
    if best is None:
        staged = f" with {base.k_mt} of K staged, which its k must divide," if base.k_mt else ""
        raise InputError(
            f"No whole-array core tile for {gemm.label} in {gemm.dtype}{staged} fits {device.name}."
        )
    return best[1]


def _sides(size: int, parts: int, step: int, most: int = MAX_WHOLE_ARRAY_SIDE) -> range:
    """Sides of a core tile in steps, none beyond what one of the parts of a tensor needs."""
    return range(step, min(most, round_up(ceil_div(size, parts), step)) + 1, step)


def _stagings(tile: Mapping, gemm: Gemm, device: Device) -> Iterator[Mapping]:
    """The mapping with one core tile of K in a mem tile at once, with two and so on.

    As many as it has room for and the product needs; only those of `k_mt` where that is given.
    """
    k = tile.core_tile[2]
    if tile.k_mt:
        if tile.k_mt % k == 0 and _stages(tile, gemm, device):
            yield tile
        return
    mapping = tile
    while _stages(mapping, gemm, device):
        yield mapping
        if mapping.staged_k >= gemm.k:
            return
        mapping = replace(mapping, k_mt=mapping.staged_k + k)


def _stages(mapping: Mapping, gemm: Gemm, device: Device) -> bool:
    """Whether the busiest mem tile has room and descriptors for its share of A, of B and of C."""
    m, n, k = mapping.core_tile
    rows, columns = mapping.grid
    staged, lines = mapping.staged_k, ceil_div(rows, min(rows, columns))
    inputs = (lines * m + n) * staged * dtype_bytes(gemm.dtype)
    held = 2 * (inputs + rows * m * n * dtype_bytes(mapping.c_dtype))
    descriptors = 2 * (lines + 1) * (1 + staged // k) + 2 * 2 * rows
    return held <= device.l2_bytes and descriptors <= device.mem_bds


def _end_cycles(mapping: Mapping, gemm: Gemm, device: Device) -> float:
    """Array cycles before the first core call, and after the last, that nothing overlaps."""
    m, n, _ = mapping.core_tile
    rows, columns = mapping.grid
    first = max(ceil_div(rows, min(rows, columns)) * m, n) * mapping.staged_k
    last = (rows + 1) * m * n * dtype_bytes(mapping.c_dtype)
    return (first * dtype_bytes(gemm.dtype) + last) / device.stream_bytes_per_cycle


def _busy_cycles(
    mapping: Mapping, gemm: Gemm, device: Device, call_cycles: int
) -> tuple[float, ...]:
    """About how many array cycles cores, their ports, shim channels, DDR and controller are busy.

    `call_cycles` are those of one kernel call. Quick to work out, to choose among tiles; what
    nothing can beat is in `designs.bounds`.
    """
    m, n, k = mapping.core_tile
    rows, columns = mapping.grid
    pm, pn, pk = mapping.padded(gemm)
    size, c_size = dtype_bytes(gemm.dtype), dtype_bytes(mapping.c_dtype)
    blocks_m, blocks_n = pm // (m * rows), pn // (n * columns)
    blocks, calls = blocks_m * blocks_n, blocks_m * blocks_n * (pk // k)
    locks = 2 * (device.lock_acquire_cycles + device.lock_release_cycles) + device.call_cycles
    cores = calls * (call_cycles + locks)
    cores += 0 if mapping.c_depth > 1 else blocks * m * n * c_size // device.stream_bytes_per_cycle
    ports = calls * max(m, n) * k * size / device.stream_bytes_per_cycle
    a_bytes, b_bytes, c_bytes = (
        pm * pk * size * blocks_n,
        pk * pn * size * blocks_m,
        pm * pn * c_size,
    )
    shim = max(a_bytes / min(rows, columns), b_bytes / columns) / device.stream_bytes_per_cycle
    b_run = (n if mapping.b_layout == "row" else mapping.staged_k) * size
    runs = a_bytes / (mapping.staged_k * size) + b_bytes / b_run + c_bytes / (n * c_size)
    ddr_ns = (a_bytes + b_bytes + c_bytes) / device.ddr_gbps + runs * device.ddr_run_ns
    tasks = blocks * (2 * columns + min(rows, columns)) * ceil_div(pk // mapping.staged_k, 64)
    issue = tasks * device.issue_task_cycles * device.clock_mhz / device.controller_clock_mhz
    return (cores, ports, shim, ddr_ns * device.clock_mhz / 1e3, issue)


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
