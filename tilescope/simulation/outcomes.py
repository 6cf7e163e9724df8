"""What a simulation found: time, its budget, and what every resource did."""

from __future__ import annotations

from dataclasses import dataclass, field
from fractions import Fraction
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt

from tilescope.runs.terms import ARRAY_TERMS
from tilescope.simulation.clocks import TimeBase
from tilescope.simulation.lowering import Lowered

CAUSES = ("buffer_empty", "buffer_full", "stream", "ddr", "task_queue", "token")
ACTIVITIES = ("call", "overhead", "transfer", "setup", "wait", "issue", "token")
GIVEN, TAKEN, FILLED = range(3)  # what becomes of objects


def _none(columns: int) -> npt.NDArray[np.int64]:
    return np.empty((0, columns), dtype=np.int64)


@dataclass(frozen=True)
class Notes:
    """What the engine noted beside its figures; a table that was not asked for is empty.

    subjects: for each span the bytes of a transfer or the lock of a wait (-1), and the ticks that
    DDR kept a transfer below its port; links: pairs of spans, of which the second used what the
    first brought or started; objects: lock, kind, count and tick, each lock in the order of time;
    where steady states were repeated, the ticks are those of one stretch. ddr: tick, and the bytes
    in 2^30 ticks that are read and written from then on.
    """

    subjects: npt.NDArray[np.int64] = field(default_factory=lambda: _none(2))
    links: npt.NDArray[np.int64] = field(default_factory=lambda: _none(2))
    objects: npt.NDArray[np.int64] = field(default_factory=lambda: _none(4))
    ddr: npt.NDArray[np.int64] = field(default_factory=lambda: _none(3))


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

    lowered: Lowered = field(repr=False)
    ticks: int
    drained_ticks: int
    budget_ticks: tuple[int, ...]
    calls: tuple[int, ...]  # by kernel, as `lowered` names them
    host_read: tuple[int, ...]  # bytes, by host buffer
    host_written: tuple[int, ...]
    usage: npt.NDArray[np.int64]
    steps: int
    extrapolated_steps: int
    spans: npt.NDArray[np.int64]
    notes: Notes = field(default_factory=Notes, repr=False)

    @property
    def base(self) -> TimeBase:
        """The unit of time of every tick here."""
        return self.lowered.base

    @cached_property
    def device_us(self) -> Fraction:
        """First controller instruction to last token."""
        return self.base.us(self.ticks)

    @cached_property
    def elapsed_us(self) -> Fraction:
        """Until the last resource stood still, at least `device_us`."""
        return self.base.us(self.drained_ticks)

    @cached_property
    def budget_us(self) -> dict[str, Fraction]:
        """`device_us` by term."""
        return {
            term: self.base.us(ticks)
            for term, ticks in zip(ARRAY_TERMS, self.budget_ticks, strict=True)
        }

    @cached_property
    def kernel_calls(self) -> dict[str, int]:
        """Invocations by kernel name, on all cores."""
        calls: dict[str, int] = {}
        for name, count in zip(self.lowered.kernel_names, self.calls, strict=True):
            calls[name] = calls.get(name, 0) + count
        return calls

    @cached_property
    def bytes_read(self) -> dict[str, int]:
        """Bytes that left each host buffer."""
        return dict(zip(self.lowered.host_names, self.host_read, strict=True))

    @cached_property
    def bytes_written(self) -> dict[str, int]:
        """Bytes that arrived in each host buffer."""
        return dict(zip(self.lowered.host_names, self.host_written, strict=True))

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
        names = (
            *((name, "core") for name in self.lowered.core_names),
            *((name, "channel") for name in self.lowered.channel_names),
            ("controller", "controller"),
        )
        return tuple(
            _use(name, kind, row, self.elapsed_us, self.base)
            for (name, kind), row in zip(names, self.usage.tolist(), strict=True)
        )


def read_outcome(lowered: Lowered, raw: dict[str, Any]) -> DesignOutcome:
    """The engine's figures; names and units are added when they are asked for."""
    return DesignOutcome(
        lowered=lowered,
        ticks=raw["ticks"],
        drained_ticks=raw["drained"],
        budget_ticks=tuple(raw["budget"]),
        calls=tuple(raw["kernel_calls"]),
        host_read=tuple(raw["host_bytes_read"]),
        host_written=tuple(raw["host_bytes_written"]),
        usage=raw["usage"],
        steps=raw["steps"],
        extrapolated_steps=raw["extrapolated_steps"],
        spans=raw["spans"],
        notes=Notes(
            **{name: raw[name] for name in ("subjects", "links", "objects", "ddr") if name in raw}
        ),
    )


def _use(name: str, kind: str, row: list[int], elapsed: Fraction, base: TimeBase) -> ResourceUse:
    busy, *waiting, _last, moved = row
    waits = {cause: base.us(ticks) for cause, ticks in zip(CAUSES, waiting, strict=True) if ticks}
    idle = elapsed - base.us(busy + sum(waiting))
    return ResourceUse(name, kind, base.us(busy), waits, idle, moved)
