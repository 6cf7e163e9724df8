"""What the memories of the array held and moved in a case."""

from __future__ import annotations

from dataclasses import dataclass

from tilescope.quantities.units import format_bytes
from tilescope.reports.html import figures
from tilescope.reports.html.figures import Figure
from tilescope.runs.counters import Memory, MemoryLevel, TileMemory

LEVELS = {"l1": "L1 of the cores", "l2": "mem tiles", "ddr": "DDR"}


@dataclass(frozen=True)
class TileFill:
    """How full the memory of one tile ever was, and what the design leaves of it.

    headroom: the tile's memory less what is reserved, in words; empty in older files.
    """

    tile: str
    percent: float
    headroom: str
    told: str


@dataclass(frozen=True)
class LevelRow:
    """One level of the memory hierarchy."""

    label: str
    peak: Figure | None
    allocated: Figure | None
    capacity: Figure | None
    headroom: Figure | None
    read: Figure | None
    written: Figure | None
    least: Figure | None
    reuse: Figure | None
    tiles: tuple[TileFill, ...]


@dataclass(frozen=True)
class MemoryView:
    """The levels, and what is known beside them."""

    levels: tuple[LevelRow, ...]
    facts: tuple[tuple[str, Figure], ...]


def memory_of(memory: Memory | None, kind: str) -> MemoryView | None:
    """The view of a case's memory, whose NPU figures are of that kind; None where there is none."""
    if memory is None:
        return None
    found = (
        ("saved by broadcasts", figures.size(memory.broadcast_saved_bytes, "traffic", kind)),
        ("read more than once", figures.size(memory.reread_bytes, "traffic", kind)),
        (
            "PyTorch's process, peak",
            figures.size(memory.baseline_peak_rss_bytes, "memory", "measured"),
        ),
        (
            "PyTorch's allocations",
            figures.size(memory.baseline_allocated_bytes, "memory", "measured"),
        ),
    )
    return MemoryView(
        tuple(_level(level, kind) for level in memory.levels),
        tuple((label, figure) for label, figure in found if figure is not None),
    )


def _level(level: MemoryLevel, kind: str) -> LevelRow:
    return LevelRow(
        label=LEVELS[level.level],
        peak=figures.size(level.peak_bytes, "memory", kind),
        allocated=figures.size(level.allocated_bytes, "memory", kind),
        capacity=figures.size(level.capacity_bytes, "memory"),
        headroom=figures.size(_left(level.capacity_bytes, level.allocated_bytes), "memory", kind),
        read=figures.size(level.read_bytes, "traffic", kind),
        written=figures.size(level.written_bytes, "traffic", kind),
        least=figures.size(level.least_bytes, "traffic"),
        reuse=figures.ratio(level.reuse, "traffic"),
        tiles=tuple(_fill(tile, kind) for tile in level.tiles if tile.capacity_bytes),
    )


def _fill(tile: TileMemory, kind: str) -> TileFill:
    """A tile's peak over its capacity, and its headroom."""
    left = _left(tile.capacity_bytes, tile.allocated_bytes)
    told = (
        f"{tile.tile}: {format_bytes(tile.peak_bytes)} of {format_bytes(tile.capacity_bytes)} at "
        f"most, {kind}"
    )
    if left is not None and tile.allocated_bytes is not None:
        told += f"; {format_bytes(tile.allocated_bytes)} reserved, headroom {format_bytes(left)}"
    return TileFill(
        tile.tile,
        100 * tile.peak_bytes / tile.capacity_bytes,
        "" if left is None else f"{format_bytes(left)} left",
        told,
    )


def _left(capacity: int | None, allocated: int | None) -> int | None:
    """What a memory has beside what the design reserves; None where either is not known."""
    return None if capacity is None or allocated is None else max(0, capacity - allocated)
