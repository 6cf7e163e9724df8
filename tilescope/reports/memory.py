"""What DDR moved for a run, against the least that it could."""

from __future__ import annotations

from collections.abc import Sequence

from tilescope.quantities.units import format_bytes, significant
from tilescope.runs.models import Case


def traffic_sentence(cases: Sequence[Case]) -> str | None:
    """DDR's traffic, how much of it was read again, and what broadcasts saved; None if unknown."""
    known = [case.memory for case in cases if case.memory]
    levels = [level for memory in known for level in memory.levels if level.level == "ddr"]
    moved = sum(level.read_bytes + level.written_bytes for level in levels)
    if len(levels) < len(cases) or not moved:
        return None
    told = f"DDR moves {format_bytes(moved)}"
    least = [level.least_bytes for level in levels if level.least_bytes]
    if len(least) == len(levels):
        told += f", {significant(moved / sum(least))} times the least"
    if again := sum(memory.reread_bytes or 0 for memory in known):
        told += f"; {format_bytes(again)} of A and B are read again"
    if saved := sum(memory.broadcast_saved_bytes or 0 for memory in known):
        told += f"; broadcasts save {format_bytes(saved)}"
    return told
