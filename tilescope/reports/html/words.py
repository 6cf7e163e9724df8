"""The sentences of a report: title, how long, how far to trust it, and why something is missing."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from tilescope.quantities.units import significant
from tilescope.reports.advice import advice_sentence
from tilescope.reports.beside_time import beside_time
from tilescope.reports.bounds import MEANINGS, bounding
from tilescope.reports.html.drawings import Missing
from tilescope.reports.html.figures import common_kind
from tilescope.reports.intervals import within
from tilescope.reports.names import shown
from tilescope.reports.predicted import predicted_lines
from tilescope.reports.scaling import goes_over_rows
from tilescope.reports.screen import how_long, trust
from tilescope.reports.subjects import subject
from tilescope.runs.models import Case, Provenance, Run

SECTIONS = (
    ("summary", "Summary"),
    ("truth", "NPU beside PyTorch"),
    ("scaling", "Over rows"),
    ("budget", "Time budget"),
    ("roofline", "Roofline"),
    ("case", "One case"),
    ("array", "The array"),
    ("tiles", "Output tiles"),
    ("memory", "Memory"),
    ("timeline", "Timeline"),
    ("energy", "Energy"),
    ("provenance", "Provenance"),
    ("formulas", "Formulas"),
)
WITHOUT_CASES = ("summary", "provenance", "formulas")
LABELS = {
    "git_commit": "git commit",
    "kernel_library": "kernels built for",
    "torch": "PyTorch",
    "torch_threads": "PyTorch's threads",
    "cpu": "CPU",
    "cpus": "CPUs for this process",
    "cpu_mhz": "clock, MHz",
    "cpu_max_mhz": "clock at most, MHz",
    "load": "load of the last minute",
    "environment": "environment that matters",
    "os": "operating system",
    "command_line": "command",
}


@dataclass(frozen=True)
class Words:
    """What the report says beside its figures."""

    title: str
    subtitle: str
    sections: tuple[tuple[str, str], ...]
    how_long: tuple[str, ...]
    predicted: tuple[str, ...]
    bounded: str
    known: str
    trust: tuple[str, ...]
    beside: tuple[str, ...]
    advice: tuple[tuple[str, str], ...]
    broken: tuple[str, ...]
    no_interval: str
    no_timeline: str
    no_tiles: str
    provenance: tuple[tuple[str, str], ...]


def words_of(run: Run, missing: Sequence[Missing]) -> Words:
    """The sentences of a run; missing: the cases without drawings."""
    cases = run.cases
    whole_us = math.fsum(case.npu_us.median for case in cases)
    why = "; ".join(dict.fromkeys(one.why for one in missing))
    left_out = () if goes_over_rows(run) else ("scaling",)
    sections = tuple(
        section
        for section in SECTIONS
        if (cases or section[0] in WITHOUT_CASES) and section[0] not in left_out
    )
    return Words(
        title=_title(cases, run.provenance),
        subtitle=_subtitle(run),
        sections=sections,
        how_long=tuple(how_long(run)) if cases else (),
        predicted=tuple(predicted_lines(cases)[1]),
        bounded=_capital(MEANINGS.get(bounding(cases) or "", "")),
        known=_known(cases),
        trust=tuple(trust(run)) if cases else (),
        beside=tuple(beside_time(run)) if cases else (),
        advice=tuple(
            (advice_sentence(one, whole_us), one.command) for one in run.advice if whole_us
        ),
        broken=tuple(_broken(missing)),
        no_interval="Too few published measurements of this kind, so how far hardware would "
        "differ is not known.",
        no_timeline=_sentence(why),
        no_tiles=_sentence(why) if why else "The timeline was written before output tiles were.",
        provenance=_provenance(run.provenance),
    )


def _broken(missing: Sequence[Missing]) -> Iterator[str]:
    """A sentence for each reason, with the cases that it holds for."""
    reasons: dict[str, list[str]] = {}
    for one in missing:
        if one.broken:
            reasons.setdefault(one.why, []).append(one.case)
    for why, cases in reasons.items():
        yield shown(f"{', '.join(cases)}: no drawings, since {why}")


def _title(cases: Sequence[Case], provenance: Provenance) -> str:
    devices = _list(case.device for case in cases) or provenance.device
    if not cases:
        return f"No finished case on {devices}"
    kind = common_kind(case.npu_us.kind for case in cases)
    return f"{subject(cases)} on {devices} ({kind})"


def _subtitle(run: Run) -> str:
    cases, provenance = run.cases, run.provenance
    runtimes = _list(case.runtime for case in cases) or provenance.runtime
    told = [f"runtime {runtimes}"]
    if cases:
        told.append(_list(case.dtype for case in cases))
        families = _list(case.mapping.family for case in cases)
        told.append(f"{families}, found by a search" if run.chosen_by == "search" else families)
        told.append("1 case" if len(cases) == 1 else f"{len(cases)} cases")
    told.append(_moment(provenance.date))
    return " · ".join(told)


def _list(names: Iterable[str]) -> str:
    return ", ".join(dict.fromkeys(names))


def _known(cases: Sequence[Case]) -> str:
    """How well the NPU's time is known, in a word or two."""
    if (interval := within(cases)) is not None:
        return interval
    if all(case.npu_us.kind == "simulated" for case in cases):
        return "not validated" if not any(case.interval_us for case in cases) else "in part"
    return ""


def _moment(date: str) -> str:
    """`2026-01-31 12:34 UTC`; a date of another form as it is."""
    try:
        moment = datetime.fromisoformat(date)
    except ValueError:
        return date
    if moment.tzinfo is None:
        return f"{moment:%Y-%m-%d %H:%M}"
    return f"{moment.astimezone(UTC):%Y-%m-%d %H:%M} UTC"


def _capital(text: str) -> str:
    return f"{text[:1].upper()}{text[1:]}"


def _sentence(text: str) -> str:
    return f"{_capital(text)}." if text else ""


def _provenance(provenance: Provenance) -> tuple[tuple[str, str], ...]:
    told = []
    for key, value in provenance.model_dump().items():
        label = LABELS.get(key, key.replace("_", " "))
        if isinstance(value, dict):
            value = ", ".join(f"{name} {one}" for name, one in value.items()) or "none"
        elif isinstance(value, float):
            value = significant(value)
        told.append((label, "not known" if value is None else str(value)))
    return tuple(told)
