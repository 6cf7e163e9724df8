"""Whether other programs took processors away while a baseline was timed."""

from __future__ import annotations

import math
import resource
from collections.abc import Sequence

FEWEST_PER_SECOND = 30
BUSY = "Other programs were busy while PyTorch was timed"
CROWDED = (
    f"{BUSY}: its times here are too long, and the speedups too high; let them finish, or ask with "
    "--strict"
)


def interruptions() -> int:
    """How often the kernel has taken a processor from a thread of this process that wanted it."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_nivcsw


def crowded(count: int, samples_us: Sequence[float]) -> str | None:
    """The note on samples that were interrupted `count` times in all, None where it is no matter.

    It matters from once a sample on average, and 30 a second of them: a thread that loses its
    processor waits a few milliseconds, and those that it works with wait for it. The kernel's own
    short work interrupts long samples, too, but less often.
    """
    seconds = math.fsum(samples_us) / 1e6
    return CROWDED if count >= max(len(samples_us), FEWEST_PER_SECOND * seconds) else None
