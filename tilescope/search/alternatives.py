"""What each choice of the best mapping is worth: the fastest that makes this one otherwise."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from tilescope.designs.mapping import Mapping
from tilescope.search.judging import Judge
from tilescope.search.searching import Point, ProductSearch
from tilescope.search.space import Group

CHOICES: dict[str, Callable[[Mapping], object]] = {
    "family": lambda mapping: mapping.family,
    "grid": lambda mapping: mapping.grid,
    "kernel": lambda mapping: (mapping.kernel, mapping.emulation),
    "B's layout": lambda mapping: mapping.b_layout,
    "C's buffers": lambda mapping: mapping.c_depth,
}
"""Choices that all mappings of a group have in common, by the name that the screen gives them."""


@dataclass(frozen=True)
class Otherwise:
    """The fastest mapping of a space that makes one choice otherwise than the best does."""

    choice: str
    point: Point


def alternatives(groups: Sequence[Group], judge: Judge, best: Mapping) -> tuple[Otherwise, ...]:
    """For each choice the fastest that makes it otherwise, where the space has any; by time."""
    found = []
    for name, choice in CHOICES.items():
        others = [group for group in groups if choice(group.base) != choice(best)]
        ranked = ProductSearch(others, judge, 1, timed_only=True).run().ranked if others else ()
        found += [Otherwise(name, point) for point in ranked]
    return tuple(sorted(found, key=lambda one: one.point.us))
