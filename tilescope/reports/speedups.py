"""Whether a speedup may stand out: a figure in doubt is no reason for green."""

from __future__ import annotations

from tilescope.profiling.interruptions import BUSY
from tilescope.runs.models import Case


def is_sure(case: Case) -> bool:
    """Whether the NPU is faster beyond what is known of PyTorch's median and of the NPU's time."""
    if case.baseline_us is None or any(note.startswith(BUSY) for note in case.notes):
        return False
    known = case.baseline_us.median_interval
    least_us = known.low if known else case.baseline_us.median
    most_us = case.interval_us.high if case.interval_us else case.npu_us.median
    return least_us > most_us
