"""Candidates simulated by the batch, each once, and what they came to."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from tilescope.search.candidates import Candidates
from tilescope.search.capacity import Mask, Numbers
from tilescope.search.judging import Judge
from tilescope.search.prices import LATENCY, Floats, sizes_of
from tilescope.search.space import Group
from tilescope.search.table import launch_table
from tilescope.simulation.batches import TIMED, time_launches

TERMS = 8  # of the array's budget
Key = tuple[int, int, int, int, int]


@dataclass(frozen=True)
class Simulated:
    """Candidates with their ticks on the array, over all of their launches, by budget term.

    us is the objective's time of each.
    """

    candidates: Candidates
    budget_ticks: Numbers
    us: Floats

    def __len__(self) -> int:
        return len(self.candidates)


class Timer:
    """Simulates candidates; what it was told or has found already is not simulated again."""

    def __init__(
        self, judge: Judge, groups: Sequence[Group], known: dict[Key, list[int]] | None = None
    ) -> None:
        self.judge = judge
        self.groups = groups
        self.known: dict[Key, list[int]] = known if known is not None else {}

    def simulate(self, candidates: Candidates) -> tuple[Simulated, int]:
        """Those that finish, and how many do not."""
        keys = [candidates.key(place) for place in range(len(candidates))]
        fresh = np.array([key not in self.known for key in keys], dtype=np.bool_)
        if fresh.any():
            self._run(candidates.chosen(fresh))
        rows = np.array([self.known[key] for key in keys], dtype=np.int64).reshape(-1, TERMS)
        done: Mask = rows[:, 0] >= 0
        finished = candidates.chosen(done)
        budget = rows[done]
        us = budget.sum(axis=1) * self.judge.tick_us
        if self.judge.objective == LATENCY:
            us = us + finished.floor_us
        return Simulated(finished, budget, us), int((~done).sum())

    def _run(self, candidates: Candidates) -> None:
        """Times them group by group in one call, and keeps each one's budget; -1 where it fails."""
        tables, places = [], []
        for group in np.unique(candidates.group):
            chosen = np.flatnonzero(candidates.group == group)
            tiles = candidates.tiles.chosen(chosen)
            one = self.groups[int(group)]
            sizes = sizes_of(one, tiles, self.judge.prices)
            tables.append(launch_table(one, tiles, sizes, self.judge.calls(one)))
            places.append(chosen)
        order = np.concatenate(places)
        times = time_launches(np.concatenate(tables), self.judge.device)
        timed = np.empty(len(order), dtype=np.bool_)
        budget = np.empty((len(order), TERMS), dtype=np.int64)
        timed[order], budget[order] = times.status == TIMED, times.budget_ticks
        for place in range(len(candidates)):
            key = candidates.key(place)
            found = budget[place].tolist() if timed[place] else [-1] * TERMS
            group = self.groups[key[0]]
            if group.per_tile and timed[place]:
                rows, columns = group.base.grid
                added = self.judge.sums(group).outcome(key[1] * rows, key[2] * columns)
                launches = int(candidates.launches[place])
                found = (
                    [-1] * TERMS
                    if added is None
                    else [
                        launches * (one + other)
                        for one, other in zip(found, added.budget_ticks, strict=True)
                    ]
                )
            self.known[key] = found
