"""A design as tilescope understood it, and what simulating it gave."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from tilescope.designs.ir import Design, DmaTask
from tilescope.devices.device import Device
from tilescope.kernels.contract import Kernel
from tilescope.quantities.dtypes import dtype_bytes
from tilescope.quantities.units import format_bytes, format_count, format_us
from tilescope.reports.bounds import gap, limit_name, percent
from tilescope.reports.budget import closing_percentages, meaning, short
from tilescope.reports.tables import Column, beside, table, table_width
from tilescope.reports.whatif import changes_line
from tilescope.reports.wrapping import wrap
from tilescope.runs.limits import Bound, Change, Limit
from tilescope.simulation.needs import resource_needs
from tilescope.simulation.outcomes import DesignOutcome


@dataclass(frozen=True)
class HostPart:
    """What a launch costs beside the array under a runtime."""

    runtime: str
    launch_us: float  # submission, mailbox, wake-up, the runtime's residual
    host_us: float  # copies and syncs of the host's buffers


@dataclass(frozen=True)
class SimulatedDesign:
    """A design read from a file, with what it was run on and what came of it.

    `stated` are functions whose cycles a costs file states; `outputs` are the host buffers that
    data arrived in, by a digest of their bytes, None where no data moved; `changed` is what of
    the device was set otherwise.
    """

    file: str
    array: str
    design: Design
    device: Device
    stated: tuple[str, ...]
    outcome: DesignOutcome | None = None
    outputs: dict[str, str] | None = None
    notes: tuple[str, ...] = field(default=())
    host: HostPart | None = None
    changed: tuple[Change, ...] = ()


def outcome_text(read: SimulatedDesign, *, width: int = 80) -> str:
    """How long the design took, what that was spent on, and what is not known.

    Sentences are no wider than `width`; tables are as wide as their names.
    """
    outcome = read.outcome
    if outcome is None:
        return ""
    budget = {term: us for term, us in outcome.budget_us.items() if us > 0}
    shares = closing_percentages([float(us) for us in budget.values()])
    columns = [
        Column("spent on", [short(term) for term in budget], left=True),
        Column("time", [format_us(float(us)) for us in budget.values()]),
        Column("%", shares),
    ]
    meanings = [meaning(term) for term in budget]
    whole = [*columns, Column("", meanings, left=True)]
    fits = table_width(whole) <= width
    told = [
        f"{read.design.name} on {read.device.name}: {format_us(float(outcome.device_us))} "
        f"simulated, {format_count(cycles(outcome))} cycles at {read.device.clock_mhz:,} MHz",
        *([changes_line(read.changed)] if read.changed else []),
        *_bound_line(bound_of(read)),
        _host_line(read, float(outcome.device_us)),
    ]
    lines = [
        *_sentences(told, width),
        "",
        *(table(whole) if fits else beside(table(columns), meanings, width)),
    ]
    if read.outputs is not None:
        written = outcome.bytes_written
        sizes = {buffer.name: buffer.host_bytes for buffer in read.design.host_buffers}
        digests = [
            f"{name}: {format_bytes(written[name])} written to {format_bytes(sizes[name])}, "
            f"digest {digest}"
            for name, digest in read.outputs.items()
        ]
        lines += ["", *_sentences(digests, width)]
    lines += ["", *_sentences(read.notes, width)] if read.notes else []
    return "\n".join(lines) + "\n"


def _sentences(told: Sequence[str], width: int) -> list[str]:
    return [line for text in told for line in wrap(text, width, hanging="  ")]


def bound_of(read: SimulatedDesign) -> Bound | None:
    """The resource of a design that needs most of its time; None before it was simulated."""
    if read.outcome is None:
        return None
    needs = resource_needs(read.design, read.device, read.outcome)
    if not needs:
        return None
    most = max(needs, key=lambda need: need.us)
    limits = tuple(Limit(by=need.by, us=need.us, basis=need.basis) for need in needs)
    gap_us = max(0.0, float(read.outcome.device_us) - most.us)
    return Bound(by=most.by, us=most.us, gap_us=gap_us, limits=limits)


def _bound_line(bound: Bound | None) -> list[str]:
    if bound is None:
        return []
    basis = next(limit.basis for limit in bound.limits if limit.by == bound.by)
    share = percent(bound.us / (bound.us + bound.gap_us))
    told = (
        f"Bound by {limit_name(bound.by)} ({basis}): at least {format_us(bound.us)}, "
        f"gap {gap(bound.gap_us)}, {share} of the bound reached"
    )
    return [told]


def _host_line(read: SimulatedDesign, device_us: float) -> str:
    host = read.host
    if host is None:
        return "The device alone: what a host pays for a launch is not in it (--runtime)."
    total = device_us + host.launch_us + host.host_us
    return (
        f"A launch under {host.runtime} takes {format_us(total)}: {format_us(host.launch_us)} to "
        f"launch, {format_us(host.host_us)} of the host's copies and syncs, and the device."
    )


def content(read: SimulatedDesign) -> dict[str, Any]:
    """What was understood and found, for JSON; times are µs, sizes bytes."""
    design, outcome = read.design, read.outcome
    found: dict[str, Any] = {
        "file": read.file,
        "design": design.name,
        "array": read.array,
        "device": read.device.name,
        "cores": len(design.cores),
        "fifos": [
            {
                "name": fifo.name,
                "producer": str(fifo.producer),
                "consumers": [str(tile) for tile in fifo.consumers],
                "object_bytes": fifo.object_bytes,
                "producer_depth": fifo.producer_depth,
                "consumer_depth": fifo.consumer_depth,
            }
            for fifo in design.fifos
        ],
        "flows": [
            {
                "source": str(stream.source),
                "targets": [str(port) for port in stream.targets],
                "packet": stream.packet,
            }
            for stream in design.streams
        ],
        "buffers": [
            {"name": buffer.name, "tile": str(buffer.tile), "bytes": buffer.object_bytes}
            for buffer in design.buffers
        ],
        "locks": [
            {"name": lock.name, "tile": str(lock.tile), "initial": lock.initial}
            for lock in design.locks
        ],
        "shim_bytes": shim_bytes(design),
        "kernels": [kernel.symbol for kernel in kernels_of(design)],
        "stated_costs": list(read.stated),
        "notes": list(read.notes),
    }
    if outcome is not None:
        found |= {
            "kind": "simulated",
            "cycles": cycles(outcome),
            "clock_mhz": read.device.clock_mhz,
            "device_us": float(outcome.device_us),
            "budget_us": {term: float(us) for term, us in outcome.budget_us.items()},
            "bound": bound.model_dump(exclude_none=True) if (bound := bound_of(read)) else None,
            "changed": [change.model_dump() for change in read.changed],
            "core_calls": outcome.kernel_calls,
            "channels": [
                {"name": use.name, "bytes": use.moved_bytes, "busy_us": float(use.busy_us)}
                for use in outcome.resources
                if use.kind == "channel"
            ],
            "bytes_read": outcome.bytes_read,
            "bytes_written": outcome.bytes_written,
        }
        if read.host is not None:
            found |= {
                "runtime": read.host.runtime,
                "launch_us": read.host.launch_us,
                "host_us": read.host.host_us,
                "npu_us": float(outcome.device_us) + read.host.launch_us + read.host.host_us,
            }
    if read.outputs is not None:
        found["outputs"] = read.outputs
    return found


def cycles(outcome: DesignOutcome) -> int:
    """Cycles of the array's clock until the last token, the last one begun counted."""
    exact = outcome.base.cycles(outcome.ticks)
    return -(-exact.numerator // exact.denominator)


def shim_bytes(design: Design) -> dict[str, int]:
    """Bytes that a launch moves through each FIFO or channel that begins or ends at a shim."""
    moved: Counter[str] = Counter()
    hosts = {buffer.name: buffer for buffer in design.host_buffers}
    for task in design.started:
        if isinstance(task, DmaTask):
            moved[task.fifo] += task.elements * dtype_bytes(hosts[task.buffer].dtype)
            continue
        for one in task.descriptors:
            if one.in_host:
                moved[str(task.port)] += one.elements * dtype_bytes(hosts[one.buffer].dtype)
    names = (*(fifo.name for fifo in design.fifos), *dict.fromkeys(moved))
    return {name: moved[name] for name in names if name in moved}


def kernels_of(design: Design) -> list[Kernel]:
    """The kernels that any core calls, each once."""
    found = {call.kernel.symbol: call.kernel for core in design.cores for call in core.calls()}
    return list(found.values())
