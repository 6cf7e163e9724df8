"""Sensors of power and energy, found by entry point: each reads what one thing exposes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, Protocol

from tilescope import plugins

GROUP = "tilescope.energy_sensors"

Subject = Literal["cpu", "npu", "gpu"]


@dataclass(frozen=True)
class Reading:
    """Counters of energy in µJ by name, each with where it begins anew; or power in W, now."""

    uj: Mapping[str, tuple[float, float | None]] | None = None
    watts: float | None = None


class EnergySensor(Protocol):
    """One way to learn what a part of a machine draws."""

    @property
    def name(self) -> str:
        """What it is called in a run file."""

    @property
    def subject(self) -> Subject:
        """What draws the energy."""

    def available(self) -> str | None:
        """None where it can be read, else why not, with the remedy where there is one."""

    def read(self) -> Reading:
        """What it says now; OSError where it says nothing any more."""


def sensors(subject: Subject) -> list[EnergySensor]:
    """The sensors of a part of the machine, by name.

    Raises:
        InputError: one that is installed cannot be imported.
    """
    found: list[EnergySensor] = [factory() for factory in plugins.load(GROUP).values()]
    return [sensor for sensor in found if sensor.subject == subject]


def usable(subject: Subject) -> tuple[EnergySensor | None, str]:
    """The first sensor that can be read, or None and the reasons of all."""
    reasons = []
    for sensor in sensors(subject):
        reason = sensor.available()
        if reason is None:
            return sensor, ""
        reasons.append(f"{sensor.name}: {reason}")
    return None, "; ".join(reasons) or "no sensor is installed"


def spent_uj(before: Reading, after: Reading) -> float:
    """Energy between two readings of counters; one that began anew meanwhile is followed once."""
    total = 0.0
    for name, (start, around) in (before.uj or {}).items():
        end = (after.uj or {})[name][0]
        total += end - start + (around if end < start and around is not None else 0.0)
    return total
