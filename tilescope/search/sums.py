"""The additions of per-tile: the same few launches for many candidates, each timed once."""

from __future__ import annotations

import numpy as np

from tilescope.designs.elementwise import ACCUMULATE_GRID, accumulate_design
from tilescope.designs.problems import find_problems
from tilescope.devices.device import Device
from tilescope.quantities.dtypes import dtype_bytes
from tilescope.search.capacity import Mask, Numbers, Tiles
from tilescope.search.space import Group
from tilescope.simulation.outcomes import DesignOutcome
from tilescope.simulation.simulate import simulate_design

BUFFERS = 3 * 2  # in L1: C_in, P and C_out, each twice


class Sums:
    """Launches of C_out = C_in + P on blocks of a dtype."""

    def __init__(self, dtype: str, device: Device) -> None:
        self.dtype, self.device = dtype, device
        self._known: dict[tuple[int, int], DesignOutcome | None] = {}

    def outcome(self, rows: int, columns: int) -> DesignOutcome | None:
        """What one launch takes; None where its design does not fit the device."""
        block = rows, columns
        if block not in self._known:
            self._known[block] = self._run(rows, columns)
        return self._known[block]

    def unfit(self, group: Group, tiles: Tiles) -> Mask:
        """Which blocks cannot be split over the additions' cores, or are too large for their L1."""
        rows, columns = ACCUMULATE_GRID
        height, width = tiles.m * group.base.grid[0], tiles.n * group.base.grid[1]
        held = BUFFERS * (height // rows) * (width // columns) * dtype_bytes(self.dtype)
        unfit: Mask = (height % rows != 0) | (width % columns != 0)
        return unfit | (held > self.device.l1_bytes - self.device.l1_reserved_bytes)

    def of(self, group: Group, tiles: Tiles) -> tuple[Mask, Numbers, Numbers]:
        """Whether there is such a launch for each candidate, its ticks, and them by term."""
        there = np.zeros(len(tiles), dtype=np.bool_)
        ticks = np.zeros(len(tiles), dtype=np.int64)
        budget = np.zeros((len(tiles), 8), dtype=np.int64)
        height, width = tiles.m * group.base.grid[0], tiles.n * group.base.grid[1]
        for place, block in enumerate(zip(height.tolist(), width.tolist(), strict=True)):
            found = self.outcome(*block)
            if found is not None:
                there[place] = True
                ticks[place] = found.ticks
                budget[place] = found.budget_ticks
        return there, ticks, budget

    def _run(self, rows: int, columns: int) -> DesignOutcome | None:
        design = accumulate_design("linear_accumulate", rows, columns, self.dtype)
        if find_problems(design, self.device):
            return None
        return simulate_design(design, self.device)
