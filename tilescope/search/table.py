"""Candidates as the rows that the engine takes, and back as mappings."""

from __future__ import annotations

import numpy as np

from tilescope.quantities.dtypes import dtype_bytes
from tilescope.search.calls import CallCosts
from tilescope.search.capacity import Numbers, Tiles
from tilescope.search.prices import Sizes
from tilescope.search.space import Group
from tilescope.simulation.batches import LAUNCH_COLUMNS
from tilescope.simulation.clocks import TimeBase


def expanded(group: Group, pairs: Tiles) -> Tiles:
    """Each pair of sides with each K tile and staging of the group."""
    staged = np.array(group.staged, dtype=np.int64).reshape(-1, 2)
    count = len(staged)
    return Tiles(
        np.repeat(pairs.m, count),
        np.repeat(pairs.n, count),
        np.tile(staged[:, 0], len(pairs)),
        np.tile(staged[:, 1], len(pairs)),
    )


def launch_table(group: Group, tiles: Tiles, sizes: Sizes, calls: CallCosts) -> Numbers:
    """A row of LAUNCH_COLUMNS for each candidate; per-tile's is the product of one block."""
    base, (rows, columns) = group.base, group.base.grid
    tick = TimeBase.of(calls.device).array_ticks
    if group.per_tile:
        whole: tuple[Numbers, ...] = (tiles.m * rows, tiles.n * columns, tiles.k)
    else:
        whole = (sizes.m, sizes.n, sizes.k)
    fixed = (
        rows,
        columns,
        tiles.staged,
        base.ports == "spread",
        base.c_depth,
        base.b_layout == "column",
        dtype_bytes(group.gemm.dtype),
        dtype_bytes(base.c_dtype),
        *(group.kernel.block or (0, 0, 0)),
    )
    numbers: tuple[Numbers | int, ...] = (
        *whole,
        tiles.m,
        tiles.n,
        tiles.k,
        *fixed,
        calls.products(tiles) * tick,
        calls.zeros(tiles) * tick,
    )
    table = np.empty((len(tiles), len(LAUNCH_COLUMNS)), dtype=np.int64)
    for column, values in enumerate(numbers):
        table[:, column] = values
    return table
