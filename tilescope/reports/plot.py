"""A run as a picture: each case's time on the NPU by what it was spent on, and PyTorch's; SVG.

A run over batches or sequence lengths is drawn over its rows (see reports.scaling_plot).
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from xml.sax.saxutils import escape, quoteattr

from tilescope.profiling.interruptions import BUSY
from tilescope.quantities.units import format_us
from tilescope.reports.budget import short, summed
from tilescope.reports.names import shown
from tilescope.reports.scaling import goes_over_rows
from tilescope.reports.scaling_plot import scaling_svg
from tilescope.runs.figures import Interval, Statistics
from tilescope.runs.models import Case, Run

WIDTH, TIMES, MARGIN = 820, 84, 16
LEAST_NAMES, MOST_NAMES, LETTER = 120, 300, 7.6
BAR, PAIR_GAP, CASE_GAP, LINE = 13, 3, 12, 17
MOST_TICKS = 6

COLOURS = {
    "host": "#74489d",
    "launch": "#b0441a",
    "issue": "#7d6000",
    "compute": "#1b67ab",
    "core_overhead": "#54708c",
    "shim_port": "#17734f",
    "mem_tile_port": "#2c7478",
    "core_dma": "#4a7327",
    "ddr": "#a32c48",
    "sync": "#5a5c69",
    "launch_and_array": "#b0441a",
    "residual": "#6b6b6b",
}
PYTORCH, INK, MUTED, GRID = "#b9c0c8", "#16191d", "#515b66", "#d3dae1"


@dataclass(frozen=True)
class Axis:
    """µs to pixels, from 0 on, beside names of a width."""

    most_us: float
    step_us: float
    names: float

    @classmethod
    def beside(cls, names: Sequence[str], most_us: float) -> Axis:
        """With round numbers at its marks, up to the longest bar."""
        letters = max(map(len, names), default=0)
        room = min(max(LEAST_NAMES, LETTER * letters + MARGIN), MOST_NAMES)
        most_us = most_us or 1.0
        power = 10.0 ** math.floor(math.log10(most_us / MOST_TICKS))
        step = next(power * n for n in (1, 2, 5, 10) if most_us / (power * n) <= MOST_TICKS)
        return cls(most_us, step, room)

    def x(self, us: float) -> float:
        """Where a time lies."""
        return self.names + us / self.most_us * (WIDTH - self.names - TIMES - MARGIN)

    def cut(self, name: str) -> str:
        """The name, or as much of both its ends as there is room for."""
        most = round((self.names - MARGIN) / LETTER)
        if len(name) <= most:
            return name
        head = (most - 1) // 2
        return f"{name[:head]}…{name[len(name) - (most - 1 - head) :]}"

    def marks(self) -> Iterator[float]:
        """The times that are written."""
        for number in range(int(self.most_us / self.step_us) + 1):
            yield number * self.step_us


def plot_svg(run: Run) -> str:
    """The picture of a run with cases; the same run gives the same bytes."""
    return scaling_svg(run) if goes_over_rows(run) else _bars_svg(run)


def _bars_svg(run: Run) -> str:
    cases = run.cases
    longest_us = max((_longest(case) for case in cases), default=1.0)
    axis = Axis.beside([shown(case.name) for case in cases], longest_us)
    legend = _legend(cases)
    rows_of_legend = 1 + max(row for row, _, _, _ in legend)
    top = MARGIN + 2 * LINE + rows_of_legend * LINE + 22
    bars, bottom = _bars(cases, axis, top)
    notes = _notes(cases)
    height = bottom + 8 + LINE * len(notes) + MARGIN
    title = shown(_title(run))
    lines = [
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{WIDTH}" height="{height}" '
        f'viewBox="0 0 {WIDTH} {height}" role="img" aria-label={quoteattr(title)} '
        'font-family="system-ui, sans-serif" font-size="12">',
        f'<rect width="{WIDTH}" height="{height}" fill="#ffffff"/>',
        _text(MARGIN, MARGIN + 12, title, weight=600, size=14),
    ]
    for row, x, colour, label in legend:
        y = MARGIN + 2 * LINE + row * LINE
        lines += [
            f'<rect x="{x}" y="{y - 9}" width="10" height="10" fill="{colour}"/>',
            _text(x + 14, y, label, colour=MUTED),
        ]
    for us in axis.marks():
        x_of = f"{axis.x(us):.1f}"
        lines += [
            f'<path d="M{x_of} {top - 4}V{bottom - 4}" stroke="{GRID}"/>',
            _text(float(x_of), top - 8, format_us(us) if us else "0", MUTED, anchor="middle"),
        ]
    lines += bars
    for number, note in enumerate(notes):
        lines.append(_text(MARGIN, bottom + 8 + LINE * (number + 1) - 4, note, MUTED))
    return "\n".join([*lines, "</svg>"]) + "\n"


def _bars(cases: Sequence[Case], axis: Axis, top: int) -> tuple[list[str], int]:
    """Two bars a case, the NPU's by terms; and where they end."""
    lines: list[str] = []
    y = top
    for case in cases:
        name = shown(case.name)
        at = axis.names - 8
        label = _text(at, y + BAR - 2, axis.cut(name), weight=600, anchor="end", tip=name)
        lines += [label, *_npu_bar(case, axis, y)]
        if case.baseline_us:
            y += BAR + PAIR_GAP
            us, known = case.baseline_us.median, case.baseline_us.median_interval
            tip = f"{name}, PyTorch: {format_us(us)} (measured, median of {case.baseline_us.n})"
            lines.append(_bar(axis.x(0), axis.x(us), y, PYTORCH, tip))
            lines += _whisker(known, axis, y, MUTED)
            end = axis.x(max(us, known.high if known else 0.0))
            lines.append(_text(end + 5, y + BAR - 3, format_us(us), MUTED))
        y += BAR + CASE_GAP
    return lines, y


def _npu_bar(case: Case, axis: Axis, y: int) -> Iterator[str]:
    kind, name = case.npu_us.kind, shown(case.name)
    at_us = 0.0
    for term, us in summed([case]).items():
        tip = f"{name}, {short(term)}: {format_us(us)} ({kind})"
        colour = COLOURS.get(term, COLOURS["residual"])
        yield _bar(axis.x(at_us), axis.x(at_us + us), y, colour, tip)
        at_us += us
    end_us = case.npu_us.median
    yield from _whisker(case.interval_us, axis, y, INK)
    if case.interval_us:
        end_us = max(end_us, case.interval_us.high)
    yield _text(axis.x(end_us) + 5, y + BAR - 3, format_us(case.npu_us.median))


def _whisker(interval: Interval | None, axis: Axis, y: int, colour: str) -> Iterator[str]:
    if interval is None:
        return
    low, high = (f"{axis.x(us):.1f}" for us in (interval.low, interval.high))
    middle = y + BAR / 2
    yield (
        f'<path d="M{low} {middle - 4}v8M{low} {middle}H{high}M{high} {middle - 4}v8" '
        f'stroke="{colour}" fill="none"/>'
    )


def _longest(case: Case) -> float:
    times: list[Statistics | None] = [case.npu_us, case.baseline_us]
    known = case.baseline_us.median_interval if case.baseline_us else None
    ends = [time.median for time in times if time]
    ends += [interval.high for interval in (case.interval_us, known) if interval]
    return max(ends)


def _legend(cases: Sequence[Case]) -> list[tuple[int, int, str, str]]:
    """Row, place, colour and label of each term, as many a row as there is room."""
    entries = [(COLOURS.get(term, COLOURS["residual"]), short(term)) for term in summed(cases)]
    if any(case.baseline_us for case in cases):
        entries.append((PYTORCH, "PyTorch"))
    placed, row, x = [], 0, MARGIN
    for colour, label in entries or [(INK, "no budget")]:
        needed = 14 + 8 * len(shown(label)) + 14
        if x + needed > WIDTH - MARGIN:
            row, x = row + 1, MARGIN
        placed.append((row, x, colour, shown(label)))
        x += needed
    return placed


def _title(run: Run) -> str:
    case = run.cases[0]
    count = "1 case" if len(run.cases) == 1 else f"{len(run.cases)} cases"
    return f"Time of {count} on {case.device} ({case.npu_us.kind}) under {case.runtime}"


def _notes(cases: Sequence[Case]) -> list[str]:
    kinds = ", ".join(sorted({case.npu_us.kind for case in cases}))
    notes = [f"NPU: {kinds}, as its caller waits for it, by what the time is spent on"]
    runs = sorted({case.baseline_us.n for case in cases if case.baseline_us})
    if runs:
        whiskers = any(c.baseline_us and c.baseline_us.median_interval for c in cases)
        notes.append(
            f"PyTorch: measured, median of {_runs(runs)}"
            + (", whiskers the 95 % interval of the median" if whiskers else "")
        )
    if any(note.startswith(BUSY) for case in cases for note in case.notes):
        notes.append(f"{BUSY}: its times are too long")
    confidence = {case.interval_us.confidence for case in cases if case.interval_us}
    if confidence:
        notes.append(
            f"NPU's whiskers: where hardware is expected, {min(confidence) * 100:.0f} % of the time"
        )
    return notes


def _runs(counts: Sequence[int]) -> str:
    return "1 run" if list(counts) == [1] else f"{'/'.join(map(str, counts))} runs"


def _bar(left: float, right: float, y: int, colour: str, tip: str) -> str:
    width = max(right - left, 0.0)
    return (
        f'<rect x="{left:.2f}" y="{y}" width="{width:.2f}" height="{BAR}" fill="{colour}">'
        f"<title>{escape(tip)}</title></rect>"
    )


def _text(
    x: float,
    y: float,
    text: str,
    colour: str = INK,
    *,
    weight: int = 400,
    size: int = 12,
    anchor: str = "start",
    tip: str = "",
) -> str:
    told = f"<title>{escape(tip)}</title>" if tip else ""
    return (
        f'<text x="{x:.1f}" y="{y:.1f}" fill="{colour}" font-weight="{weight}" '
        f'font-size="{size}" text-anchor="{anchor}">{told}{escape(text)}</text>'
    )
