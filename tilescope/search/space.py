"""The mappings that a search considers: every legal one of a stated space, group by group."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cached_property

from tilescope.designs.mapping import (
    B_LAYOUTS,
    C_DEPTHS,
    KERNELS,
    PORTS,
    Mapping,
    base_mapping,
)
from tilescope.devices.device import Device
from tilescope.errors import InputError
from tilescope.kernels.catalog import BFLOAT16_EMULATIONS, FLOAT32_EMULATIONS
from tilescope.kernels.contract import Kernel
from tilescope.kernels.matmul_costs import BlockedMatmul
from tilescope.quantities.shapes import ceil_div
from tilescope.search.limits import Limits
from tilescope.search.sides import sides, stagings
from tilescope.workloads.gemm import Gemm

MOST_STAGED = 12  # core tiles of K in a mem tile; its descriptors end before
SCALAR_STEPS = (4, 8, 4)  # sides of a core tile whose kernel has no blocks: m, k, n
PER_TILE_DEPTH = 2
FAMILY_OF_PORTS = {"single": "fused-k", "spread": "whole-array"}


@dataclass(frozen=True)
class Group:
    """Mappings that differ in the core tile and in what of K is staged alone.

    base: everything else, on a core tile of no meaning. Each of the sides goes with each other.
    """

    gemm: Gemm
    base: Mapping
    kernel: Kernel
    core_tile: tuple[int, int, int] | None = None
    k_mt: int | None = None

    @property
    def per_tile(self) -> bool:
        """Whether the host reduces over K, a block a launch."""
        return self.base.family == "per-tile"

    @cached_property
    def sides_m(self) -> tuple[int, ...]:
        """Rows of a core tile."""
        return self._sides(self.gemm.m, self.base.grid[0], 0)

    @cached_property
    def sides_n(self) -> tuple[int, ...]:
        """Columns of a core tile."""
        return self._sides(self.gemm.n, self.base.grid[1], 2)

    @cached_property
    def sides_k(self) -> tuple[int, ...]:
        """K of a core tile."""
        return self._sides(self.gemm.k, 1, 1)

    @cached_property
    def staged(self) -> tuple[tuple[int, int], ...]:
        """K of a core tile and what a mem tile stages of it, pair by pair."""
        pairs = []
        for k in self.sides_k:
            if self.per_tile:
                pairs.append((k, k))
            elif self.k_mt is not None:
                pairs += [(k, self.k_mt)] if self.k_mt % k == 0 else []
            else:
                calls = ceil_div(self.gemm.k, k)
                pairs += [(k, times * k) for times in stagings(calls, MOST_STAGED)]
        return tuple(pairs)

    @property
    def count(self) -> int:
        """Mappings of the group, legal or not."""
        return len(self.sides_m) * len(self.sides_n) * len(self.staged)

    def mapping(self, m: int, n: int, k: int, staged: int) -> Mapping:
        """The group's mapping with a core tile and a staging."""
        return replace(self.base, core_tile=(m, n, k), k_mt=staged if staged != k else None)

    def _sides(self, size: int, parts: int, scalar: int) -> tuple[int, ...]:
        """Sides along one of the kernel's scalars, m, k or n."""
        if self.core_tile is not None:
            m, n, k = self.core_tile
            return ((m, k, n)[scalar],)
        step = (self.kernel.block or SCALAR_STEPS)[scalar]
        return sides(size, parts, step, step * _blocking(self.kernel)[scalar])


def groups(gemm: Gemm, device: Device, limits: Limits) -> Iterator[Group]:
    """Every group of the space, in a fixed order.

    Raises InputError where no kernel is as the limits ask for.
    """
    for base, kernel in kernels(gemm, device, limits):
        for rows in range(1, device.core_rows + 1):
            for columns in range(1, device.columns + 1):
                if limits.grid not in (None, (rows, columns)):
                    continue
                for mapping in _laid_out(base, (rows, columns), limits):
                    yield Group(gemm, mapping, kernel, limits.core_tile, limits.k_mt)


def kernels(gemm: Gemm, device: Device, limits: Limits) -> list[tuple[Mapping, Kernel]]:
    """The product kernels to choose from, each with a mapping that calls it.

    Raises InputError where there is none.
    """
    found: list[tuple[Mapping, Kernel]] = []
    refusal: InputError | None = None
    for variant in KERNELS if limits.kernel is None else (limits.kernel,):
        for way in _ways(gemm.dtype, variant, device, limits):
            for layout in B_LAYOUTS if limits.b_layout is None else (limits.b_layout,):
                if variant == "scalar" and layout == "column":
                    continue
                try:
                    base = base_mapping(
                        gemm,
                        "fused-k",
                        kernel=variant,
                        emulation=way,
                        c_dtype=limits.c_dtype,
                        generation=device.generation,
                    )
                    base = replace(base, b_layout=layout, toolchain=limits.toolchain)
                    found.append((base, base.matmul(gemm.dtype)))
                except InputError as error:
                    refusal = refusal or error
    if not found:
        raise refusal or InputError(f"There is no {gemm.dtype} kernel for {device.name}.")
    return found


def _ways(dtype: str, variant: str, device: Device, limits: Limits) -> tuple[str, ...]:
    """How a kernel may multiply; one word that changes nothing where there is no choice."""
    if variant == "scalar":
        return ("safe",) if limits.emulation is None else ()
    if limits.emulation is not None:
        return (limits.emulation,)
    if dtype == "float32":
        return FLOAT32_EMULATIONS
    if dtype == "bfloat16" and device.generation == "aie2p":
        return BFLOAT16_EMULATIONS
    return ("safe",)


def _laid_out(base: Mapping, grid: tuple[int, int], limits: Limits) -> Iterator[Mapping]:
    """The base on a grid, for each family, port rule and number of C's buffers."""
    for ports in PORTS:
        if limits.ports not in (None, ports):
            continue
        placed = replace(base, grid=grid, ports=ports)
        # fused-k and whole-array are one design, which ports tell apart
        if limits.family in (None, FAMILY_OF_PORTS[ports]) or (
            limits.family == "fused-k" and limits.ports == "spread"
        ):
            family = limits.family or FAMILY_OF_PORTS[ports]
            for depth in C_DEPTHS:
                if limits.c_depth in (None, depth):
                    yield replace(placed, family=family, c_depth=depth)
        tiled = limits.k_mt is None and limits.c_depth in (None, PER_TILE_DEPTH)
        if limits.family in (None, "per-tile") and tiled:
            yield replace(placed, family="per-tile", c_depth=PER_TILE_DEPTH)


def _blocking(kernel: Kernel) -> tuple[int, int, int]:
    """Kernel blocks of a register block along m, k and n."""
    cost = kernel.cost
    if isinstance(cost, BlockedMatmul):
        high, wide = cost.blocking
        return (high, 1, wide)
    return (1, 1, 1)
