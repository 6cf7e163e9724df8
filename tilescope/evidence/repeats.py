"""Runs that were repeated in turns, each in a process of its own: compared repeat by repeat."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from tilescope.errors import InputError
from tilescope.evidence.comparing import CaseComparison, Comparison, Terms, compare
from tilescope.evidence.verdicts import Verdict, judge_pairs
from tilescope.profiling.samples import measured
from tilescope.runs.figures import SampledStatistics
from tilescope.runs.models import Run


def compare_repeats(
    before: Sequence[Run], after: Sequence[Run], terms: Terms | None = None
) -> Comparison:
    """Two series of runs that took turns, as one comparison.

    What two processes differ in (where their memory lies, which cores they got) is noise, so that a
    process counts once, with its median, and is set beside the one that ran next to it.

    Raises:
        InputError: the repeats do not have the same cases, or as for two runs.
    """
    terms = terms or Terms()
    pairs = [compare(old, new, terms) for old, new in zip(before, after, strict=True)]
    first = pairs[0]
    keys = [[case.key for case in pair.cases] for pair in pairs]
    if any(other != keys[0] for other in keys):
        raise InputError("The repeats do not all have the same cases; run them again.")
    cases = tuple(
        _joined([pair.cases[number] for pair in pairs], terms) for number in range(len(first.cases))
    )
    return replace(first, cases=cases)


def _joined(repeats: Sequence[CaseComparison], terms: Terms) -> CaseComparison:
    """One case over all repeats."""
    first = repeats[0]
    if first.before.kind == first.after.kind == "simulated":
        if any((one.before, one.after) != (first.before, first.after) for one in repeats):
            return replace(
                first,
                verdict=Verdict("AMBIGUOUS", "simulated times differ between repeats: a fault"),
            )
        return first
    if not isinstance(first.before, SampledStatistics) or first.before.kind != first.after.kind:
        return first
    old, new = ([getattr(one, side).median for one in repeats] for side in ("before", "after"))
    verdict = judge_pairs(old, new, terms.for_kind("measured"))
    return replace(
        first,
        before=measured(old),
        after=measured(new),
        verdict=replace(verdict, reason=_of_processes(verdict.reason)),
    )


def _of_processes(reason: str) -> str:
    return reason.replace("pairs", "pairs of processes").replace(
        "take more samples", "raise --repeats"
    )
