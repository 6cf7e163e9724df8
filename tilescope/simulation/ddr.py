"""What a shim transfer asks of DDR."""

from __future__ import annotations

from fractions import Fraction

from tilescope.devices.device import Device
from tilescope.simulation.clocks import TimeBase
from tilescope.simulation.walks import ByteWalk

LOAD_ONE = 1 << 20  # the engine's unit: DDR busy for as long as the port is


def ddr_load(walk: ByteWalk, device: Device, base: TimeBase, word_milliticks: int) -> int:
    """DDR service for one unit of the port's time, in parts of 2^20; above it DDR alone is slower.

    Service is bytes at the peak rate plus a fixed time for each contiguous run.
    """
    service_ns = Fraction(walk.total_bytes) / Fraction(str(device.ddr_gbps))
    service_ns += walk.runs * Fraction(str(device.ddr_run_ns))
    words = -(-walk.total_bytes // 4)
    port_ns = Fraction(words * word_milliticks, 1000) * Fraction(10**9, base.tick_hz)
    return max(1, round(service_ns / port_ns * LOAD_ONE))
