"""Candidates of a search: many of them, one entry each in every array."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from tilescope.designs.mapping import Mapping
from tilescope.search.capacity import Mask, Numbers, Tiles
from tilescope.search.prices import Floats
from tilescope.search.space import Group


@dataclass(frozen=True)
class Candidates:
    """Mappings with what is known of them before they are simulated.

    group: the place of each one's group; launches: of each of its designs; floor_us: what its
    launches cost off the array; bound_us: no simulation of the objective's time is below it;
    moved_bytes: between DDR and the array; error: of its numerics.
    """

    group: Numbers
    tiles: Tiles
    launches: Numbers
    floor_us: Floats
    bound_us: Floats
    moved_bytes: Numbers
    error: Floats

    def __len__(self) -> int:
        return len(self.group)

    def chosen(self, by: Mask | Numbers) -> Candidates:
        """Those that a mask or an index chooses."""
        return Candidates(
            self.group[by],
            self.tiles.chosen(by),
            self.launches[by],
            self.floor_us[by],
            self.bound_us[by],
            self.moved_bytes[by],
            self.error[by],
        )

    def key(self, place: int) -> tuple[int, int, int, int, int]:
        """What names one of them within its space."""
        tiles = self.tiles
        columns = (self.group, tiles.m, tiles.n, tiles.k, tiles.staged)
        group, m, n, k, staged = (int(column[place]) for column in columns)
        return group, m, n, k, staged

    def mapping(self, place: int, groups: Sequence[Group]) -> Mapping:
        """One of them as a mapping."""
        group, *tile = self.key(place)
        m, n, k, staged = tile
        return groups[group].mapping(m, n, k, staged)


def joined(parts: Sequence[Candidates]) -> Candidates:
    """Several as one, in their order."""

    def numbers(name: str) -> Numbers:
        found: Numbers = np.concatenate([getattr(part, name) for part in parts])
        return found

    def sides(name: str) -> Numbers:
        found: Numbers = np.concatenate([getattr(part.tiles, name) for part in parts])
        return found

    def floats(name: str) -> Floats:
        found: Floats = np.concatenate([getattr(part, name) for part in parts])
        return found

    return Candidates(
        numbers("group"),
        Tiles(sides("m"), sides("n"), sides("k"), sides("staged")),
        numbers("launches"),
        floats("floor_us"),
        floats("bound_us"),
        numbers("moved_bytes"),
        floats("error"),
    )
