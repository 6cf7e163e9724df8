"""From decode to prefill: times, rates and limits over batch and sequence length, and where the
NPU begins to beat PyTorch.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

from tilescope.profiling.crossovers import Crossover, find_crossover
from tilescope.profiling.interruptions import CROWDED
from tilescope.profiling.scaling import series, series_name
from tilescope.quantities.dtypes import is_integer
from tilescope.quantities.units import format_count, format_us, significant
from tilescope.reports.bounds import bound_word
from tilescope.reports.cells import ms_cell
from tilescope.reports.paint import PLAIN, Paint
from tilescope.reports.predicted import predicted_block
from tilescope.reports.screen import dtypes, trust
from tilescope.reports.speedups import is_sure
from tilescope.reports.tables import Column, table
from tilescope.reports.text_plots import Line, text_plot
from tilescope.reports.whatif import changes_line
from tilescope.reports.wrapping import wrap
from tilescope.runs.models import Case, Run

Together = list[list[Case]]


def scaling_report(run: Run, *, width: int = 80, paint: Paint = PLAIN) -> str:
    """The whole report, no line wider than `width` where names allow it."""
    if not run.cases:
        return "No case was finished.\n"
    blocks = [
        _title(run, width, paint),
        _table(run.cases, paint),
        predicted_block(run.cases, width, paint),
        _crossovers(run, width, paint),
        _plot(run, width, paint),
        [
            paint("How far to trust it", "strong"),
            *(line for text in trust(run) for line in wrap(text, width, "  ", "    ")),
        ],
    ]
    return "\n\n".join("\n".join(block) for block in blocks if block) + "\n"


def goes_over_rows(run: Run) -> bool:
    """Whether a run has points of a batch or a sequence length, at two numbers of rows or more."""
    if not run.cases:
        return False
    placed = any(case.batch is not None or case.sequence is not None for case in run.cases)
    return placed and len(together(run.cases)) > 1


def together(cases: Sequence[Case]) -> Together:
    """The cases at each number of rows that every projection has, in rising order."""
    found = series(cases)
    rows = [{case.shape.m for case in one} for one in found.values()]
    common = sorted(set.intersection(*rows))
    return [[case for one in found.values() for case in one if case.shape.m == m] for m in common]


def _title(run: Run, width: int, paint: Paint) -> list[str]:
    case = run.cases[0]
    mapping = case.mapping
    told = f"{dtypes(case)}, {mapping.kernel} kernel; {mapping.family}, ports {mapping.ports}"
    title = f"Decode to prefill on {case.device} ({case.npu_us.kind}), runtime {case.runtime}"
    what_if = wrap(changes_line(run.changed), width, hanging="  ") if run.changed else []
    return [paint(title, "strong"), *wrap(told, width, hanging="  "), *what_if]


def _table(cases: Sequence[Case], paint: Paint) -> list[str]:
    whole = all(is_integer(case.dtype) for case in cases)
    batches = any((case.batch or 1) > 1 for case in cases)
    columns = [
        Column("name", _once([series_name(case) for case in cases]), left=True),
        Column("N×K", _once([f"{case.shape.n}×{case.shape.k}" for case in cases]), left=True),
    ]
    if batches:
        columns.append(Column("batch", [str(case.batch or "-") for case in cases]))
    columns += [
        Column("tokens", [str(case.sequence or "-") for case in cases]),
        *([Column("M", [str(case.shape.m) for case in cases])] if batches else []),
        Column("NPU\nms", [ms_cell(case.npu_us.median) for case in cases]),
        Column("GOPS" if whole else "GFLOP\n/s", [significant(case.npu_gflops) for case in cases]),
    ]
    if any(case.npu_us.kind != "measured" for case in cases):  # no clock tells that
        columns.append(Column("bound\nby", [bound_word([case]) for case in cases], left=True))
    if any(case.baseline_us for case in cases):
        columns += [
            Column("PyTorch\nms", [_baseline(case) for case in cases]),
            Column(
                "GOPS" if whole else "GFLOP\n/s",
                [
                    significant(case.baseline_gflops) if case.baseline_gflops else "-"
                    for case in cases
                ],
            ),
            Column(
                "speed-\nup",
                [f"{significant(case.speedup)}×" if case.speedup else "-" for case in cases],
                styles=[
                    ("good" if is_sure(case) else None if case.speedup >= 1 else "warn")
                    if case.speedup
                    else None
                    for case in cases
                ],
            ),
        ]
    return table(columns, paint=paint)


def _once(names: Sequence[str]) -> list[str]:
    """A name where it begins, and nothing where it goes on."""
    return [name if i == 0 or names[i - 1] != name else "" for i, name in enumerate(names)]


def _baseline(case: Case) -> str:
    return ms_cell(case.baseline_us.median) if case.baseline_us else "-"


def _crossovers(run: Run, width: int, paint: Paint) -> list[str]:
    found = [(name, find_crossover([[c] for c in one])) for name, one in series(run.cases).items()]
    known = [(name, crossover) for name, crossover in found if crossover]
    if not known:
        return []
    if len(known) > 1 and (whole := find_crossover(together(run.cases))):
        known.append(("together", whole))
    lines = [paint("Where the NPU begins to beat this machine's PyTorch", "strong")]
    for name, crossover in known:
        lines += wrap(f"{name}: {crossover_text(crossover)}", width, "  ", "    ")
    band = "with" if known[0][1].intervals else "without"
    why = "" if known[0][1].intervals else ", since none is known"
    npu = f"{band} the error interval of the NPU's times{why}"
    if all(case.npu_us.kind == "measured" for case in run.cases):
        npu = "beside the NPU's medians"
    if any(CROWDED in case.notes for case in run.cases):
        lines += wrap(
            "Other programs were busy while PyTorch was timed, so that on a quiet machine the NPU "
            "begins to be faster at more rows.",
            width,
            "  ",
            "    ",
        )
    lines += wrap(
        "Interpolated between points, time over rows as a power. The band is a 95 % bootstrap of "
        f"PyTorch's runs, {npu}.",
        width,
        "  ",
        "    ",
    )
    return lines


def crossover_text(found: Crossover) -> str:
    """A crossover in a sentence, with its band where there is one."""
    best = f"{significant(found.best)}× at M = {format_count(found.best_rows)}"
    texts = {
        "always": f"ahead at every point, {best} at best",
        "never": f"not at any point; {best} at best",
        "passing": f"ahead on the way ({best}), behind at the last point",
    }
    if found.rows is None or found.after is None or found.until is None:
        text = texts[found.where]
    else:
        text = (
            f"from M ≈ {significant(found.rows)}, between the points {format_count(found.after)} "
            f"and {format_count(found.until)}"
        )
    if found.low is None or found.high is None:
        return f"{text} (a single run has no band)"
    if math.isinf(found.high) and found.low == 0:
        return f"{text} (band: anywhere)"
    if math.isinf(found.low) or (math.isinf(found.high) and found.where == "never"):
        low = "" if math.isinf(found.low) else f" (band: not before M = {significant(found.low)})"
        return text + low
    if found.where == "always" and found.high == 0:
        return text
    low = "the first point" if found.low == 0 else f"M = {significant(found.low)}"
    high = "beyond the last point" if math.isinf(found.high) else f"{significant(found.high)}"
    return f"{text} (band: {low} to {high})"


def _plot(run: Run, width: int, paint: Paint) -> list[str]:
    points = together(run.cases)
    if len(points) < 2:
        return []
    rows = [point[0].shape.m for point in points]
    npu = [sum(case.npu_us.median for case in point) for point in points]
    lines = [Line("NPU", "●", list(zip(rows, npu, strict=True)))]
    times = list(npu)
    if all(case.baseline_us for point in points for case in point):
        torch = [sum(c.baseline_us.median for c in p if c.baseline_us) for p in points]
        lines.append(Line("PyTorch", "○", list(zip(rows, torch, strict=True))))
        times += torch
    low, high = min(times), max(times)
    labels = [low, math.sqrt(low * high), high]
    what = "Time of one" if len(points[0]) == 1 else f"Time of the {len(points[0])} together"
    return [
        paint(f"{what} over M, both in powers", "strong"),
        *text_plot(
            lines,
            [(m, format_count(m)) for m in rows],
            [(us, format_us(us)) for us in labels],
            width=min(width, 78),
        ),
    ]
