"""What each resource of a simulated design needed by itself: the design's own roofline."""

from __future__ import annotations

from tilescope.designs.bounds import DeviceLimit
from tilescope.designs.ir import Design
from tilescope.designs.product_bounds import DDR_ROUNDING, LIMITS
from tilescope.devices.device import Device
from tilescope.quantities.dtypes import dtype_bytes
from tilescope.quantities.units import format_bytes, format_count, significant
from tilescope.simulation.outcomes import DesignOutcome, ResourceUse
from tilescope.simulation.walks import byte_walk

PLACES = {"shim": "shim_port", "mem": "mem_tile_port", "core": "core_dma"}


def resource_needs(design: Design, device: Device, outcome: DesignOutcome) -> list[DeviceLimit]:
    """The busiest resource of each kind, in the order of designs.product_bounds.LIMITS.

    A kind that the design does not have is left out. None is more than the design's own time.
    """
    busiest: dict[str, ResourceUse] = {}
    for use in outcome.resources:
        by = _kind(use)
        if by not in busiest or use.busy_us > busiest[by].busy_us:
            busiest[by] = use
    device_us = float(outcome.device_us)
    found = {
        by: DeviceLimit(by, us := min(float(use.busy_us), device_us), us, _told(use))
        for by, use in busiest.items()
        if use.busy_us
    }
    moved = sum(outcome.bytes_read.values()) + sum(outcome.bytes_written.values())
    if moved:
        runs = _runs(design)
        served_ns = moved / device.ddr_gbps + runs * device.ddr_run_ns
        us = min(served_ns / 1000 * DDR_ROUNDING, device_us)
        told = (
            f"{format_bytes(moved)} at {significant(device.ddr_gbps)} GB/s, "
            f"{format_count(runs)} run{'' if runs == 1 else 's'}"
        )
        found["ddr"] = DeviceLimit("ddr", us, us, told)
    return [found[by] for by in LIMITS if by in found]


def _told(use: ResourceUse) -> str:
    return "the controller's instructions and tokens" if use.kind == "controller" else use.name


def _kind(use: ResourceUse) -> str:
    if use.kind == "controller":
        return "issue"
    return "compute" if use.kind == "core" else PLACES[use.name.split()[0]]


def _runs(design: Design) -> int:
    """Contiguous runs of all transfers of the design's FIFOs between DDR and the array."""
    sizes = {buffer.name: dtype_bytes(buffer.dtype) for buffer in design.host_buffers}
    return sum(
        byte_walk(task.walk, task.elements, sizes[task.buffer]).runs for task in design.tasks
    )
