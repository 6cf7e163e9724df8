"""An error interval in a few words."""

from __future__ import annotations

from collections.abc import Sequence

from tilescope.runs.figures import Interval
from tilescope.runs.models import Case


def within(cases: Sequence[Case]) -> str | None:
    """`90 % within ±9 %`, the widest of the cases; None where one of them has no interval.

    ± is the error, (predicted - measured) / measured, that published rows stay within.
    """
    return bounds_around([(case.npu_us.median, case.interval_us) for case in cases])


def bounds_around(intervals: Sequence[tuple[float, Interval | None]]) -> str | None:
    """The same for times in µs with their intervals."""
    widest, confidence = 0.0, 1.0
    for us, interval in intervals:
        if interval is None or interval.low <= 0:
            return None
        widest = max(widest, us / interval.low - 1)
        confidence = min(confidence, interval.confidence)
    return f"{confidence:.0%} within ±{widest:.0%}".replace("%", " %") if intervals else None
