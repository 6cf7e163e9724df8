"""Facts on a screen: what a page states, how far to trust it, and where it came from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from tilescope.devices.facts import Fact
from tilescope.reports.paint import PLAIN, Paint
from tilescope.reports.wrapping import wrap

SHORT_UNITS = {"controller cycles": "ctrl cycles", "buffer descriptors": "BDs"}
DOUBTED = ("estimate", "assumed")


def fact_lines(
    facts: Mapping[str, Fact],
    sources: Mapping[str, str],
    *,
    width: int = 80,
    notes: bool = False,
    paint: Paint = PLAIN,
) -> list[str]:
    """One line for each value: key, value with its unit, kind, trust, numbers of its sources.

    The sources follow, numbered in the order of their ids. With `notes` each value's note stands
    below it; where a value is a table each of its entries has a line.
    """
    numbers = {identifier: place for place, identifier in enumerate(sorted(sources), 1)}
    rows = []
    for key, fact in facts.items():
        cited = " ".join(str(number) for number in sorted(numbers[i] for i in fact.source))
        for label, value in _entries(key, fact):
            rows.append((label, value, fact, cited))
    key_width = max((len(label) for label, *_ in rows), default=0)
    value_width = max((len(value) for _, value, *_ in rows), default=0)
    lines: list[str] = []
    last: Fact | None = None
    for place, (label, value, fact, cited) in enumerate(rows):
        text = f"{label:<{key_width}} {value:<{value_width}} {fact.kind:<8} {fact.confidence:<6} "
        wrapped = wrap(cited, max(width - len(text), 6)) or [""]
        repeated = fact is last  # a table's passport is said once
        shown = f"{label:<{key_width}} {value}" if repeated else text + wrapped[0]
        lines.append(paint(shown.rstrip(), "warn" if fact.kind in DOUBTED else None))
        if not repeated:
            lines += [" " * len(text) + more for more in wrapped[1:]]
        ends = place + 1 == len(rows) or rows[place + 1][2] is not fact
        if notes and ends and fact.note:
            lines += wrap(fact.note, width, indent="    ", hanging="    ")
        last = fact
    return [*lines, "", *source_lines(sources, width)]


def source_lines(sources: Mapping[str, str], width: int = 80) -> list[str]:
    """The numbered sources."""
    lines = ["Sources"]
    for place, identifier in enumerate(sorted(sources), 1):
        lines += wrap(f"{place:>3} {sources[identifier]}", width, hanging="    ")
    return lines


def facts_json(facts: Mapping[str, Fact]) -> dict[str, Any]:
    """The facts as JSON holds them: every part of every passport."""
    return {key: asdict(fact) for key, fact in facts.items()}


def _entries(key: str, fact: Fact) -> list[tuple[str, str]]:
    unit = SHORT_UNITS.get(fact.unit, fact.unit)
    if isinstance(fact.value, Mapping):
        return [(f"{key}.{name}", f"{value} {unit}".strip()) for name, value in fact.value.items()]
    value = fact.value
    if isinstance(value, (list, tuple)):
        value = " ".join("any" if item == -1 else str(item) for item in value)
    elif isinstance(value, int) and not isinstance(value, bool):
        value = f"{value:,}"
    elif isinstance(value, float):
        value = f"{value:g}" if value < 1000 else f"{value:,}"
    return [(key, f"{value} {unit}".strip())]
