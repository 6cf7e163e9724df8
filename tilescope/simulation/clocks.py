"""One unit of time that divides every clock of a device, so that no cycle is ever rounded."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from math import lcm

from tilescope.devices.device import Device


@dataclass(frozen=True)
class TimeBase:
    """Ticks a second, and how many ticks a cycle of either clock takes."""

    tick_hz: int
    array_ticks: int
    controller_ticks: int

    @classmethod
    def of(cls, device: Device) -> TimeBase:
        """The coarsest base in which both clocks of a device have whole cycles."""
        mhz = lcm(device.clock_mhz, device.controller_clock_mhz)
        return cls(
            tick_hz=mhz * 1_000_000,
            array_ticks=mhz // device.clock_mhz,
            controller_ticks=mhz // device.controller_clock_mhz,
        )

    def us(self, ticks: int) -> Fraction:
        """Ticks as microseconds, exactly."""
        return Fraction(ticks * 1_000_000, self.tick_hz)

    def cycles(self, ticks: int) -> Fraction:
        """Ticks as cycles of the array clock, exactly."""
        return Fraction(ticks, self.array_ticks)
