"""What the baseline holds in memory: its process at the peak, and what one call allocates."""

from __future__ import annotations

import contextlib
import resource
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from tilescope.runs.counters import Memory

RESET_PEAK = "5"
STATUS = "proc/self/status"
CLEAR = "proc/self/clear_refs"


@dataclass(frozen=True)
class Footprint:
    """Bytes of the process while the baseline ran, and bytes that one of its calls allocated.

    peak_rss_bytes: the most that the process held of physical memory, PyTorch, Python and the
    case's matrices included; None where the machine does not say; allocated_bytes: what one call
    leaves allocated, as the target counts it; None where it does not.
    """

    peak_rss_bytes: int | None
    allocated_bytes: int | None


def footprint(
    call: Callable[[], object], allocated: Callable[[], int | None], root: Path = Path("/")
) -> Footprint:
    """The footprint of a call that is not timed.

    Linux starts the peak anew for us; elsewhere it is that of the process since its start.
    """
    forget_peak(root)
    call()
    return Footprint(peak_rss_bytes(root), allocated())


def forget_peak(root: Path = Path("/")) -> None:
    """Start the process's peak anew, where the kernel can."""
    with contextlib.suppress(OSError):
        (root / CLEAR).write_text(RESET_PEAK, encoding="utf-8")


def peak_rss_bytes(root: Path = Path("/")) -> int | None:
    """The most physical memory that this process held, since the last forgetting if any."""
    with contextlib.suppress(OSError, ValueError):
        for line in (root / STATUS).read_text(encoding="utf-8").splitlines():
            if line.startswith("VmHWM:"):
                return int(line.split()[1]) * 1024
    unit = 1 if sys.platform == "darwin" else 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit or None


def with_baseline(memory: Memory | None, found: Footprint | None) -> Memory | None:
    """The memory figures of the NPU with those of the baseline, where there are any of either."""
    if found is None:
        return memory
    return (memory or Memory(levels=())).model_copy(
        update={
            "baseline_peak_rss_bytes": found.peak_rss_bytes,
            "baseline_allocated_bytes": found.allocated_bytes,
        }
    )
