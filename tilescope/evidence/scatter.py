"""Predicted against measured as a small picture: SVG, both axes logarithmic."""

from __future__ import annotations

from collections.abc import Sequence
from math import ceil, floor, log10

from tilescope.evidence.ledger import Entry
from tilescope.evidence.predictions import Prediction

SIDE = 520
MARGIN = 56
COLOURS = {
    "kernel": "#7a5195",
    "transfer": "#003f5c",
    "launch": "#ffa600",
    "host-call": "#bc5090",
    "product": "#2f7ebc",
    "stream": "#4c9f70",
}
BAND = 0.15
TITLE = "Predicted against measured elsewhere"
KEY = f"filled: judged by; hollow: fitted to; solid: equal; dashed: ±{BAND * 100:.0f} %"


def scatter_svg(entries: Sequence[Entry]) -> str:
    """Check rows filled, fit rows hollow, by kind; each in its own unit; lines at ±15 %."""
    points = [
        (entry, entry.answer.value)
        for entry in entries
        if isinstance(entry.answer, Prediction) and entry.answer.kind in COLOURS
    ]
    values = [value for entry, value in points] + [entry.row.value for entry, _ in points]
    low, high = floor(log10(min(values))), ceil(log10(max(values)))

    def place(value: float) -> float:
        return (log10(value) - low) / (high - low) * (SIDE - 2 * MARGIN)

    def x(value: float) -> str:
        return f"{MARGIN + place(value):.1f}"

    def y(value: float) -> str:
        return f"{SIDE - MARGIN - place(value):.1f}"

    lines = [
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{SIDE}" height="{SIDE}" '
        f'viewBox="0 0 {SIDE} {SIDE}" role="img" aria-label="{TITLE}" '
        'font-family="system-ui, sans-serif" font-size="11">',
        f'<rect width="{SIDE}" height="{SIDE}" fill="white"/>',
        f'<text x="{MARGIN}" y="20" font-size="14" font-weight="600">{TITLE}</text>',
        f'<text x="{MARGIN}" y="38" fill="#444">{KEY}</text>',
    ]
    for power in range(low, high + 1):
        at = 10.0**power
        lines += [
            f'<path d="M{x(at)} {y(10.0**low)}V{y(10.0**high)}M{x(10.0**low)} {y(at)}'
            f'H{x(10.0**high)}" stroke="#ddd"/>',
            f'<text x="{x(at)}" y="{SIDE - MARGIN + 16}" text-anchor="middle">{at:,.0f}</text>',
            f'<text x="{MARGIN - 6}" y="{float(y(at)) + 4:.1f}" text-anchor="end">{at:,.0f}</text>',
        ]
    for factor, dash in ((1.0, ""), (1 - BAND, "4 3"), (1 + BAND, "4 3")):
        start, end = 10.0 ** (low + 0.1), 10.0 ** (high - 0.1)
        lines.append(
            f'<path d="M{x(start)} {y(start * factor)}L{x(end)} {y(end * factor)}" '
            f'stroke="#888" stroke-dasharray="{dash}"/>'
        )
    for entry, value in points:
        colour = COLOURS[entry.answer.kind]
        fill = colour if entry.row.role == "check" else "none"
        lines.append(
            f'<circle cx="{x(entry.row.value)}" cy="{y(value)}" r="2.6" fill="{fill}" '
            f'stroke="{colour}"><title>{entry.row.id}: {value:,.4g} predicted, '
            f"{entry.row.value:,.4g} measured</title></circle>"
        )
    for number, (kind, colour) in enumerate(COLOURS.items()):
        top = MARGIN + 14 * number
        lines += [
            f'<circle cx="{MARGIN + 12}" cy="{top}" r="3.5" fill="{colour}"/>',
            f'<text x="{MARGIN + 20}" y="{top + 4}">{kind}</text>',
        ]
    lines += [
        f'<text x="{SIDE / 2}" y="{SIDE - 14}" text-anchor="middle">measured, in the row\'s unit'
        "</text>",
        f'<text x="14" y="{SIDE / 2}" transform="rotate(-90 14 {SIDE / 2})" '
        'text-anchor="middle">predicted</text>',
        "</svg>",
    ]
    return "\n".join(lines) + "\n"
