"""What a shim transfer asks of DDR, and of its shim's interface to DDR."""

from __future__ import annotations

from fractions import Fraction
from functools import lru_cache

from tilescope.designs.pages import PAGE_BYTES, entered_pages
from tilescope.devices.device import Device
from tilescope.simulation.clocks import TimeBase
from tilescope.simulation.walks import ByteWalk

LOAD_ONE = 1 << 20  # the engine's unit: DDR busy for as long as the port is
PACE_ONE = 1 << 10  # the same of a shim's interface
SERVICE_BITS, PACE_BITS, INTERFACES = 36, 18, 256  # how the engine's number is divided


def ddr_demand(
    walk: ByteWalk, device: Device, base: TimeBase, word_milliticks: int, interface: int
) -> int:
    """The engine's number for a transfer: its load on DDR, its pace at the interface, and which.

    interface counts the shims' ways to DDR, two of each column: reading and writing. Raises
    ValueError for a demand that the number has no room for.
    """
    load = ddr_load(walk, device, base, word_milliticks)
    pace = shim_pace(walk, device, base, word_milliticks)
    if load >> SERVICE_BITS or pace >> PACE_BITS or interface >= INTERFACES:
        raise ValueError("a transfer asks DDR for thousands of times its port's time")
    return load | pace << SERVICE_BITS | interface << (SERVICE_BITS + PACE_BITS)


def ddr_load(walk: ByteWalk, device: Device, base: TimeBase, word_milliticks: int) -> int:
    """DDR service for one unit of the port's time, in parts of 2^20; above it DDR alone is slower.

    Service is bytes at the peak rate, a fixed time for each contiguous run, and another for each
    page that the walk enters.
    """
    costs = (device.ddr_gbps, device.ddr_run_ns, device.ddr_page_ns)
    pages = pages_entered(walk) if device.ddr_page_ns else 0
    return _load(walk.total_bytes, walk.runs, pages, *costs, word_milliticks, base.tick_hz)


def shim_pace(walk: ByteWalk, device: Device, base: TimeBase, word_milliticks: int) -> int:
    """Time at the shim's interface for one unit of the port's time, in parts of 2^10."""
    if not device.shim_run_ns:
        return 0
    port_ns = _port_ns(walk.total_bytes, word_milliticks, base.tick_hz)
    return round(walk.runs * Fraction(str(device.shim_run_ns)) / port_ns * PACE_ONE)


def pages_entered(walk: ByteWalk) -> int:
    """Pages that a walk enters, as designs.pages counts them."""
    return entered_pages(walk.levels, walk.run_bytes)


@lru_cache(maxsize=4096)
def _load(
    total_bytes: int,
    runs: int,
    pages: int,
    gbps: float,
    run_ns: float,
    page_ns: float,
    word_milliticks: int,
    tick_hz: int,
) -> int:
    """The same in exact arithmetic; a design has many tasks and few kinds of them."""
    port_ns = _port_ns(total_bytes, word_milliticks, tick_hz)
    moving_ns = Fraction(total_bytes) / Fraction(str(gbps)) + runs * Fraction(str(run_ns))
    entering_ns = Fraction(pages, PAGE_BYTES) * Fraction(str(page_ns))
    return max(1, round(moving_ns / port_ns * LOAD_ONE) + round(entering_ns / port_ns * LOAD_ONE))


def _port_ns(total_bytes: int, word_milliticks: int, tick_hz: int) -> Fraction:
    words = -(-total_bytes // 4)
    return Fraction(words * word_milliticks, 1000) * Fraction(10**9, tick_hz)
