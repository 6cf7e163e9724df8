"""Two runs case by case: the verdict on each, which term of the budget moved, and all in one."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Literal

from tilescope.errors import InputError
from tilescope.evidence.conditions import check_alike
from tilescope.evidence.verdicts import (
    THRESHOLD,
    Verdict,
    Word,
    geometric_mean,
    judge_exact,
    judge_samples,
)
from tilescope.profiling.interruptions import BUSY
from tilescope.runs.figures import Kind, SampledStatistics, Statistics
from tilescope.runs.keys import PARTS, case_key
from tilescope.runs.models import Case, Run
from tilescope.runs.terms import TERMS

Figure = Literal["npu", "baseline"]
FIGURES: tuple[Figure, ...] = ("npu", "baseline")


@dataclass(frozen=True)
class Terms:
    """What is compared, and what may differ.

    figure: the NPU's time, or PyTorch's; threshold: the ratio, less 1, that counts, None for 3 % of
    measured times and none of simulated ones; allowed: properties that may differ between the
    runs, `all` for any.
    """

    figure: Figure = "npu"
    threshold: float | None = None
    allowed: frozenset[str] = frozenset()

    def for_kind(self, kind: Kind) -> float:
        """The threshold of a kind of time."""
        usual = 0.0 if kind == "simulated" else THRESHOLD
        return usual if self.threshold is None else self.threshold


@dataclass(frozen=True)
class Moved:
    """A term of the budget, before and after."""

    term: str
    before_us: float
    after_us: float

    @property
    def change_us(self) -> float:
        """What it grew by."""
        return self.after_us - self.before_us


@dataclass(frozen=True)
class CaseComparison:
    """One case in both runs; moved: the terms that changed, the largest change first."""

    key: str
    before: Statistics
    after: Statistics
    verdict: Verdict
    moved: tuple[Moved, ...] = ()


@dataclass(frozen=True)
class Comparison:
    """Two runs: the cases that they share, those of one alone, and how all shared ones went."""

    figure: Figure
    cases: tuple[CaseComparison, ...]
    only_before: tuple[str, ...] = ()
    only_after: tuple[str, ...] = ()
    differences: tuple[str, ...] = ()

    @property
    def geometric_mean(self) -> float | None:
        """Of the ratios of all cases that have one."""
        ratios = [case.verdict.ratio for case in self.cases]
        return geometric_mean([ratio for ratio in ratios if ratio])

    def count(self, word: Word) -> int:
        """How many cases have that verdict."""
        return sum(case.verdict.word == word for case in self.cases)


def compare(before: Run, after: Run, terms: Terms | None = None) -> Comparison:
    """The cases that two runs share by key, each with its verdict.

    Raises:
        InputError: a run has two cases of one key, or they share none that has the figure; or they
            differ in what matters to it and is not allowed to differ.
    """
    terms = terms or Terms()
    without = PARTS if "all" in terms.allowed else terms.allowed
    old, new = (
        _by_key(run, without, which) for run, which in ((before, "first"), (after, "second"))
    )
    shared = [key for key in old if key in new]
    if not shared:
        raise InputError(_nothing_shared(old, new))
    figures = {key: _figures(old[key], new[key], terms.figure) for key in shared}
    compared = {key: pair for key, pair in figures.items() if pair is not None}
    if not compared:
        what = "PyTorch's times" if terms.figure == "baseline" else "times of the NPU"
        raise InputError(f"No case that the runs share has {what} in both.")
    differences = check_alike(before, after, list(compared.values()), terms.figure, terms.allowed)
    return Comparison(
        figure=terms.figure,
        cases=tuple(
            CaseComparison(
                key,
                *pair,
                verdict=_crowded(old[key], new[key], terms) or verdict_on(*pair, terms),
                moved=moved_terms(old[key], new[key]) if terms.figure == "npu" else (),
            )
            for key, pair in compared.items()
        ),
        only_before=tuple(key for key in old if key not in compared),
        only_after=tuple(key for key in new if key not in compared),
        differences=differences,
    )


def verdict_on(before: Statistics, after: Statistics, terms: Terms) -> Verdict:
    """The verdict on one figure, by its kind."""
    if before.kind == after.kind == "simulated":
        return judge_exact(before.median, after.median, terms.for_kind("simulated"))
    if isinstance(before, SampledStatistics) and isinstance(after, SampledStatistics):
        return judge_samples(before.samples, after.samples, terms.for_kind("measured"))
    if before.kind != after.kind:
        return Verdict(
            "AMBIGUOUS",
            f"{before.kind} before and {after.kind} after; how far they differ for that reason "
            "alone is not known",
            after.median / before.median if before.median else None,
        )
    return Verdict("AMBIGUOUS", "the file holds no samples to judge by")


def _crowded(before: Case, after: Case, terms: Terms) -> Verdict | None:
    """The verdict where a figure is known to be disturbed, so that its samples judge nothing."""
    if terms.figure == "npu":
        return None
    sides = [
        side
        for side, case in (("before", before), ("after", after))
        if any(note.startswith(BUSY) for note in case.notes)
    ]
    if not sides:
        return None
    return Verdict(
        "AMBIGUOUS",
        f"other programs were busy while PyTorch was timed ({' and '.join(sides)}); "
        "compare with --rerun, which takes turns",
    )


def moved_terms(before: Case, after: Case) -> tuple[Moved, ...]:
    """The terms of two budgets that differ, the largest change first."""
    old, new = ({part.term: part.us for part in case.budget} for case in (before, after))
    names = [*TERMS, *sorted((old.keys() | new.keys()) - set(TERMS))]
    moved = [Moved(name, old.get(name, 0.0), new.get(name, 0.0)) for name in names]
    return tuple(sorted((one for one in moved if one.change_us), key=lambda m: -abs(m.change_us)))


def _by_key(run: Run, without: Collection[str], which: str) -> dict[str, Case]:
    keys = [case_key(case, without) for case in run.cases]
    if twice := [key for key, count in Counter(keys).items() if count > 1]:
        raise InputError(
            f"The {which} run has more than one case {twice[0]}, so that it is not clear which to "
            "compare."
        )
    return dict(zip(keys, run.cases, strict=True))


def _figures(before: Case, after: Case, figure: Figure) -> tuple[Statistics, Statistics] | None:
    if figure == "npu":
        return before.npu_us, after.npu_us
    if before.baseline_us is None or after.baseline_us is None:
        return None
    return before.baseline_us, after.baseline_us


def _nothing_shared(old: dict[str, Case], new: dict[str, Case]) -> str:
    """Why, and the parts that would have to be left out of account to compare them all the same."""
    if not old or not new:
        return "One of the runs has no case, so there is nothing to compare."
    told = (
        f"The runs share no case: the first has {_listed(list(old))}, the second "
        f"{_listed(list(new))}."
    )
    for parts in _combinations():
        if {case_key(case, parts) for case in old.values()} & {
            case_key(case, parts) for case in new.values()
        }:
            options = " ".join(f"--allow-different {part}" for part in parts)
            return f"{told} To compare them all the same, add {options}."
    return told


def _combinations() -> list[tuple[str, ...]]:
    from itertools import combinations

    return [parts for count in range(1, len(PARTS) + 1) for parts in combinations(PARTS, count)]


def _listed(keys: Sequence[str], most: int = 3) -> str:
    more = f" and {len(keys) - most} more" if len(keys) > most else ""
    return ", ".join(keys[:most]) + more
