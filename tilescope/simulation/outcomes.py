"""What a simulation found: time, its budget, and what every resource did."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt

from tilescope.simulation.clocks import TimeBase
from tilescope.simulation.lowering import Lowered

TERMS = (
    "issue",
    "compute",
    "core_overhead",
    "shim_port",
    "mem_tile_port",
    "core_dma",
    "ddr",
    "sync",
)
CAUSES = ("buffer_empty", "buffer_full", "stream", "ddr", "task_queue", "token")
ACTIVITIES = ("call", "overhead", "transfer", "setup", "wait", "issue", "token")


@dataclass(frozen=True)
class ResourceUse:
    """One resource of the array over a launch: busy + waiting + idle = elapsed, in µs."""

    name: str
    kind: str  # core, channel or controller
    busy_us: Fraction
    waiting_us: dict[str, Fraction]
    idle_us: Fraction
    moved_bytes: int

    @property
    def elapsed_us(self) -> Fraction:
        """Busy, waiting and idle together."""
        return self.busy_us + sum(self.waiting_us.values(), Fraction(0)) + self.idle_us


@dataclass(frozen=True)
class DesignOutcome:
    """One launch of one design.

    `budget_us` splits `device_us` by what the path to the last token was spent on; times are
    exact fractions of a µs. `usage` holds the engine's ticks for each resource, `spans` a row for
    each activity: resource, activity, detail, start and end in ticks; resources are numbered as
    `resources` lists them. `steps` were evaluated one by one, `extrapolated_steps` added by
    repeating a steady state.
    """

    base: TimeBase
    device_us: Fraction
    elapsed_us: Fraction
    budget_us: dict[str, Fraction]
    kernel_calls: dict[str, int]
    bytes_read: dict[str, int]
    bytes_written: dict[str, int]
    names: tuple[tuple[str, str], ...]  # of the resources, with their kind
    usage: npt.NDArray[np.int64]
    steps: int
    extrapolated_steps: int
    spans: npt.NDArray[np.int64]

    @property
    def tick_hz(self) -> int:
        """Ticks a second."""
        return self.base.tick_hz

    @property
    def core_calls(self) -> int:
        """Kernel invocations on all cores."""
        return sum(self.kernel_calls.values())

    @cached_property
    def resources(self) -> tuple[ResourceUse, ...]:
        """What every core, channel and the controller did until the last of them stood still."""
        return tuple(
            _use(name, kind, row, self.elapsed_us, self.base)
            for (name, kind), row in zip(self.names, self.usage.tolist(), strict=True)
        )


def read_outcome(lowered: Lowered, raw: dict[str, Any]) -> DesignOutcome:
    """The engine's figures with names and units."""
    base = lowered.base
    names = (
        *((name, "core") for name in lowered.core_names),
        *((name, "channel") for name in lowered.channel_names),
        ("controller", "controller"),
    )
    calls: dict[str, int] = {}
    for name, count in _zip(lowered.kernel_names, raw["kernel_calls"]):
        calls[name] = calls.get(name, 0) + count
    return DesignOutcome(
        base=base,
        device_us=base.us(raw["ticks"]),
        elapsed_us=base.us(raw["drained"]),
        budget_us={term: base.us(ticks) for term, ticks in _zip(list(TERMS), raw["budget"])},
        kernel_calls=calls,
        bytes_read=dict(_zip(lowered.host_names, raw["host_bytes_read"])),
        bytes_written=dict(_zip(lowered.host_names, raw["host_bytes_written"])),
        names=names,
        usage=raw["usage"],
        steps=raw["steps"],
        extrapolated_steps=raw["extrapolated_steps"],
        spans=raw["spans"],
    )


def _zip(names: list[str], rows: list[Any]) -> list[tuple[str, Any]]:
    return list(zip(names, rows, strict=True))


def _use(name: str, kind: str, row: list[int], elapsed: Fraction, base: TimeBase) -> ResourceUse:
    busy, *waiting, _last, moved = row
    waits = {cause: base.us(ticks) for cause, ticks in zip(CAUSES, waiting, strict=True) if ticks}
    idle = elapsed - base.us(busy + sum(waiting))
    return ResourceUse(name, kind, base.us(busy), waits, idle, moved)
