"""What is asked of a mapping, and the mapping that it comes to: what is left open is chosen."""

from __future__ import annotations

from dataclasses import dataclass, replace

from tilescope.designs.capacity import MAX_TASKS, sizes_of, transfers
from tilescope.designs.mapping import (
    B_LAYOUTS,
    C_DEPTHS,
    FAMILIES,
    PORTS,
    Mapping,
    base_mapping,
    choose_core_tile,
    with_fitting_c,
)
from tilescope.designs.plan import make_plan
from tilescope.designs.problems import require_fit
from tilescope.devices.device import Device
from tilescope.errors import DesignError, InputError
from tilescope.kernels.catalog import BFLOAT16_EMULATIONS, FLOAT32_EMULATIONS
from tilescope.kernels.contract import TOOLCHAINS
from tilescope.quantities.names import check_choice
from tilescope.quantities.shapes import ceil_div, round_up
from tilescope.workloads.gemm import Gemm

SEED_GRID = (4, 4)
SEED_BLOCK = (64, 64, 64)
DEFAULT_PORTS = {"per-tile": "single", "fused-k": "single", "whole-array": "spread"}


@dataclass(frozen=True)
class MappingRequest:
    """A mapping as it is asked for; None leaves that choice to the family.

    core_tile: (m, n, k) of one core; grid: rows and columns of cores; c_dtype: what C is held in;
    k_mt: K that a mem tile stages; c_depth: how often C is buffered on a core; b_layout: whether
    B lies by rows or by columns; toolchain: whose code the kernels are; emulation is that of
    float32, bf16 how aie2p multiplies bfloat16.
    """

    family: str = "per-tile"
    core_tile: tuple[int, int, int] | None = None
    grid: tuple[int, int] | None = None
    ports: str | None = None
    kernel: str = "vector"
    emulation: str = "safe"
    bf16: str | None = None
    c_dtype: str | None = None
    k_mt: int | None = None
    c_depth: int | None = None
    b_layout: str = "row"
    toolchain: str = "peano"


def resolve(request: MappingRequest, gemm: Gemm, device: Device) -> Mapping:
    """The mapping that a request comes to for a product on a device, its designs known to fit.

    Raises:
        InputError: an unknown name, or choices that contradict one another.
        DesignError: a tile, grid or staging that does not fit the device.
    """
    mapping = choose(request, gemm, device)
    for launch in make_plan(gemm, mapping).launches:
        require_fit(launch.design, device)
    return mapping


def choose(request: MappingRequest, gemm: Gemm, device: Device) -> Mapping:
    """The mapping that a request comes to, without asking whether its designs fit the device.

    Raises InputError and DesignError as `resolve` does for everything else.
    """
    check_choice("mapping", request.family, FAMILIES)
    _check_for_family(request)
    grid = _grid(request, device)
    base = replace(base_of(request, gemm, device), grid=grid, k_mt=request.k_mt)
    base.matmul(gemm.dtype)
    mapping = _with_tile(request, gemm, device, base)
    _check_staging(mapping)
    _check_size(gemm, mapping)
    return mapping


def base_of(request: MappingRequest, gemm: Gemm, device: Device) -> Mapping:
    """The request's family with its kernels, on the seed's tile and grid.

    Raises:
        InputError: an unknown name, or a way of multiplying that the dtype has not.
    """
    check_choice("float32 emulation", request.emulation, FLOAT32_EMULATIONS)
    check_choice("layout of B", request.b_layout, B_LAYOUTS)
    check_choice("toolchain", request.toolchain, TOOLCHAINS)
    if request.bf16 is not None:
        check_choice("way of bfloat16", request.bf16, BFLOAT16_EMULATIONS)
        if gemm.dtype != "bfloat16":
            raise InputError(f"{request.bf16} is a way of bfloat16, and the dtype is {gemm.dtype}.")
    base = base_mapping(
        gemm,
        request.family,
        request.ports or DEFAULT_PORTS[request.family],
        request.kernel,
        request.bf16 or request.emulation,
        request.c_dtype,
        device.generation,
    )
    return replace(base, b_layout=request.b_layout, toolchain=request.toolchain)


def _check_for_family(request: MappingRequest) -> None:
    """Refuse what the family has no place for."""
    if request.ports is not None:
        check_choice("port rule", request.ports, PORTS)
    if request.c_depth is not None and request.c_depth not in C_DEPTHS:
        raise InputError(f"C is buffered once or twice on a core (1 or 2), not {request.c_depth}.")
    if request.k_mt is not None and request.k_mt < 1:
        raise InputError(f"A mem tile stages {request.k_mt} of K; it must be 1 or more.")
    if request.family == "per-tile":
        for what, value in (("K in mem tiles", request.k_mt), ("C's buffers", request.c_depth)):
            if value is not None:
                raise InputError(
                    f"per-tile brings one block a launch, so {what} cannot be chosen; "
                    "use --mapping fused-k or whole-array."
                )
    if request.family == "whole-array" and request.ports == "single":
        raise InputError(
            "whole-array uses every shim column, so its ports are spread; for single ports use "
            "--mapping fused-k."
        )


def _grid(request: MappingRequest, device: Device) -> tuple[int, int]:
    """The grid asked for, or the family's: the seed's 4×4, else the whole device."""
    if request.grid is None:
        whole = (device.core_rows, device.columns)
        if request.family == "per-tile" and min(whole) < min(SEED_GRID):
            raise DesignError(
                f"per-tile works on {SEED_GRID[0]}×{SEED_GRID[1]} cores and {device.name} has "
                f"{whole[0]}×{whole[1]} (rows×columns); use --mapping fused-k or whole-array."
            )
        return SEED_GRID if request.family == "per-tile" else whole
    rows, columns = request.grid
    if rows > device.core_rows or columns > device.columns:
        raise DesignError(
            f"A grid of {rows}×{columns} cores is larger than {device.name}, which has "
            f"{device.core_rows}×{device.columns} (rows×columns)."
        )
    return request.grid


def _with_tile(request: MappingRequest, gemm: Gemm, device: Device, base: Mapping) -> Mapping:
    """The base with the core tile asked for, or with the one that its family chooses."""
    kernel = base.matmul(gemm.dtype)
    if request.core_tile is not None:
        m, n, k = request.core_tile
        if problems := kernel.problems(m, k, n):
            raise DesignError(" ".join(problems))
        mapping = replace(base, core_tile=request.core_tile)
    elif base.family == "per-tile":
        r, s, t = kernel.block or (1, 1, 1)
        sides = zip(SEED_BLOCK, (*base.grid, 1), (r, t, s), strict=True)
        m, n, k = (round_up(ceil_div(size, parts), step) for size, parts, step in sides)
        mapping = replace(base, core_tile=(m, n, k))
    else:
        depths = C_DEPTHS if request.c_depth is None else (request.c_depth,)
        return choose_core_tile(gemm, device, base, depths)
    if request.c_depth is not None:
        return replace(mapping, c_depth=request.c_depth)
    return mapping if base.family == "per-tile" else with_fitting_c(gemm, device, mapping)


def _check_staging(mapping: Mapping) -> None:
    if mapping.k_mt is None:
        return
    tile_k = mapping.core_tile[2]
    if mapping.k_mt < tile_k or mapping.k_mt % tile_k:
        raise InputError(
            f"A mem tile stages whole core tiles of K: {mapping.k_mt} is no multiple of {tile_k}."
        )


def _check_size(gemm: Gemm, mapping: Mapping) -> None:
    """Refuse a launch whose list of transfers would not end, before it is made."""
    tasks = transfers(gemm, mapping, sizes_of(mapping))
    if tasks > MAX_TASKS:
        raise DesignError(
            f"{gemm.label} takes some {tasks:,} transfers in one launch, and {MAX_TASKS:,} is "
            "the most that is simulated; use a larger core tile, or profile a part of it."
        )
