"""What a shim transfer asks of DDR."""

from __future__ import annotations

from fractions import Fraction
from functools import lru_cache

from tilescope.devices.device import Device
from tilescope.simulation.clocks import TimeBase
from tilescope.simulation.walks import ByteWalk

LOAD_ONE = 1 << 20  # the engine's unit: DDR busy for as long as the port is


def ddr_load(walk: ByteWalk, device: Device, base: TimeBase, word_milliticks: int) -> int:
    """DDR service for one unit of the port's time, in parts of 2^20; above it DDR alone is slower.

    Service is bytes at the peak rate plus a fixed time for each contiguous run.
    """
    costs = (device.ddr_gbps, device.ddr_run_ns)
    return _load(walk.total_bytes, walk.runs, *costs, word_milliticks, base.tick_hz)


@lru_cache(maxsize=4096)
def _load(
    total_bytes: int, runs: int, gbps: float, run_ns: float, word_milliticks: int, tick_hz: int
) -> int:
    """The same in exact arithmetic; a design has many tasks and few kinds of them."""
    service_ns = Fraction(total_bytes) / Fraction(str(gbps)) + runs * Fraction(str(run_ns))
    words = -(-total_bytes // 4)
    port_ns = Fraction(words * word_milliticks, 1000) * Fraction(10**9, tick_hz)
    return max(1, round(service_ns / port_ns * LOAD_ONE))
