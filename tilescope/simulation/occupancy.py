"""What the memories of the array held over time, from the engine's notes of objects.

An object is there from the start of its filling until its release. A DMA begins to fill with its
first transfer, a core when it has acquired.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from tilescope.designs.ir import Tile
from tilescope.simulation.outcomes import FILLED, GIVEN, TAKEN, DesignOutcome

Numbers = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Holding:
    """Bytes held from each moment (in ticks) until the next; before the first there are none."""

    ticks: Numbers
    held_bytes: Numbers

    @property
    def peak_bytes(self) -> int:
        """The most that was held at one time."""
        return int(self.held_bytes.max(initial=0))


@dataclass(frozen=True)
class Occupancy:
    """What one launch held: in each tile's memory, and in all core and all mem tiles together."""

    tiles: Mapping[Tile, Holding]
    l1: Holding
    l2: Holding


def occupancy(outcome: DesignOutcome) -> Occupancy:
    """What a launch held over time; nothing where its objects were not noted.

    Where steady states were repeated, the ticks are those of one stretch, which has the same peaks.
    """
    tiles, changes = _changes(outcome)
    # At one instant what goes is counted before what comes.
    changes = changes[np.argsort(2 * changes[:, 0] + (changes[:, 2] > 0), kind="stable")]
    by_tile = changes[np.argsort(changes[:, 1].astype(np.int16), kind="stable")]
    bounds = np.searchsorted(by_tile[:, 1], np.arange(1, len(tiles)))
    holdings = map(_sum, np.split(by_tile, bounds)) if tiles else ()
    in_core = np.array([tile.kind == "core" for tile in tiles], dtype=bool)[changes[:, 1]]
    return Occupancy(
        dict(zip(tiles, holdings, strict=True)),
        l1=_sum(changes[in_core]),
        l2=_sum(changes[~in_core]),
    )


def _changes(outcome: DesignOutcome) -> tuple[list[Tile], Numbers]:
    """Tiles in order, and rows of tick, tile's place and bytes that came (or went, below zero)."""
    ends = outcome.lowered.object_ends
    tiles = sorted({end.tile for end in ends})
    place = {tile: number for number, tile in enumerate(tiles)}
    objects = outcome.notes.objects
    locks = max((end.free_lock for end in ends), default=0)
    if len(objects):
        locks = max(locks, int(objects[:, 0].max()))
    size = np.zeros((locks + 1, 3), dtype=np.int64)  # bytes by lock and kind
    where = np.zeros(locks + 1, dtype=np.int64)
    for end in ends:
        size[end.free_lock, GIVEN] = -end.object_bytes
        size[end.free_lock, TAKEN if end.by_core else FILLED] = end.object_bytes
        where[end.free_lock] = place[end.tile]
    bytes_moved = size[objects[:, 0], objects[:, 1]] * objects[:, 2]
    rows = np.column_stack((objects[:, 3], where[objects[:, 0]], bytes_moved))
    return tiles, rows[bytes_moved != 0]


def _sum(changes: Numbers) -> Holding:
    """The running sum, one row for each moment."""
    ticks, held = changes[:, 0], np.cumsum(changes[:, 2])
    last = np.append(ticks[1:] != ticks[:-1], True)[: len(ticks)]
    return Holding(ticks[last], held[last])
