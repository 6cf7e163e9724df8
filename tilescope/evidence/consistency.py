"""Do the figures of a row, and of the rows of one experiment, agree with each other?"""

from __future__ import annotations

from tilescope.errors import InputError
from tilescope.evidence.records import Row
from tilescope.quantities.dtypes import CANONICAL, dtype_bytes
from tilescope.quantities.shapes import round_up

AGREEMENT = 0.05  # between a time and the rate that its source derived from it
TILE_STEP = 16  # what kernels round a side up to
OPERANDS_MOVED = {"add": 3}
"""Whole tensors that pass DDR, for rates in GB/s."""


def require_consistent(rows: tuple[Row, ...]) -> None:
    """Refuse contradictory shapes and figures.

    Raises InputError with file and line for a tile larger than its padded shape, cores that are
    not the grid's, staging that is no multiple of the tile, a share above 100 %, or a rate that
    does not follow from shape and time.
    """
    for row in rows:
        _require_sound_shape(row)
    times = {_key(row): row for row in rows if row.metric in ("time_us", "cycles")}
    for row in rows:
        timed = times.get(_key(row))
        if timed is not None and row.metric not in ("time_us", "cycles"):
            _require_same_figure(row, timed)


def _require_sound_shape(row: Row) -> None:
    sides = (("m", row.m, row.tile[0]), ("n", row.n, row.tile[1]), ("k", row.k, row.tile[2]))
    if row.op == "gemm":
        for name, size, tile in sides:
            if size is not None and tile is not None and tile > round_up(size, TILE_STEP):
                raise InputError(
                    f"{row.where}: tile_{name} {tile} is larger than {name} {size} padded to "
                    f"{round_up(size, TILE_STEP)}."
                )
    if row.cores and row.grid and row.grid[0] * row.grid[1] != row.cores:
        raise InputError(
            f"{row.where}: a grid of {row.grid[0]}x{row.grid[1]} has "
            f"{row.grid[0] * row.grid[1]} cores, not {row.cores}."
        )
    tile_k = row.tile[2]
    if row.staged_k and tile_k and row.staged_k % tile_k:
        raise InputError(f"{row.where}: staged_k {row.staged_k} is no multiple of tile_k {tile_k}.")
    if row.metric == "efficiency_pct" and row.value > 100:
        raise InputError(f"{row.where}: a share of {row.value:g} % is more than the whole.")


def _key(row: Row) -> tuple[object, ...]:
    conditions = (row.statistic, row.cores, row.grid, row.tile, row.form, row.origin.place)
    return (row.experiment, row.op, row.shape or (row.m, row.n), *conditions)


def _require_same_figure(row: Row, timed: Row) -> None:
    expected = implied_rate(row, timed)
    if expected is not None and abs(row.value / expected - 1) > AGREEMENT:
        raise InputError(
            f"{row.where}: {row.value:g} {row.unit} does not follow from its shape and the "
            f"{timed.value:g} {timed.unit} of {timed.id}, which give {expected:.4g} {row.unit}."
        )


def implied_rate(row: Row, timed: Row) -> float | None:
    """The figure of `row` that the time of `timed` would give; None where none follows."""
    if timed.metric == "time_us" and row.macs is not None:
        if row.metric == "tops":
            return 2 * row.macs / timed.value / 1e6
        if row.metric == "gflops":
            return 2 * row.macs / timed.value / 1e3
    if timed.metric == "time_us" and row.metric == "gbps" and row.op in OPERANDS_MOVED:
        if row.n is None or row.dtype_in not in CANONICAL:
            return None
        elements = row.n * (row.m or 1)
        moved = OPERANDS_MOVED[row.op] * elements * dtype_bytes(row.dtype_in)
        return moved / timed.value / 1e3
    if timed.metric == "cycles" and row.metric == "macs_per_cycle" and row.core_tile is not None:
        m, n, k = row.core_tile
        return m * n * k / timed.value
    return None
