"""Figures over the time of a launch: DDR's traffic, cores at work, bytes that memories hold."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from tilescope.devices.device import Device
from tilescope.runs.series import Numbers, Series, changes
from tilescope.simulation.occupancy import Holding, occupancy
from tilescope.simulation.outcomes import ACTIVITIES, DesignOutcome

RATE_TICKS = 2**30  # what the engine counts DDR's bytes by
CALL = ACTIVITIES.index("call")


def series_of(outcome: DesignOutcome, device: Device) -> Iterator[Series]:
    """The series of an outcome with spans: DDR's in GB/s, active cores, held bytes by tile."""
    hz = outcome.tick_hz
    ticks, *rates = outcome.notes.ddr.T
    for name, rate in zip(("ddr_read", "ddr_write"), rates, strict=True):
        moments, counts = _changing(ticks, rate)
        gbps = hz / RATE_TICKS / 1e9
        yield Series(name, "ddr", "GB/s", moments, counts, hz, gbps, device.ddr_gbps)
    calls = outcome.spans[outcome.spans[:, 1] == CALL]
    cores = len(outcome.lowered.core_names)
    moments, counts = changes(calls[:, 3], calls[:, 4])
    yield Series("active_cores", "cores", "cores", moments, counts, hz, limit=cores)
    held = occupancy(outcome)
    room = {"core": device.l1_bytes - device.l1_reserved_bytes, "mem": device.l2_bytes}
    for level, kind, total in (("l1", "core", held.l1), ("l2", "mem", held.l2)):
        tiles = [tile for tile in held.tiles if tile.kind == kind]
        if tiles:
            yield _held(level, total, hz, room[kind] * len(tiles))
        for tile in tiles:
            yield _held(str(tile), held.tiles[tile], hz, room[kind])


def _held(of: str, holding: Holding, hz: int, limit: int) -> Series:
    return Series("held", of, "bytes", holding.ticks, holding.held_bytes, hz, limit=limit)


def _changing(ticks: Numbers, counts: Numbers) -> tuple[Numbers, Numbers]:
    """Only the moments at which the figure changes; it is 0 before the first."""
    new = np.diff(counts, prepend=0) != 0
    return ticks[new], counts[new]
