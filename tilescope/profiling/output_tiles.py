"""The output of a case by core tiles: when each was complete, and how far from right it is."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tilescope.designs.mapping import Mapping
from tilescope.quantities.shapes import ceil_div
from tilescope.runs.output_tiles import OutputTiles, Since
from tilescope.runs.timeline import LaunchTimeline
from tilescope.workloads.gemm import Gemm

Figures = NDArray[np.float64]


def output_tiles(
    gemm: Gemm,
    mapping: Mapping,
    launches: Sequence[LaunchTimeline],
    npu_us: float,
    errors: Figures | None,
) -> OutputTiles:
    """The tiles of C that hold something of the product; padding beyond them is left out.

    errors: of each tile, as `tile_errors` gives them; None where nothing was computed.
    """
    tile_m, tile_n, _ = mapping.core_tile
    rows, cols = ceil_div(gemm.m, tile_m), ceil_div(gemm.n, tile_n)
    since: Since = "launch"
    done_us: Figures | None
    if mapping.family == "per-tile":
        since, done_us = "call", _by_blocks(gemm, mapping, npu_us)
    else:
        done_us = _by_cores(gemm, mapping, launches[0])
    done = None if done_us is None else tuple(done_us[:rows, :cols].ravel().tolist())
    return OutputTiles(
        rows=rows,
        cols=cols,
        m=tile_m,
        n=tile_n,
        grid=mapping.grid,
        since=since,
        done_us=done,
        errors=None if errors is None else tuple(errors.ravel().tolist()),
    )


def tile_errors(output: NDArray[Any], reference: Figures, mapping: Mapping) -> Figures:
    """By tile, max |output - reference| over max |reference| in all of C; 0 where all is 0."""
    tile_m, tile_n, _ = mapping.core_tile
    apart = np.abs(output.astype(np.float64) - reference)
    by_rows = np.maximum.reduceat(apart, np.arange(0, apart.shape[0], tile_m), axis=0)
    largest: Figures = np.maximum.reduceat(by_rows, np.arange(0, apart.shape[1], tile_n), axis=1)
    scale = float(np.max(np.abs(reference)))
    return largest / scale if scale else largest


def _by_blocks(gemm: Gemm, mapping: Mapping, npu_us: float) -> Figures:
    """Blocks one after the other, row by row, each as long as any other: all K, then the next."""
    block_m, block_n, _ = mapping.block
    m, n, _ = mapping.padded(gemm)
    down, across = m // block_m, n // block_n
    blocks = (np.arange(down * across) + 1.0).reshape(down, across) * (npu_us / (down * across))
    return np.kron(blocks, np.ones(mapping.grid))


def _by_cores(gemm: Gemm, mapping: Mapping, launch: LaunchTimeline) -> Figures | None:
    """When the last byte of each tile left its core; None where the spans do not say it.

    A core makes one tile of each block, and blocks come row by row.
    """
    block_m, block_n, _ = mapping.block
    grid_rows, grid_cols = mapping.grid
    m, n, _ = mapping.padded(gemm)
    down, across = m // block_m, n // block_n
    ends: dict[str, list[float]] = {}
    for span in launch.spans:
        if span.activity == "transfer":
            ends.setdefault(span.resource, []).append(span.end_us)
    done = np.empty((down * grid_rows, across * grid_cols))
    for row in range(grid_rows):
        for col in range(grid_cols):
            left = ends.get(f"core ({col},{row + 2}) MM2S0", [])
            if len(left) != down * across:
                return None
            done[row::grid_rows, col::grid_cols] = np.reshape(left, (down, across))
    return done
