"""A launch plan: the launches and host steps that a mapping needs for a workload."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from tilescope.designs.elementwise import accumulate_design
from tilescope.designs.gemm import gemm_design
from tilescope.designs.ir import Design
from tilescope.designs.mapping import FAMILIES, Mapping
from tilescope.errors import InputError
from tilescope.quantities.dtypes import dtype_bytes
from tilescope.quantities.names import check_choice
from tilescope.workloads.gemm import Gemm

# Rows of the step table that the engine reads.
COPY, LAUNCH, ZERO = 0, 1, 2
STEP_COLUMNS = 10

# Host arrays of a plan, by place.
A, B, C, A_TILE, B_TILE, P_TILE, C_IN_TILE, C_OUT_TILE = range(8)


@dataclass(frozen=True)
class PlannedLaunch:
    """One design and how often it is launched.

    `input_bytes` and `output_bytes` are what the host copies and syncs for each launch, one entry
    a buffer; `kernel` is the name that reports use.
    """

    kernel: str
    design: Design
    count: int
    input_bytes: tuple[int, ...]
    output_bytes: tuple[int, ...]


@dataclass(frozen=True)
class LaunchPlan:
    """The launches of one product, and the padded sizes they cover (elements).

    `arrays` are the shapes and dtypes of the host's arrays, A, B (n×k where it lies by columns)
    and C first.
    """

    gemm: Gemm
    mapping: Mapping
    padded: tuple[int, int, int]
    launches: tuple[PlannedLaunch, ...]
    arrays: tuple[tuple[tuple[int, int], str], ...]

    @property
    def launch_count(self) -> int:
        """Launches of all designs."""
        return sum(launch.count for launch in self.launches)

    @property
    def tiles(self) -> int:
        """Blocks of M×N×K that the mapping covers."""
        return _count(self.padded, self.mapping.block)

    def steps(self) -> npt.NDArray[np.int64]:
        """The plan's steps in order, one row each, as the engine reads them."""
        if self.mapping.family != "per-tile":
            row = [LAUNCH, 0, A, B, C]
            return np.array([row + [0] * (STEP_COLUMNS - len(row))], dtype=np.int64)
        return np.array(list(_tiled_steps(self)), dtype=np.int64)


def launch_buffers(
    gemm: Gemm, mapping: Mapping
) -> tuple[tuple[int, tuple[int, ...], tuple[int, ...]], ...]:
    """For each design of a plan how often it is launched, and the bytes of its host buffers.

    Those that go in and those that come out, one entry a buffer; the product's design is first.
    """
    size, c_size = dtype_bytes(gemm.dtype), dtype_bytes(mapping.c_dtype)
    padded = mapping.padded(gemm)
    tiled = mapping.family == "per-tile"
    m, n, k = mapping.block if tiled else padded
    a, b, c = m * k * size, k * n * size, m * n * c_size
    if not tiled:
        return ((1, (a, b), (c,)),)
    count = _count(padded, mapping.block)
    return ((count, (a, b), (c,)), (count, (c, c), (c,)))


def make_plan(gemm: Gemm, mapping: Mapping) -> LaunchPlan:
    """The plan of a mapping for a product: two launches a block for per-tile, else one in all.

    Raises InputError for an unknown family, and for per-tile with a longer K staged.
    """
    check_choice("mapping", mapping.family, FAMILIES)
    padded = mapping.padded(gemm)
    m, n, k = padded
    b_shape = (k, n) if mapping.b_layout == "row" else (n, k)
    whole = (((m, k), gemm.dtype), (b_shape, gemm.dtype), ((m, n), mapping.c_dtype))
    buffers = launch_buffers(gemm, mapping)
    if mapping.family != "per-tile":
        design = gemm_design("linear_fused", m, n, k, gemm.dtype, mapping)
        launch = PlannedLaunch("linear_fused", design, *buffers[0])
        return LaunchPlan(gemm, mapping, padded, (launch,), whole)
    bm, bn, bk = mapping.block
    if mapping.staged_k != bk:
        raise InputError(
            f"A per-tile launch covers {bk} of K, so a mem tile cannot stage {mapping.staged_k}."
        )
    matmul = gemm_design("linear_matmul", bm, bn, bk, gemm.dtype, mapping)
    accumulate = accumulate_design("linear_accumulate", bm, bn, mapping.c_dtype)
    launches = (
        PlannedLaunch("linear_matmul", matmul, *buffers[0]),
        PlannedLaunch("linear_accumulate", accumulate, *buffers[1]),
    )
    c_tile = ((bm, bn), mapping.c_dtype)
    b_tile = (bk, bn) if mapping.b_layout == "row" else (bn, bk)
    tiles = (((bm, bk), gemm.dtype), (b_tile, gemm.dtype), c_tile, c_tile, c_tile)
    return LaunchPlan(gemm, mapping, padded, launches, (*whole, *tiles))


def _count(padded: tuple[int, int, int], block: tuple[int, int, int]) -> int:
    m, n, k = (size // step for size, step in zip(padded, block, strict=True))
    return m * n * k


def _tiled_steps(plan: LaunchPlan) -> Iterator[tuple[int, ...]]:
    """The seed's loop: a matmul launch and an accumulate launch for each block, K innermost."""
    m, n, k = plan.padded
    bm, bn, bk = plan.mapping.block
    size, c_size = dtype_bytes(plan.gemm.dtype), dtype_bytes(plan.mapping.c_dtype)
    a_row, c_row = bk * size, bn * c_size
    by_rows = plan.mapping.b_layout == "row"
    b_rows, b_row, b_stride = (bk, bn * size, n * size) if by_rows else (bn, bk * size, k * size)
    matmul = (LAUNCH, 0, A_TILE, B_TILE, P_TILE, 0, 0, 0, 0, 0)
    accumulate = (LAUNCH, 1, C_IN_TILE, P_TILE, C_OUT_TILE, 0, 0, 0, 0, 0)
    yield (ZERO, C, 0, 1, m * n * c_size, 0, 0, 0, 0, 0)
    for i in range(m // bm):
        for j in range(n // bn):
            c_at = (i * bm * n + j * bn) * c_size
            for step in range(k // bk):
                a_at = (i * bm * k + step * bk) * size
                b_at = (step * bk * n + j * bn if by_rows else j * bn * k + step * bk) * size
                yield (COPY, A, A_TILE, a_at, 0, bm, a_row, k * size, a_row, 0)
                yield (COPY, B, B_TILE, b_at, 0, b_rows, b_row, b_stride, b_row, 0)
                yield matmul
                yield (COPY, C, C_IN_TILE, c_at, 0, bm, c_row, n * c_size, c_row, 0)
                yield accumulate
                yield (COPY, C_OUT_TILE, C, 0, c_at, bm, c_row, c_row, n * c_size, 0)
