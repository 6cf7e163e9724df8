"""What bounds a case, what would change that, and what was changed for a run."""

from __future__ import annotations

from tilescope.runs.figures import Interval, Microseconds, Part


class Limit(Part):
    """The least time that one resource needs for the work of a case, were it the only one.

    by: launch, issue, ddr, shim_port, mem_tile_port, core_dma or compute; us: that time, on the
    array with what must come before its work and after; basis: the arithmetic behind it, in words
    with units; busy_us: of it what grows with the work, absent where that was not told apart.
    """

    by: str
    us: Microseconds
    basis: str = ""
    busy_us: Microseconds | None = None


class Bound(Part):
    """The least time that a case could take: no execution of its mapping is faster.

    by: the largest part of it; us: the bound, for the whole case: what its launches cost and the
    largest limit of the array; gap_us: the case's time less the bound; limits: the launches' and
    every resource's own, in the order of a launch; workload_us: the bound under any mapping that
    calls the same kernel.
    """

    by: str
    us: Microseconds
    gap_us: Microseconds
    limits: tuple[Limit, ...] = ()
    workload_us: Microseconds | None = None


class Advice(Part):
    """The one change with the largest predicted gain.

    cases: the names it holds for, none where for all; dominant: the budget term that it attacks;
    text: one sentence; command: what to type; gain_us: predicted time saved; gain_interval_us:
    bounds of it, where the times carry intervals.
    """

    cases: tuple[str, ...] = ()
    dominant: str
    text: str
    command: str
    gain_us: Microseconds
    gain_interval_us: Interval | None = None


class Change(Part):
    """A value of the device or the runtime that was set otherwise for a run."""

    key: str
    value: float
    nominal: float
    unit: str
