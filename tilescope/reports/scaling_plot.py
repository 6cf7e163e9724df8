"""Time and rate over the rows of a product, as a picture: SVG, axes logarithmic."""

from __future__ import annotations

import html
import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from xml.sax.saxutils import quoteattr

from tilescope.profiling.crossovers import Crossover, find_crossover
from tilescope.quantities.units import format_count, format_us, significant
from tilescope.reports.scaling import crossover_text, together
from tilescope.runs.models import Case, Run

WIDTH, HEIGHT = 460, 330
LEFT, RIGHT, TOP, BOTTOM = 66, 16, 46, 44
SIZE = (2 * WIDTH, HEIGHT + 26)
NPU, TORCH, BAND = "#2f7ebc", "#d1692b", "#9a9a9a"


@dataclass(frozen=True)
class _Curve:
    """A line of a panel; low and high shade an interval around it."""

    label: str
    colour: str
    values: Sequence[float]
    low: Sequence[float] | None = None
    high: Sequence[float] | None = None


def scaling_svg(run: Run) -> str:
    """Two panels beside each other, the cases of a point added up; the crossover as a band."""
    points = together(run.cases)
    rows = [point[0].shape.m for point in points]
    crossover = find_crossover(points)
    work = [sum(2 * c.shape.m * c.shape.n * c.shape.k for c in point) for point in points]
    times = _times(points)
    rates = [
        _Curve(c.label, c.colour, [w / us / 1e3 for w, us in zip(work, c.values, strict=True)])
        for c in times
    ]
    case = run.cases[0]
    names = list(dict.fromkeys(c.name.split(".s")[0].split(".b")[0] for c in run.cases))
    who = names[0] if len(names) == 1 else f"{len(names)} projections together"
    title = f"{who}, {case.dtype}, {case.mapping.family} on {case.device} ({case.npu_us.kind})"
    text = f"NPU faster than PyTorch: {crossover_text(crossover)}" if crossover else ""
    width, height = SIZE
    body = [
        *_panel(0, "time", rows, times, crossover, format_us),
        *_panel(WIDTH, "10⁹ operations/s", rows, rates, crossover, significant),
    ]
    return "\n".join(
        [
            f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}" '
            f'viewBox="0 0 {width} {height}" role="img" aria-label={quoteattr(title)} '
            'font-family="system-ui, sans-serif" font-size="11">',
            f'<rect width="{width}" height="{height}" fill="white"/>',
            f'<text x="{LEFT}" y="18" font-size="14" font-weight="600">{html.escape(title)}</text>',
            f'<text x="{LEFT}" y="{HEIGHT + 14}" fill="#444">{html.escape(text)}</text>',
            *body,
            "</svg>\n",
        ]
    )


def _times(points: Sequence[Sequence[Case]]) -> list[_Curve]:
    npu = [sum(case.npu_us.median for case in point) for point in points]
    low = high = None
    if all(case.interval_us for point in points for case in point):
        low = [sum(c.interval_us.low for c in point if c.interval_us) for point in points]
        high = [sum(c.interval_us.high for c in point if c.interval_us) for point in points]
    curves = [_Curve(f"NPU ({points[0][0].npu_us.kind})", NPU, npu, low, high)]
    if all(case.baseline_us for point in points for case in point):
        baselines = [[c.baseline_us for c in point if c.baseline_us] for point in points]
        medians = [sum(one.median for one in point) for point in baselines]
        least = [sum(one.min for one in point) for point in baselines]
        most = [sum(one.p95 for one in point) for point in baselines]
        curves.append(_Curve("PyTorch (measured, min to p95)", TORCH, medians, least, most))
    return curves


def _panel(
    offset: int,
    what: str,
    rows: Sequence[int],
    curves: Sequence[_Curve],
    crossover: Crossover | None,
    write: Callable[[float], str],
) -> list[str]:
    """One panel: grid, band of the crossover, curves, legend."""
    values = [v for c in curves for part in (c.values, c.low, c.high) if part for v in part]
    x = _scale(min(rows), max(rows), offset + LEFT, offset + WIDTH - RIGHT)
    y = _scale(min(values), max(values), HEIGHT - BOTTOM, TOP)
    lines = _grid(x, y, rows, values, write)
    bottom = HEIGHT - BOTTOM
    lines.append(f'<text x="{offset + LEFT}" y="{TOP - 10}" fill="#444">{html.escape(what)}</text>')
    if crossover and crossover.rows and crossover.low is not None and crossover.high is not None:
        start = x(min(max(crossover.low, min(rows)), max(rows)))
        end = x(min(max(crossover.high, min(rows)), max(rows)))
        lines.append(
            f'<rect x="{start:.1f}" y="{TOP}" width="{max(end - start, 0.5):.1f}" '
            f'height="{bottom - TOP}" fill="{BAND}" opacity="0.25"/>'
        )
    if crossover and crossover.rows:
        lines.append(
            f'<path d="M{x(crossover.rows):.1f} {TOP}V{bottom}" stroke="{BAND}" '
            'stroke-dasharray="4 3"/>'
        )
    at = offset + WIDTH - RIGHT
    for curve in curves:
        lines += _curve(curve, rows, x, y)
    for curve in reversed(curves):
        lines.append(
            f'<text x="{at}" y="{TOP - 10}" text-anchor="end" fill="{curve.colour}">'
            f"{html.escape(curve.label)}</text>"
        )
        at -= 6 * len(curve.label) + 8
    return lines


def _curve(
    curve: _Curve,
    rows: Sequence[int],
    x: Callable[[float], float],
    y: Callable[[float], float],
) -> list[str]:
    def path(values: Sequence[float], where: Sequence[int]) -> str:
        return "L".join(f"{x(m):.1f} {y(v):.1f}" for m, v in zip(where, values, strict=True))

    lines = []
    if curve.low and curve.high:
        back = path(list(reversed(curve.low)), list(reversed(rows)))
        lines.append(
            f'<path d="M{path(curve.high, rows)}L{back}Z" fill="{curve.colour}" opacity="0.18"/>'
        )
    lines.append(
        f'<path d="M{path(curve.values, rows)}" fill="none" stroke="{curve.colour}" '
        'stroke-width="1.6"/>'
    )
    lines += [
        f'<circle cx="{x(m):.1f}" cy="{y(v):.1f}" r="2.6" fill="{curve.colour}"/>'
        for m, v in zip(rows, curve.values, strict=True)
    ]
    return lines


def _grid(
    x: Callable[[float], float],
    y: Callable[[float], float],
    rows: Sequence[int],
    values: Sequence[float],
    write: Callable[[float], str],
) -> list[str]:
    lines = []
    left, right = x(min(rows)), x(max(rows))
    low, high = y(min(values)), y(max(values))
    for value in _ticks(min(values), max(values)):
        at = y(value)
        lines += [
            f'<path d="M{left:.1f} {at:.1f}H{right:.1f}" stroke="#ddd"/>',
            f'<text x="{left - 6:.1f}" y="{at + 4:.1f}" text-anchor="end">'
            f"{html.escape(write(value))}</text>",
        ]
    last = -math.inf
    for m in rows:
        lines.append(f'<path d="M{x(m):.1f} {low:.1f}V{high:.1f}" stroke="#eee"/>')
        if x(m) - last > 34:
            last = x(m)
            lines.append(
                f'<text x="{last:.1f}" y="{HEIGHT - BOTTOM + 16}" text-anchor="middle">'
                f"{format_count(m)}</text>"
            )
    middle = (left + right) / 2
    lines.append(
        f'<text x="{middle:.1f}" y="{HEIGHT - BOTTOM + 32}" text-anchor="middle" fill="#444">'
        "M, rows (batch · tokens)</text>"
    )
    return lines


def _ticks(low: float, high: float) -> list[float]:
    """Round values between the ends: powers of ten, and 2 and 5 of each where those are few."""
    powers = range(math.floor(math.log10(low)), math.ceil(math.log10(high)) + 1)
    steps = (1, 2, 5) if high / low < 1000 else (1,)
    values = [step * 10.0**power for power in powers for step in steps]
    return [value for value in values if low <= value <= high]


def _scale(low: float, high: float, start: float, end: float) -> Callable[[float], float]:
    """Places a value on a logarithmic axis; a single value stands in the middle."""
    if high <= low:
        return lambda value: (start + end) / 2
    reach = math.log(high / low)
    return lambda value: start + (end - start) * math.log(value / low) / reach
