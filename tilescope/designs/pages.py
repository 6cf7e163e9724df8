"""Pages of DDR that a walk enters."""

from __future__ import annotations

from collections.abc import Sequence

PAGE_BYTES = 4096


def entered_pages(levels: Sequence[tuple[int, int]], run_bytes: int) -> int:
    """Pages of 4 KiB that a walk enters, each once, in parts of 4096 as an average over offsets.

    `levels` are (size, stride in bytes), outermost first, above runs of `run_bytes`. Rows that
    are less than a page apart share pages; what a level brings anew beside the level below is its
    step's share of a page for each page there, and no more than the whole span.
    """
    span = run_bytes
    entered = span - 1 + PAGE_BYTES
    for size, stride in reversed(levels):
        span += (size - 1) * stride
        anew = entered * min(stride, PAGE_BYTES) // PAGE_BYTES
        entered = min(entered + (size - 1) * anew, span - 1 + PAGE_BYTES)
    return entered
