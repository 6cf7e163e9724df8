"""The time budget as stacked bars that close to 100 %."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from tilescope.quantities.units import format_us
from tilescope.reports.budget import closing_percentages, meaning, short, summed
from tilescope.reports.html import figures
from tilescope.runs.models import Case

LABEL_FROM = 7.0  # % of the whole width from which a bar's part has room for its name


@dataclass(frozen=True)
class Segment:
    """One term of a bar: its share in %, of the bar and, as `reach`, of the longest bar."""

    term: str
    short: str
    us: str
    percent: str
    reach: float
    labelled: bool


@dataclass(frozen=True)
class Bar:
    """One case, or all of them: the parts of its time."""

    name: str
    total: str
    kind: str
    segments: tuple[Segment, ...]

    @property
    def told(self) -> str:
        """The bar in words."""
        parts = ", ".join(f"{part.short} {part.percent} %" for part in self.segments)
        return f"{self.name}, {self.total} {self.kind}: {parts}"

    @property
    def percents(self) -> dict[str, str]:
        """The share in % by term."""
        return {part.term: part.percent for part in self.segments}


@dataclass(frozen=True)
class Term:
    """A line of the legend."""

    term: str
    short: str
    meaning: str
    percent: str
    us: str


@dataclass(frozen=True)
class Budget:
    """Bars of the cases, the sum of all first, and the legend, largest first."""

    bars: tuple[Bar, ...]
    terms: tuple[Term, ...]


def budget_of(cases: Sequence[Case]) -> Budget | None:
    """The bars of the cases that have a budget; None where none has."""
    told = [case for case in cases if case.budget]
    if not told:
        return None
    kind = figures.common_kind(case.npu_us.kind for case in told)
    totals = summed(told)
    percents = closing_percentages(list(totals.values()))
    longest = max(sum(summed([case]).values()) for case in told)
    bars = [_bar(case.name, summed([case]), case.npu_us.kind, longest) for case in told]
    if len(told) > 1:
        bars.insert(0, _bar("all cases", totals, kind, None))
    terms = [
        Term(term, short(term), meaning(term), percent, format_us(us))
        for (term, us), percent in zip(totals.items(), percents, strict=True)
    ]
    return Budget(tuple(bars), tuple(sorted(terms, key=lambda one: -totals[one.term])))


def _bar(name: str, parts: dict[str, float], kind: str, longest: float | None) -> Bar:
    whole = sum(parts.values())
    percents = closing_percentages(list(parts.values()))
    segments = tuple(
        Segment(
            term,
            short(term),
            format_us(us),
            percent,
            us / (longest or whole) * 100,
            us / whole * 100 >= LABEL_FROM,
        )
        for (term, us), percent in zip(parts.items(), percents, strict=True)
    )
    return Bar(name, format_us(whole), kind, segments)
