"""The report of a run: read the run file and its timelines, write one HTML file beside it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from markupsafe import Markup

from tilescope.errors import InputError
from tilescope.quantities.units import significant
from tilescope.reports.html.budgets import budget_of
from tilescope.reports.html.details import details_of
from tilescope.reports.html.drawings import Drawings, drawings_of
from tilescope.reports.html.energies import energy_rows
from tilescope.reports.html.passports import PASSPORTS, PREDICTIONS
from tilescope.reports.html.predictions import predictions_of
from tilescope.reports.html.roofline import roof_data, roofs
from tilescope.reports.html.scaling import scaling_of
from tilescope.reports.html.templates import allowed, render, verbatim
from tilescope.reports.html.truth import truth_table
from tilescope.reports.html.words import Words, words_of
from tilescope.reports.timelines import FoundTimeline, find_timelines
from tilescope.runs.files import check_not_source, check_writable, read_run, write_bytes
from tilescope.runs.models import Run

SUFFIX = ".html"
CROSSOVER = "crossover"
STYLES = ("report.css", "plots.css")
SCRIPTS = (
    "start.js",
    "units.js",
    "tips.js",
    "axes.js",
    "roofline.js",
    "spans.js",
    "array.js",
    "tiles.js",
    "lanes.js",
    "timeline.js",
    "memory.js",
    "cases.js",
)


@dataclass(frozen=True)
class WrittenReport:
    """Where a report was written, and what it lacks that the run file promised."""

    path: Path
    lacks: tuple[str, ...]


def write_report(run_path: Path, out: Path | None = None, *, force: bool = False) -> WrittenReport:
    """Write the report of a run file, beside it under its name unless told where.

    Raises:
        InputError: see report_of; or the report cannot be written (see runs.files.check_writable).
    """
    run = read_run(run_path)
    target = out or run_path.with_suffix(SUFFIX)
    check_not_source(target, run_path)
    check_writable(target, force=force)
    text, lacks = _report_of(run, run_path)
    write_bytes(text.encode(), target, force=force)
    return WrittenReport(target, lacks)


def report_of(run_path: Path) -> tuple[str, tuple[str, ...]]:
    """The report of a run file as text, and what it lacks.

    A timeline that is missing or broken costs the report its drawings, which then say why.

    Raises:
        InputError: the run file cannot be read (see runs.files.read_run), or no run can have its
            figures.
    """
    return _report_of(read_run(run_path), run_path)


def _report_of(run: Run, run_path: Path) -> tuple[str, tuple[str, ...]]:
    try:
        return render_report(run, find_timelines(run, run_path))
    except (ArithmeticError, ValueError) as error:  # sums beyond any number, a time of nothing
        raise InputError(f"{run_path} holds figures that no run can have: {error}.") from error


def render_report(run: Run, timelines: Sequence[FoundTimeline]) -> tuple[str, tuple[str, ...]]:
    """The report's text, and what it lacks; timelines has one answer for each case."""
    drawings = drawings_of(run, timelines)
    words = words_of(run, drawings.missing)
    return render("report.html.j2", **_values(run, drawings, words)), words.broken


def _values(run: Run, drawings: Drawings, words: Words) -> dict[str, Any]:
    roofed, scaling = roofs(run.cases), scaling_of(run)
    predictions = predictions_of(run.cases)
    unused = {*(() if scaling else (CROSSOVER,)), *(() if predictions else PREDICTIONS)}
    passports = {key: one for key, one in PASSPORTS.items() if key not in unused}
    script = f'"use strict";\n(() => {{\n{verbatim(*SCRIPTS)}\n}})();'
    data = {
        "passports": {key: asdict(passport) for key, passport in passports.items()},
        "roofs": [roof_data(roof) for roof in roofed],
        **drawings.data,
    }
    return {
        "run": run,
        "words": words,
        "truth": truth_table(run.cases) if run.cases else None,
        "budget": budget_of(run.cases),
        "roofs": roofed,
        "scaling": scaling,
        "details": [details_of(case) for case in run.cases],
        "energy": energy_rows(run.cases),
        "has_timelines": drawings.has_timelines,
        "has_tiles": drawings.has_tiles,
        "predictions": predictions,
        "passports": passports,
        "notes": {key: place for place, key in enumerate(passports, start=1)},
        "significant": significant,
        "style": verbatim(*STYLES),
        "dark": verbatim("dark.css"),
        "script": Markup(script),
        "allowed": Markup(allowed(script)),
        "data": data,
    }
