"""What the memories of the array held and moved in a case."""

from __future__ import annotations

from dataclasses import dataclass

from tilescope.quantities.units import format_bytes
from tilescope.reports.html import figures
from tilescope.reports.html.figures import Figure
from tilescope.runs.counters import Memory, MemoryLevel

LEVELS = {"l1": "L1 of the cores", "l2": "mem tiles", "ddr": "DDR"}


@dataclass(frozen=True)
class TileFill:
    """How full the memory of one tile ever was."""

    tile: str
    percent: float
    told: str


@dataclass(frozen=True)
class LevelRow:
    """One level of the memory hierarchy."""

    label: str
    peak: Figure | None
    allocated: Figure | None
    capacity: Figure | None
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
        read=figures.size(level.read_bytes, "traffic", kind),
        written=figures.size(level.written_bytes, "traffic", kind),
        least=figures.size(level.least_bytes, "traffic"),
        reuse=figures.ratio(level.reuse, "traffic"),
        tiles=tuple(
            TileFill(
                tile.tile,
                100 * tile.peak_bytes / tile.capacity_bytes,
                f"{tile.tile}: {format_bytes(tile.peak_bytes)} of "
                f"{format_bytes(tile.capacity_bytes)} at most, {kind}",
            )
            for tile in level.tiles
            if tile.capacity_bytes
        ),
    )
