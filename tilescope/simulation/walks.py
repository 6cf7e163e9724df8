"""Walks in elements as the engine takes them: in bytes, folded, with the run at the bottom."""

from __future__ import annotations

from dataclasses import dataclass

from tilescope.designs.ir import Walk


@dataclass(frozen=True)
class ByteWalk:
    """Levels (size, stride in bytes) above one contiguous run of `run_bytes`."""

    levels: tuple[tuple[int, int], ...]
    run_bytes: int

    @property
    def runs(self) -> int:
        """Contiguous runs in the walk."""
        count = 1
        for size, _ in self.levels:
            count *= size
        return count

    @property
    def total_bytes(self) -> int:
        """Bytes of the walk."""
        return self.runs * self.run_bytes


def byte_walk(walk: Walk, elements: int, element_bytes: int) -> ByteWalk:
    """A walk in bytes; an empty one is the plain order of `elements`."""
    if not walk:
        return ByteWalk((), elements * element_bytes)
    levels = [(dim.size, dim.stride * element_bytes) for dim in walk if dim.size != 1]
    run = element_bytes
    while levels and levels[-1][1] == run:
        run *= levels.pop()[0]
    return ByteWalk(tuple(levels), run)
