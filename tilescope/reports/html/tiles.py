"""The output by tiles, small enough for a report."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from tilescope.runs.output_tiles import OutputTiles

MOST_ROWS = 128
MOST_COLS = 256
DIGITS = 5

Figures = npt.NDArray[np.float64]


def tiles_data(tiles: OutputTiles) -> dict[str, Any]:
    """What the report's scripts need; tiles are put together, the largest kept, where too many.

    `together` says how many rows and columns of tiles stand in one cell.
    """
    down = -(-tiles.rows // MOST_ROWS)
    across = -(-tiles.cols // MOST_COLS)
    rows, cols = -(-tiles.rows // down), -(-tiles.cols // across)
    return {
        "rows": rows,
        "cols": cols,
        "m": tiles.m,
        "n": tiles.n,
        "together": [down, across],
        "grid": list(tiles.grid),
        "since": tiles.since,
        "done_us": _cells(tiles.done_us, tiles, down, across),
        "errors": _cells(tiles.errors, tiles, down, across),
    }


def _cells(
    figures: tuple[float, ...] | None, tiles: OutputTiles, down: int, across: int
) -> list[float] | None:
    if figures is None:
        return None
    whole: Figures = np.reshape(np.array(figures), (tiles.rows, tiles.cols))
    by_rows = np.maximum.reduceat(whole, np.arange(0, tiles.rows, down), axis=0)
    cells = np.maximum.reduceat(by_rows, np.arange(0, tiles.cols, across), axis=1)
    return [float(f"{value:.{DIGITS}g}") for value in cells.ravel().tolist()]
