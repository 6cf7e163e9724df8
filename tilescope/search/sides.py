"""Which sides a core tile may have: for each number of pieces the least that covers the whole."""

from __future__ import annotations

from functools import lru_cache

from tilescope.quantities.shapes import ceil_div, round_up


@lru_cache(maxsize=4096)
def sides(size: int, parts: int, step: int, even: int = 1) -> tuple[int, ...]:
    """Sides in steps that cover one of `parts` of `size` in some number of pieces, ascending.

    A longer side with the same number of pieces would only be padded further. Beside each stands
    the same rounded up to whole register blocks of `even`, which take fewer cycles.
    """
    units = ceil_div(ceil_div(size, parts), step)
    found: set[int] = set()
    pieces = 1
    while pieces <= units:
        side = ceil_div(units, pieces)
        found.add(side * step)
        found.add(round_up(side * step, even))
        # the next number of pieces that makes a side shorter
        pieces = max(pieces + 1, ceil_div(units, side - 1) if side > 1 else units + 1)
    return tuple(sorted(found))


@lru_cache(maxsize=4096)
def stagings(calls: int, most: int) -> tuple[int, ...]:
    """Core tiles of K that a mem tile may stage of `calls`, ascending, at most `most`.

    For each number of slices the least that covers K.
    """
    return tuple(sorted({ceil_div(calls, slices) for slices in range(1, calls + 1)} & _to(most)))


@lru_cache(maxsize=64)
def _to(most: int) -> frozenset[int]:
    return frozenset(range(1, most + 1))
