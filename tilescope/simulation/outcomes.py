"""What a simulation found: time, its budget, and what every resource did."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import numpy as np
import numpy.typing as npt

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
    exact fractions of a µs. `spans` has a row for each activity: resource, activity, detail,
    start and end in ticks; resources are numbered as `resources` lists them.
    """

    device_us: Fraction
    elapsed_us: Fraction
    budget_us: dict[str, Fraction]
    kernel_calls: dict[str, int]
    resources: tuple[ResourceUse, ...]
    bytes_read: dict[str, int]
    bytes_written: dict[str, int]
    tick_hz: int
    steps: int
    spans: npt.NDArray[np.int64]

    @property
    def core_calls(self) -> int:
        """Kernel invocations on all cores."""
        return sum(self.kernel_calls.values())


def read_outcome(lowered: Lowered, raw: dict[str, Any]) -> DesignOutcome:
    """The engine's figures with names and units."""
    base = lowered.base
    drained: int = raw["drained"]
    resources = [
        *(
            _use(name, "core", row, drained, lowered)
            for name, row in _zip(lowered.core_names, raw["cores"])
        ),
        *(
            _use(name, "channel", row, drained, lowered)
            for name, row in _zip(lowered.channel_names, raw["channels"])
        ),
        _use("controller", "controller", raw["controller"], drained, lowered),
    ]
    calls: dict[str, int] = {}
    for name, count in _zip(lowered.kernel_names, raw["kernel_calls"]):
        calls[name] = calls.get(name, 0) + count
    return DesignOutcome(
        device_us=base.us(raw["ticks"]),
        elapsed_us=base.us(drained),
        budget_us={term: base.us(ticks) for term, ticks in _zip(list(TERMS), raw["budget"])},
        kernel_calls=calls,
        resources=tuple(resources),
        bytes_read=dict(_zip(lowered.host_names, raw["host_bytes_read"])),
        bytes_written=dict(_zip(lowered.host_names, raw["host_bytes_written"])),
        tick_hz=base.tick_hz,
        steps=raw["steps"],
        spans=raw["spans"],
    )


def _zip(names: list[str], rows: list[Any]) -> list[tuple[str, Any]]:
    return list(zip(names, rows, strict=True))


def _use(name: str, kind: str, row: dict[str, Any], drained: int, lowered: Lowered) -> ResourceUse:
    base = lowered.base
    waiting = {cause: base.us(t) for cause, t in _zip(list(CAUSES), row["waiting"]) if t}
    idle = drained - row["busy"] - sum(row["waiting"])
    return ResourceUse(name, kind, base.us(row["busy"]), waiting, base.us(idle), row["bytes"])
