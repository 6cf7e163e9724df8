"""Runtimes on a screen and as JSON."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from tilescope.quantities.units import format_us
from tilescope.reports.facts import fact_lines, facts_json
from tilescope.reports.paint import PLAIN, Paint
from tilescope.reports.tables import Column, table
from tilescope.reports.wrapping import wrap
from tilescope.targets.costs import RuntimeCosts

STATISTIC = {"avg": "on average", "median": "at the median", "min": "at best"}
CONDITIONS = {"alternating": " (where a plan has two designs)", "power_mode": ""}


def runtime_list(costs: Sequence[RuntimeCosts], *, width: int = 80) -> str:
    """One row for each runtime and device that has data."""
    columns = [
        Column("name", [cost.name for cost in costs], left=True),
        Column("device", [cost.device for cost in costs], left=True),
        Column("smallest\nlaunch", [format_us(float(cost.floor_us)) for cost in costs]),
        Column("of", [cost.statistic for cost in costs], left=True),
        Column("set-up", [format_us(float(cost.setup_us)) for cost in costs]),
        Column("a launch pays for", [_pays(cost) for cost in costs], left=True),
    ]
    lines = table(columns)
    if max(len(line) for line in lines) > width:
        lines = table(columns[:-1])
    return "\n".join([*lines, ""])


def runtime_page(
    costs: Sequence[RuntimeCosts],
    statistics: Sequence[Sequence[str]],
    *,
    width: int = 80,
    notes: bool = False,
    paint: Paint = PLAIN,
) -> str:
    """Everything that is stated of a runtime, device by device.

    `costs` are those of one runtime, at the default statistic of each device; `statistics` names
    for each what NAME:STATISTIC may ask for.
    """
    first = costs[0]
    lines = [
        paint(f"{first.name}: {first.title}", "strong"),
        *wrap(first.summary, width, hanging="  "),
    ]
    for cost, offered in zip(costs, statistics, strict=True):
        clock = "submit and wait" if cost.floor_covers == "launch" else "the whole call"
        others = [f"{cost.name}:{name}" for name in offered if name != cost.statistic]
        said = (
            f"Smallest launch {format_us(float(cost.floor_us))} {STATISTIC[cost.statistic]}, timed "
            f"around {clock}" + (f"; others: {', '.join(others)}" if others else "")
        )
        lines += ["", paint(f"On {cost.device}", "strong")]
        lines += wrap(said, width, hanging="  ")
        for key, note in cost.notes.items():
            text = f"Note: {note}{CONDITIONS.get(key, '')}"
            lines += wrap(text, width, hanging="  ")
        lines.append("")
        lines += fact_lines(cost.facts, cost.sources, width=width, notes=notes, paint=paint)
    return "\n".join([*lines, ""])


def runtime_json(cost: RuntimeCosts, statistics: Sequence[str]) -> dict[str, Any]:
    """A runtime on one device, with its facts and sources."""
    return {
        "name": cost.name,
        "title": cost.title,
        "summary": cost.summary,
        "device": cost.device,
        "default_statistic": cost.default_statistic,
        "statistics": list(statistics),
        "floor_covers": cost.floor_covers,
        "steps": list(cost.steps),
        "notes": dict(cost.notes),
        "facts": facts_json(cost.facts),
        "sources": dict(cost.sources),
    }


def _pays(cost: RuntimeCosts) -> str:
    parts = ["new process"] if cost.call_us else []
    if any("sync" in step for step in cost.steps):
        parts.append("syncs")
    if any("copy" in step for step in cost.steps):
        parts.append("files" if cost.call_us else "copies")
    return ", ".join([*parts, "submit, wait"])
