"""One product's search: what cannot win is left out, the rest simulated, the best bound first."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import numpy as np

from tilescope.designs.mapping import Mapping
from tilescope.search.candidates import Candidates, joined
from tilescope.search.capacity import Tiles
from tilescope.search.front import Front
from tilescope.search.judging import Judge
from tilescope.search.space import Group
from tilescope.search.table import expanded
from tilescope.search.timing import Key, Simulated, Timer

BATCH = 128  # candidates simulated between two looks at what is left
FIRST_PAIRS = 48  # of a group, whose best are simulated before the rest is looked at
FIRST_TRIED = 8
MOST_ROWS = 200_000  # candidates judged at once
BY_BOUND = "bound"
UNFINISHED = "cannot finish"

Notify = Callable[[str], None]


@dataclass(frozen=True)
class Counts:
    """How many mappings there were, what was left out and why, and how many were simulated."""

    considered: int
    pruned: dict[str, int]
    simulated: int


@dataclass(frozen=True)
class Point:
    """One simulated mapping: the objective's time, how exact it is, and what it moves."""

    mapping: Mapping
    us: float
    error: float
    moved_bytes: int
    key: Key = field(repr=False)


@dataclass(frozen=True)
class Findings:
    """What a search found: the fastest few in order, those that nothing beats, and the counts."""

    ranked: tuple[Point, ...]
    front: tuple[Point, ...]
    counts: Counts


class ProductSearch:
    """A search over groups of mappings; `prune` off simulates everything that fits.

    timed_only: look for the fastest alone, not for the front of time, error and data moved.
    known: budgets of candidates that an earlier search of the same groups simulated; what this
    one simulates is added to it.
    """

    def __init__(
        self,
        groups: Sequence[Group],
        judge: Judge,
        top: int,
        *,
        prune: bool = True,
        timed_only: bool = False,
        known: dict[Key, list[int]] | None = None,
    ) -> None:
        self.groups = tuple(groups)
        self.judge = judge
        self.top = top
        self.prune = prune
        self.front = Front(top, timed_only=timed_only)
        self.timer = Timer(judge, self.groups, known)
        self.pruned: Counter[str] = Counter()
        self.simulated: list[Simulated] = []

    def run(self, notify: Notify = lambda text: None) -> Findings:
        """Everything of the space, one way or the other."""
        pairs = {}
        for place, group in enumerate(self.groups):
            if group.count:
                found, reasons = self.judge.pairs(group)
                self.pruned += reasons
                if len(found):
                    pairs[place] = found
        order = sorted(pairs, key=lambda at: (float(pairs[at].bound_us.min()), at))
        left: list[Candidates] = []
        for done, place in enumerate(order):
            notify(
                f"{done} of {len(order)} groups, {self._count():,} simulated, "
                f"best {self.front.best_us:.1f} µs"
            )
            left += self._look_at(place, pairs[place])
        if left:
            self._simulate_all(joined(left), notify)
        return self._findings()

    def _look_at(self, place: int, pairs: Candidates) -> list[Candidates]:
        """The candidates of a group that are left; the most promising of them are simulated."""
        group = self.groups[place]
        by_bound = np.argsort(pairs.bound_us, kind="stable")
        first, rest = by_bound[:FIRST_PAIRS], by_bound[FIRST_PAIRS:]
        left: list[Candidates] = []
        for chosen in (first, rest):
            chosen = self._needed_pairs(group, pairs, chosen)
            step = max(1, MOST_ROWS // max(1, len(group.staged)))
            for start in range(0, len(chosen), step):
                tiles = expanded(group, pairs.tiles.chosen(chosen[start : start + step]))
                left += self._judged(place, group, tiles)
        return left

    def _needed_pairs(
        self, group: Group, pairs: Candidates, chosen: np.ndarray[tuple[int], np.dtype[np.int64]]
    ) -> np.ndarray[tuple[int], np.dtype[np.int64]]:
        if not self.prune:
            return chosen
        some = pairs.chosen(chosen)
        needless = self.front.needless(some.bound_us, some.error, some.moved_bytes)
        self.pruned[BY_BOUND] += int(needless.sum()) * len(group.staged)
        return chosen[~needless]

    def _judged(self, place: int, group: Group, tiles: Tiles) -> list[Candidates]:
        found, reasons = self.judge.candidates(place, group, tiles)
        self.pruned += reasons
        found = self._without_needless(found)
        if not len(found):
            return []
        if not self.prune:
            return [found]
        by_bound = np.argsort(found.bound_us, kind="stable")
        self._simulate(found.chosen(by_bound[:FIRST_TRIED]))
        rest = self._without_needless(found.chosen(np.sort(by_bound[FIRST_TRIED:])))
        return [rest] if len(rest) else []

    def _simulate_all(self, left: Candidates, notify: Notify) -> None:
        left = left.chosen(np.argsort(left.bound_us, kind="stable"))
        while len(left):
            left = self._without_needless(left)
            notify(
                f"{len(left):,} left, {self._count():,} simulated, best {self.front.best_us:.1f} µs"
            )
            self._simulate(left.chosen(np.arange(min(BATCH, len(left)))))
            left = left.chosen(np.arange(BATCH, len(left)))

    def _without_needless(self, candidates: Candidates) -> Candidates:
        if not self.prune:
            return candidates
        needless = self.front.needless(
            candidates.bound_us, candidates.error, candidates.moved_bytes
        )
        self.pruned[BY_BOUND] += int(needless.sum())
        return candidates.chosen(~needless)

    def _simulate(self, candidates: Candidates) -> None:
        if not len(candidates):
            return
        found, unfinished = self.timer.simulate(candidates)
        self.pruned[UNFINISHED] += unfinished
        self.simulated.append(found)
        self.front.add(found.us, found.candidates.error, found.candidates.moved_bytes)

    def _count(self) -> int:
        return sum(len(found) for found in self.simulated)

    def _findings(self) -> Findings:
        counts = Counts(
            sum(group.count for group in self.groups),
            {reason: count for reason, count in sorted(self.pruned.items()) if count},
            self._count(),
        )
        points = [
            Point(
                found.candidates.mapping(place, self.groups),
                float(found.us[place]),
                float(found.candidates.error[place]),
                int(found.candidates.moved_bytes[place]),
                found.candidates.key(place),
            )
            for found in self.simulated
            for place in np.flatnonzero(self._worth_keeping(found)).tolist()
        ]
        points.sort(key=lambda point: (point.us, point.error, point.moved_bytes, point.key))
        front = () if self.front.timed_only else tuple(_unbeaten(points))
        return Findings(tuple(points[: self.top]), front, counts)

    def _worth_keeping(self, found: Simulated) -> np.ndarray[tuple[int], np.dtype[np.bool_]]:
        candidates = found.candidates
        return ~self.front.needless(found.us, candidates.error, candidates.moved_bytes)


def _unbeaten(points: Sequence[Point]) -> list[Point]:
    """The points that none of the others beats, the first of those that are equal; by time."""
    found: list[Point] = []
    for point in points:  # in order of time, then error, then bytes: only earlier ones can beat it
        if not any(
            other.error <= point.error and other.moved_bytes <= point.moved_bytes for other in found
        ):
            found.append(point)
    return found
