"""The output of a case by core tiles: when each was complete, and how far it is from right."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

from tilescope.runs.usage import amount

Since = Literal["call", "launch"]
SINCE: tuple[Since, ...] = ("call", "launch")


@dataclass(frozen=True)
class OutputTiles:
    """C[M, N] cut into rows × cols tiles of m × n elements; lists are row by row.

    done_us: when a tile was complete, in µs `since` the caller's call or the launch's first
    step. errors: max |output - reference| in the tile over max |reference| in all of C; absent
    where nothing was computed. grid: rows and columns of cores; tile (i, j) is made by core
    (j mod columns, i mod rows).
    """

    rows: int
    cols: int
    m: int
    n: int
    grid: tuple[int, int]
    since: Since = "call"
    done_us: tuple[float, ...] | None = None
    errors: tuple[float, ...] | None = None

    def __post_init__(self) -> None:
        """Raises ValueError where a list does not hold a figure for each tile."""
        if min(self.rows, self.cols, self.m, self.n, *self.grid) < 1 or self.since not in SINCE:
            raise ValueError("output tiles have a size, a grid and a beginning")
        for figures in (self.done_us, self.errors):
            if figures is not None and len(figures) != self.rows * self.cols:
                raise ValueError(f"{len(figures)} figures for {self.rows}×{self.cols} tiles")


def encode_tiles(tiles: OutputTiles) -> dict[str, Any]:
    """The content as JSON takes it."""
    return {
        "rows": tiles.rows,
        "cols": tiles.cols,
        "m": tiles.m,
        "n": tiles.n,
        "grid": list(tiles.grid),
        "since": tiles.since,
        "done_us": tiles.done_us,
        "errors": tiles.errors,
    }


def decode_tiles(content: dict[str, Any]) -> OutputTiles:
    """The tiles of that content; raises KeyError, TypeError or ValueError where it is not one."""
    rows, cols, m, n = (int(content[key]) for key in ("rows", "cols", "m", "n"))
    grid_rows, grid_cols = map(int, content["grid"])
    return OutputTiles(
        rows=rows,
        cols=cols,
        m=m,
        n=n,
        grid=(grid_rows, grid_cols),
        since=content["since"],
        done_us=_figures(content.get("done_us")),
        errors=_figures(content.get("errors")),
    )


def _figures(values: list[Any] | None) -> tuple[float, ...] | None:
    return None if values is None else tuple(map(amount, values))
