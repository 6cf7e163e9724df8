"""Devices on a screen and as JSON."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from tilescope.devices.device import Device
from tilescope.reports.facts import fact_lines, facts_json
from tilescope.reports.paint import PLAIN, Paint
from tilescope.reports.tables import Column, table
from tilescope.reports.wrapping import wrap


def device_list(
    devices: Sequence[Device], runtimes: Mapping[str, Sequence[str]], *, width: int = 80
) -> str:
    """One row for each device; `runtimes` names those that have launch costs on it."""
    columns = [
        Column("name", [device.name for device in devices], left=True),
        Column("core", [device.generation for device in devices], left=True),
        Column("cores", [f"{device.columns}×{device.core_rows}" for device in devices]),
        Column("MHz", [str(device.clock_mhz) for device in devices]),
        Column("DDR\nGB/s", [f"{device.ddr_gbps:g}" for device in devices]),
        Column("launch costs under", [_names(runtimes[d.name]) for d in devices], left=True),
    ]
    lines = table(columns)
    narrow = max(len(line) for line in lines) > width
    if narrow:
        lines = table(columns[:-1])
        lines += ["", "Launch costs"]
        for device in devices:
            text = f"{device.name}: {_names(runtimes[device.name])}"
            lines += wrap(text, width, indent="  ", hanging="    ")
    return "\n".join([*lines, ""])


def device_page(
    device: Device,
    sources: Mapping[str, str],
    runtimes: Sequence[str],
    *,
    width: int = 80,
    notes: bool = False,
    paint: Paint = PLAIN,
) -> str:
    """Everything that is stated of a device, with kinds, trust and sources."""
    lines = [
        *(paint(line, "strong") for line in wrap(f"{device.name}: {device.title}", width)),
        *wrap(f"Launch costs under {_names(runtimes)}", width, hanging="    "),
    ]
    if device.machine != device.name:
        lines.append(f"A power mode of {device.machine}, whose launch costs it keeps")
    lines += ["", *fact_lines(device.facts, sources, width=width, notes=notes, paint=paint)]
    return "\n".join([*lines, ""])


def device_json(
    device: Device, sources: Mapping[str, str], runtimes: Sequence[str]
) -> dict[str, Any]:
    """A device with its facts, sources and runtimes."""
    return {
        "name": device.name,
        "title": device.title,
        "machine": device.machine,
        "runtimes": list(runtimes),
        "facts": facts_json(device.facts),
        "sources": dict(sources),
    }


def _names(names: Sequence[str]) -> str:
    return ", ".join(names) or "no runtime"
