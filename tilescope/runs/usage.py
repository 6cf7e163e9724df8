"""What each resource of a launch did in all: busy, waiting by cause and idle."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class ResourceUse:
    """One core, channel or the controller over a launch: busy + waiting + idle = elapsed, in µs.

    kind: core, channel or controller; waiting_us: by cause, those that took time; moved_bytes:
    what passed a channel.
    """

    name: str
    kind: str
    busy_us: float
    waiting_us: Mapping[str, float]
    idle_us: float
    moved_bytes: int = 0

    @property
    def elapsed_us(self) -> float:
        """Busy, waiting and idle together."""
        return math.fsum((self.busy_us, *self.waiting_us.values(), self.idle_us))


def encode_uses(uses: tuple[ResourceUse, ...]) -> list[list[Any]]:
    """A row for each resource."""
    return [
        [use.name, use.kind, use.busy_us, dict(use.waiting_us), use.idle_us, use.moved_bytes]
        for use in uses
    ]


def decode_uses(rows: list[list[Any]]) -> tuple[ResourceUse, ...]:
    """The resources of those rows; raises ValueError or TypeError where a row is no such row."""
    return tuple(_decode(*row) for row in rows)


def _decode(
    name: str,
    kind: str,
    busy_us: float,
    waiting_us: Mapping[str, float],
    idle_us: float,
    moved: int,
) -> ResourceUse:
    waits = {str(cause): amount(us) for cause, us in waiting_us.items()}
    return ResourceUse(str(name), str(kind), amount(busy_us), waits, amount(idle_us), int(moved))


def amount(value: Any) -> float:
    """A time or a share that was written to a file; ValueError where it is not one."""
    number = float(value)
    if not 0 <= number < math.inf:
        raise ValueError(f"{value!r} is no amount")
    return number
