"""A time budget in plain words: terms summed over cases, and percentages that close to 100."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence

from tilescope.runs.models import Case
from tilescope.runs.terms import TERMS

SHORT = {
    "host": "host",
    "launch": "launch",
    "issue": "issue",
    "compute": "compute",
    "core_overhead": "overhead",
    "shim_port": "shim",
    "mem_tile_port": "mem tile",
    "core_dma": "core DMA",
    "ddr": "DDR",
    "sync": "sync",
    "launch_and_array": "launch + array",
    "residual": "residual",
}
"""One or two words for a term, for a table's column."""

MEANING = {
    "host": "slicing, padding, copies, buffer sync",
    "launch": "submission, mailbox, wake-up",
    "issue": "controller instructions, not overlapped",
    "compute": "kernels on the critical path",
    "core_overhead": "acquire, release, loop bookkeeping",
    "shim_port": "transfers limited by a shim port",
    "mem_tile_port": "transfers limited by a mem tile's port",
    "core_dma": "transfers limited by a core's port",
    "ddr": "transfers limited by their share of DDR",
    "sync": "completion tokens",
    "launch_and_array": "submission to end, the array included",
    "residual": "measured, explained by none of these",
}
"""What the time of a term is spent on, for a reader who does not know the vocabulary."""


def short(term: str) -> str:
    """The short label of a term, or its name where a newer file has one unknown here."""
    return SHORT.get(term, term)


def meaning(term: str) -> str:
    """What a term's time is spent on; empty for one unknown here."""
    return MEANING.get(term, "")


def summed(cases: Iterable[Case]) -> dict[str, float]:
    """µs by term over all cases, in the vocabulary's order, without the terms that are zero."""
    totals: dict[str, float] = {}
    for case in cases:
        for part in case.budget:
            totals[part.term] = totals.get(part.term, 0.0) + part.us
    known = [term for term in TERMS if term in totals]
    unknown = [term for term in totals if term not in TERMS]
    return {term: totals[term] for term in (*known, *unknown) if totals[term] > 0}


def largest_term(cases: Iterable[Case]) -> str | None:
    """The term that takes most of the time; None where there is no budget."""
    totals = summed(cases)
    return max(totals, key=lambda term: totals[term]) if totals else None


def closing_percentages(parts: Sequence[float], decimals: int = 1) -> list[str]:
    """Shares of the sum, rounded so that what is shown adds up to 100 exactly.

    Each is rounded down, and the units left over go to those that lost most.
    """
    whole = math.fsum(parts)
    if whole <= 0:
        return ["-" for _ in parts]
    units = 100 * 10**decimals
    exact = [part / whole * units for part in parts]
    floors = [math.floor(value) for value in exact]
    by_loss = sorted(range(len(parts)), key=lambda i: floors[i] - exact[i])
    for index in by_loss[: units - sum(floors)]:
        floors[index] += 1
    return [f"{floor / 10**decimals:.{decimals}f}" for floor in floors]
