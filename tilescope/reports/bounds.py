"""What bounds the cases of a run: the bound, the gap above it, how much of it is reached."""

from __future__ import annotations

import math
from collections.abc import Sequence

from tilescope.quantities.units import format_percent, format_us, significant
from tilescope.reports.budget import largest_term, short
from tilescope.reports.paint import PLAIN, Paint
from tilescope.reports.tables import Column, fitting, narrow, table
from tilescope.runs.models import Case

ANY_MAPPING = "at least,\nany mapping"

NAMES = {
    "launch": "launch",
    "issue": "issue",
    "ddr": "DDR",
    "shim_port": "shim port",
    "mem_tile_port": "mem tile port",
    "core_dma": "core DMA",
    "compute": "compute",
}
"""What a limit is called on a screen."""

MEANINGS = {
    "launch": "what the launches and the host's steps cost, whatever the array does",
    "issue": "the controller's instructions, one after the other",
    "ddr": "bytes and runs at the speed of DDR",
    "shim_port": "bytes through the busiest shim channel",
    "mem_tile_port": "bytes through the busiest mem tile channel",
    "core_dma": "bytes through the busiest channel of a core",
    "compute": "kernel calls, one after the other on each core",
}


def limit_name(by: str) -> str:
    """A limit by the name of the screen, or its own where a newer file has one unknown here."""
    return NAMES.get(by, by)


def bound_sentence(case: Case) -> str | None:
    """What bounds a case, in one sentence without its full stop; None where that is not known."""
    bound = case.bound
    if bound is None:
        return None
    what = f" ({MEANINGS[bound.by]})" if bound.by in MEANINGS else ""
    anyhow = f"; any mapping, at least {format_us(bound.workload_us)}" if bound.workload_us else ""
    return (
        f"bound by {limit_name(bound.by)}{what}: this mapping takes at least "
        f"{format_us(bound.us)}, gap {gap(bound.gap_us)}, {percent(reached(case))} of the bound "
        f"reached{anyhow}"
    )


def bound_table(cases: Sequence[Case], paint: Paint = PLAIN, *, width: int = 80) -> list[str]:
    """A row for each case that has a bound, and their sums where all have one.

    width: what there is room for; the last columns are left out of a narrower table.
    """
    known = [case for case in cases if case.bound is not None]
    bounds = [case.bound for case in known if case.bound is not None]
    names = [case.name for case in known]
    by = [limit_name(bound.by) for bound in bounds]
    least, gaps = [bound.us for bound in bounds], [bound.gap_us for bound in bounds]
    anyhow = [bound.workload_us for bound in bounds]
    shares = [reached(case) for case in known]
    totals = len(known) == len(cases) > 1
    if totals:
        npu_us = sum(case.npu_us.median for case in cases)
        names.append("total")
        by.append(limit_name(bounding(cases) or ""))
        least.append(sum(least))
        gaps.append(sum(gaps))
        anyhow.append(sum(us or 0.0 for us in anyhow))
        shares.append(least[-1] / npu_us if npu_us else 0.0)
    columns = [
        Column("name", names, left=True),
        Column("bound by", by, left=True),
        Column("at least", [format_us(us) for us in least]),
        Column("gap", [gap(us) for us in gaps]),
        Column("reached", [percent(share) for share in shares]),
    ]
    if all(us is not None for us in anyhow):
        columns.append(Column(ANY_MAPPING, [format_us(us or 0.0) for us in anyhow]))
    kept, left_out = fitting(columns, width, (ANY_MAPPING, "reached"))
    return [*table(kept, totals=totals, paint=paint), *narrow(left_out, width)]


def bounding(cases: Sequence[Case]) -> str | None:
    """The limit that bounds most of the cases' time; None unless every case has a bound."""
    parts: dict[str, float] = {}
    for case in cases:
        if case.bound is None:
            return None
        parts[case.bound.by] = parts.get(case.bound.by, 0.0) + case.bound.us
    return max(parts, key=lambda by: parts[by]) if parts else None


def bound_word(cases: Sequence[Case]) -> str:
    """What bounds the cases, for a table; what takes most of their time in files without bounds.

    A measurement does not tell.
    """
    if (by := bounding(cases)) is not None:
        return limit_name(by)
    if any(case.npu_us.kind == "measured" for case in cases):
        return "-"
    term = largest_term(cases)
    return short(term) if term else "-"


def reached(case: Case) -> float:
    """The bound over the time: 1 where nothing is lost."""
    if case.bound is None or not case.npu_us.median:
        return 0.0
    return case.bound.us / case.npu_us.median


def percent(share: float) -> str:
    """A share of the bound, rounded down: 100 % is shown only where nothing is lost."""
    return format_percent(math.floor(share * 1000) / 1000)


def gap(us: float) -> str:
    """A gap in µs, whatever its size: gaps are compared with one another."""
    return f"{us:,.0f} µs" if us >= 1000 else f"{significant(us)} µs" if us else "0 µs"
