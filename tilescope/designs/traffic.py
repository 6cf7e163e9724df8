"""What one launch of a product moves between DDR and the array."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from tilescope.designs.gemm import MAX_SHARDS, MAX_TASK_STEPS
from tilescope.designs.mapping import Mapping
from tilescope.designs.pages import entered_pages
from tilescope.quantities.shapes import ceil_div


@dataclass(frozen=True, slots=True)
class Traffic:
    """Bytes and contiguous runs that all blocks of a launch read, and those that they write.

    Pages of DDR are counted in parts of 4096, as entered_pages does. a_run_bytes and b_run_bytes:
    bytes of a run, in the transfers of A and of B that have the longest; a_most and b_most: runs
    and pages for a byte, in those that have the most.
    """

    read_bytes: int
    read_runs: int
    read_pages: int
    written_bytes: int
    written_runs: int
    written_pages: int
    a_run_bytes: float
    b_run_bytes: float
    a_most: tuple[float, float]
    b_most: tuple[float, float]


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
    runs, pages = 0, 0
    longest, most_runs, most_pages = [0.0, 0.0], [0.0, 0.0], [0.0, 0.0]
    for trips, times in ((MAX_TASK_STEPS, full), (rest, 1)):
        if trips * times == 0:
            continue
        for lines, feeds in _groups(rows, a_lines):
            walk = ((trips, staged), (lines, tile_m * k), (tile_m, k), (staged, 1))
            levels, run = _folded(walk)
            found = _product(levels)
            runs += times * feeds * found
            entered = _pages(levels, run, size)
            pages += times * feeds * entered
            longest[0] = max(longest[0], run)
            most_runs[0] = max(most_runs[0], 1 / (run * size))
            most_pages[0] = max(most_pages[0], entered / (found * run * size))
        for lines, feeds in _groups(columns, b_lines):
            if mapping.b_layout == "row":
                walk = ((trips, staged * n), (lines, tile_n), (staged, n), (tile_n, 1))
            else:
                walk = ((trips, staged), (lines, tile_n * k), (tile_n, k), (staged, 1))
            levels, run = _folded(walk)
            found = _product(levels)
            runs += times * feeds * found
            entered = _pages(levels, run, size)
            pages += times * feeds * entered
            longest[1] = max(longest[1], run)
            most_runs[1] = max(most_runs[1], 1 / (run * size))
            most_pages[1] = max(most_pages[1], entered / (found * run * size))
    blocks = (m // (rows * tile_m)) * (n // (columns * tile_n))
    levels, run = _folded(((rows * tile_m, n), (tile_n, 1)))
    return Traffic(
        blocks * (rows * tile_m + columns * tile_n) * k * size,
        blocks * runs,
        blocks * pages,
        m * n * c_size,
        blocks * columns * _product(levels),
        blocks * columns * _pages(levels, run, c_size),
        longest[0] * size,
        longest[1] * size,
        (most_runs[0], most_pages[0]),
        (most_runs[1], most_pages[1]),
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


def _folded(levels: tuple[tuple[int, int], ...]) -> tuple[list[tuple[int, int]], int]:
    """A walk over (size, stride) levels, outermost first, as levels above one contiguous run."""
    walked = [level for level in levels if level[0] != 1]
    run = 1
    while walked and walked[-1][1] == run:
        run *= walked.pop()[0]
    return walked, run


def _product(levels: list[tuple[int, int]]) -> int:
    count = 1
    for size, _ in levels:
        count *= size
    return count


def _pages(levels: list[tuple[int, int]], run: int, element_bytes: int) -> int:
    in_bytes = [(size, stride * element_bytes) for size, stride in levels]
    return entered_pages(in_bytes, run * element_bytes)
