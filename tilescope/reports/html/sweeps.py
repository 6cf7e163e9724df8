"""The report of a sweep: heatmaps and lines over its axes, in one HTML file that opens offline."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from markupsafe import Markup

from tilescope.errors import InputError
from tilescope.profiling.sweeps.reading import SweepData, read_sweep
from tilescope.quantities.units import format_bytes, format_us, significant
from tilescope.reports.bounds import limit_name
from tilescope.reports.html.report import SUFFIX, WrittenReport
from tilescope.reports.html.templates import allowed, render, verbatim
from tilescope.runs.files import check_not_source, check_writable, write_bytes
from tilescope.runs.terms import SIMULATED_TERMS

PARQUET = ".parquet"
MOST_POINTS = 100_000
STYLES = ("report.css", "plots.css", "sweep.css")
SCRIPTS = ("start.js", "units.js", "tips.js", "axes.js", "sweep.js")
SECTIONS = (
    ("summary", "Summary"),
    ("heatmap", "Heatmap"),
    ("lines", "Lines"),
    ("fastest", "Highest rates"),
    ("failed", "Failed points"),
    ("provenance", "Provenance"),
)
SHOWN = 20


@dataclass(frozen=True)
class _Row:
    """One point in the table: the values of its axes, and its figures in words."""

    values: tuple[str, ...]
    tile: str
    time: str
    rate: str
    bound: str
    moved: str


def write_sweep_report(path: Path, out: Path | None, *, force: bool = False) -> WrittenReport:
    """Write the report of a sweep's file, beside it under its name unless told where.

    Raises:
        InputError: the file is no sweep, has more points than a browser should draw, or the
            report cannot be written.
    """
    target = out or path.with_suffix(SUFFIX)
    check_not_source(target, path)
    text = sweep_report_of(path)
    check_writable(target, force=force)
    write_bytes(text.encode(), target, force=force)
    return WrittenReport(target, ())


def sweep_report_of(path: Path) -> str:
    """The report's text. Raises InputError as write_sweep_report does."""
    data = read_sweep(path)
    if data.points > MOST_POINTS:
        raise InputError(
            f"{path} has {data.points:,} points, and a report draws {MOST_POINTS:,} at most; sweep "
            "fewer values, or read the file itself."
        )
    return render_sweep(data)


def render_sweep(data: SweepData) -> str:
    """The report's text."""
    script = Markup(f'"use strict";\n(() => {{\n{verbatim(*SCRIPTS)}\n}})();')
    reasons = data.reasons()
    devices = ", ".join(dict.fromkeys(one for one in data.columns["device_name"] if one))
    provenance = data.about.get("provenance", {})
    return render(
        "sweep.html.j2",
        title=f"Sweep of {data.points:,} products on {devices or 'no device'} (simulated)",
        subtitle=" · ".join(
            f"{axis.name}: {len(axis.values)} value{'' if len(axis.values) == 1 else 's'}"
            for axis in data.plan.axes
        ),
        version=provenance.get("tilescope", ""),
        sections=SECTIONS,
        summary=_summary(data),
        axes=data.plan.axes,
        rows=_fastest(data),
        reasons=list(reasons.items())[:SHOWN],
        more_reasons=max(len(reasons) - SHOWN, 0),
        passports={},
        notes={},
        conditions=_conditions(data),
        style=verbatim(*STYLES),
        dark=verbatim("dark.css"),
        script=script,
        allowed=Markup(allowed(script)),
        data={"passports": {}, "sweep": _drawn(data, list(reasons))},
    )


def _summary(data: SweepData) -> list[str]:
    failed = data.points - len(data.ok())
    base = data.plan.base
    swept = {axis.name for axis in data.plan.axes}
    fixed = [f"{side} = {getattr(base, side):,}" for side in "MNK" if side not in swept]
    told = [
        f"{data.points:,} points: {data.points - failed:,} timed on the simulated NPU without "
        f"data, {failed:,} failed",
    ]
    if fixed:
        told.append(f"{', '.join(fixed)} as in {base.name}")
    if "seconds" in data.about:
        told.append(
            f"Run by {data.about.get('workers', 'workers')} in "
            f"{significant(float(data.about['seconds']))} s"
        )
    low, high = data.columns["interval_low_us"], data.columns["interval_high_us"]
    known = sum(one is not None and other is not None for one, other in zip(low, high, strict=True))
    told.append(
        "Times are simulated, deterministic: n = 1, ± 0.000; "
        + (
            f"{known:,} points are of a kind whose error is known, in the columns interval_low_us "
            "and interval_high_us"
            if known
            else "how far hardware would differ is not known"
        )
    )
    return told


def _fastest(data: SweepData) -> list[_Row]:
    columns = data.columns
    best = sorted(data.ok(), key=lambda place: -columns["gflops"][place])[:SHOWN]
    return [
        _Row(
            values=tuple(str(columns[axis.name][place]) for axis in data.plan.axes),
            tile="×".join(str(columns[f"core_tile_{side}"][place]) for side in "mnk"),
            time=format_us(columns["npu_us"][place]),
            rate=significant(columns["gflops"][place]),
            bound=limit_name(columns["bound_by"][place]),
            moved=format_bytes(_moved(columns, place) or 0),
        )
        for place in best
    ]


def _moved(columns: dict[str, list[Any]], place: int) -> int | None:
    read, written = columns["ddr_read_bytes"][place], columns["ddr_written_bytes"][place]
    return None if read is None or written is None else int(read + written)


def _conditions(data: SweepData) -> list[tuple[str, str]]:
    found = data.about.get("provenance", {})
    return [
        (key.replace("_", " "), str(value))
        for key, value in found.items()
        if not isinstance(value, dict | list)
    ]


def _drawn(data: SweepData, reasons: list[str]) -> dict[str, Any]:
    """What the scripts draw: points in the order of their numbers, figures to four digits."""
    columns = data.columns
    places = {reason: number for number, reason in enumerate(reasons)}
    terms = {term: number for number, term in enumerate(SIMULATED_TERMS)}
    return {
        "axes": [{"name": axis.name, "values": list(axis.values)} for axis in data.plan.axes],
        "figures": {
            "npu_us": [_rounded(one) for one in columns["npu_us"]],
            "gflops": [_rounded(one) for one in columns["gflops"]],
            "device_us": [_rounded(one) for one in columns["device_us"]],
            "moved": [_moved(columns, place) for place in range(data.points)],
        },
        "bound": [-1 if one is None else terms[one] for one in columns["bound_by"]],
        "terms": [[term, limit_name(term)] for term in SIMULATED_TERMS],
        "tiles": [
            "" if m is None else f"{m}×{n}×{k}"
            for m, n, k in zip(*(columns[f"core_tile_{side}"] for side in "mnk"), strict=True)
        ],
        "reason": [-1 if one is None else places[one] for one in columns["reason"]],
        "reasons": reasons,
    }


def _rounded(value: float | None) -> float | None:
    return None if value is None else float(f"{value:.4g}")
