"""Energy of one call: what a sensor counts while calls follow one another, less its idle share."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache

from tilescope.errors import InputError
from tilescope.profiling.energy.sensors import EnergySensor, spent_uj, usable
from tilescope.runs.counters import Energy

WINDOW_S = 0.25
"""A counter moves once a millisecond, so that a window is known to half a percent."""
SLICE_S = 0.02


@dataclass(frozen=True)
class Idle:
    """A sensor that can be read, and what it shows while nothing is asked of the machine, in W."""

    sensor: EnergySensor
    watts: float


def baseline_energy(call: Callable[[], object], idle: Idle | str) -> Energy:
    """The energy of one call of the baseline; `idle` may be the reason why there is none."""
    if isinstance(idle, str):
        return Energy(of="baseline", missing=idle)
    try:
        watts, seconds, calls = _drawn(idle.sensor, call)
    except (OSError, ValueError, KeyError) as error:
        return Energy(of="baseline", missing=f"{idle.sensor.name} could not be read: {error}")
    uj = (watts - idle.watts) * seconds * 1e6 / calls
    if uj <= 0:
        return Energy(
            of="baseline",
            missing=f"{idle.sensor.name} shows no more than idle ({idle.watts:.3g} W)",
        )
    return Energy(
        of="baseline",
        kind="measured",
        low_uj=uj,
        high_uj=uj,
        source=f"{idle.sensor.name}, {idle.watts:.3g} W idle subtracted, {calls} calls",
    )


@cache
def idle_power() -> Idle | str:
    """The processor's sensor with its idle power, or why there is none; asked once a process."""
    try:
        sensor, reasons = usable("cpu")
        if sensor is None:
            return reasons
        return Idle(sensor, _drawn(sensor, lambda: time.sleep(SLICE_S))[0])
    except (InputError, OSError, ValueError, KeyError) as error:
        return str(error)


def _drawn(sensor: EnergySensor, call: Callable[[], object]) -> tuple[float, float, int]:
    """Average W while calls follow one another for a window, its seconds, and how many there were.

    Counters are read at both ends; power is read after every slice of calls and averaged by time.
    """
    calls, joules = 0, 0.0
    start = previous = time.perf_counter()
    first = sensor.read()
    while (now := time.perf_counter()) - start < WINDOW_S:
        until = now + SLICE_S
        while True:
            call()
            calls += 1
            if time.perf_counter() >= until:
                break
        if first.watts is not None:
            watts = sensor.read().watts or 0.0
            now = time.perf_counter()
            joules += watts * (now - previous)
            previous = now
    if first.watts is None:
        joules = spent_uj(first, sensor.read()) / 1e6
    seconds = time.perf_counter() - start
    return joules / seconds, seconds, calls
