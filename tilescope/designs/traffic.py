"""What one launch of a product moves between DDR and the array."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from tilescope.designs.gemm import MAX_SHARDS, MAX_TASK_STEPS
from tilescope.designs.mapping import Mapping
from tilescope.quantities.shapes import ceil_div


@dataclass(frozen=True, slots=True)
class Traffic:
    """Bytes and contiguous runs that all blocks of a launch read, and those that they write.

    a_run_bytes and b_run_bytes: bytes of a run on average, in the transfers of A and of B that
    have the longest.
    """

    read_bytes: int
    read_runs: int
    written_bytes: int
    written_runs: int
    a_run_bytes: float
    b_run_bytes: float


def product_traffic(
    shape: tuple[int, int, int], size: int, c_size: int, mapping: Mapping
) -> Traffic:
    """The traffic of C[m, n] = A[m, k] @ B[k, n] with elements of `size` and `c_size` bytes."""
    m, n, k = shape
    tile_m, tile_n, _ = mapping.core_tile
    rows, columns = mapping.grid
    staged = mapping.staged_k
    a_lines, b_lines = feed_lines(mapping)
    full, rest = divmod(k // staged, MAX_TASK_STEPS)
    runs, longest = 0, [0.0, 0.0]
    for trips, times in ((MAX_TASK_STEPS, full), (rest, 1)):
        if trips * times == 0:
            continue
        for lines, feeds in _groups(rows, a_lines):
            walk = ((trips, staged), (lines, tile_m * k), (tile_m, k), (staged, 1))
            found = _runs(walk)
            runs += times * feeds * found
            longest[0] = max(longest[0], trips * lines * tile_m * staged / found)
        for lines, feeds in _groups(columns, b_lines):
            if mapping.b_layout == "row":
                walk = ((trips, staged * n), (lines, tile_n), (staged, n), (tile_n, 1))
            else:
                walk = ((trips, staged), (lines, tile_n * k), (tile_n, k), (staged, 1))
            found = _runs(walk)
            runs += times * feeds * found
            longest[1] = max(longest[1], trips * lines * tile_n * staged / found)
    blocks = (m // (rows * tile_m)) * (n // (columns * tile_n))
    stored = 1 if tile_n == n else rows * tile_m
    return Traffic(
        blocks * (rows * tile_m + columns * tile_n) * k * size,
        blocks * runs,
        m * n * c_size,
        blocks * columns * stored,
        longest[0] * size,
        longest[1] * size,
    )


def feed_lines(mapping: Mapping) -> tuple[int, int]:
    """Rows that one shim channel of A feeds, and columns that one of B feeds, at most."""
    rows, columns = mapping.grid
    if mapping.ports == "single":
        return rows, min(columns, MAX_SHARDS)
    return ceil_div(rows, min(rows, columns)), 1


def _groups(lines: int, each: int) -> Iterator[tuple[int, int]]:
    """(lines, feeds with so many) where so many lines are shared out `each` at a time."""
    full, rest = divmod(lines, each)
    yield each, full
    if rest:
        yield rest, 1


def _runs(levels: tuple[tuple[int, int], ...]) -> int:
    """Contiguous runs of a walk over (size, stride) levels, outermost first."""
    walked = [level for level in levels if level[0] != 1]
    run = 1
    while walked and walked[-1][1] == run:
        run *= walked.pop()[0]
    count = 1
    for size, _ in walked:
        count *= size
    return count
