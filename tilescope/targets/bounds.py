"""The bound of a case: what its runtime costs whatever the array does, and the array's own."""

from __future__ import annotations

from fractions import Fraction

from tilescope.designs.bounds import DeviceLimit, mapping_limits, untold_limits, workload_bound_us
from tilescope.designs.mapping import Mapping
from tilescope.designs.plan import launch_buffers
from tilescope.devices.device import Device
from tilescope.quantities.dtypes import dtype_bytes
from tilescope.quantities.units import format_us
from tilescope.runs.limits import Bound, Limit
from tilescope.targets.costs import RuntimeCosts
from tilescope.workloads.gemm import Gemm

LAUNCH = "launch"
ROUNDING = 1e-9  # relative, of floats
ROUNDING_US = 1e-5  # times are whole picoseconds


def case_bound(
    gemm: Gemm, mapping: Mapping, device: Device, costs: RuntimeCosts, npu_us: float
) -> Bound:
    """What no execution of a mapping under a runtime can beat, and how far `npu_us` is from it.

    The launch floor and the array's bound add up, as a launch begins when its inputs are synced
    and ends before its outputs are. Raises RuntimeError for a time below the bound, which would
    be a fault of tilescope.
    """
    floor_us = float(launch_floor_us(gemm, mapping, costs))
    found = mapping_limits(gemm, mapping, device)
    most = max(found, key=lambda limit: limit.us)
    us = floor_us + most.us
    gap_us = npu_us - us
    rounding_us = ROUNDING * npu_us + ROUNDING_US
    if gap_us < -rounding_us:
        raise RuntimeError(
            f"{gemm.label}: {npu_us} µs are less than the bound of {us} µs, by {most.by}; one of "
            "the two is wrong"
        )
    if gap_us <= rounding_us:  # the two are the same, up to their arithmetic
        us, gap_us = npu_us, 0.0
    launches = sum(count for count, _, _ in launch_buffers(gemm, mapping))
    told = "1 launch and its" if launches == 1 else f"{launches:,} launches and their"
    told += " host steps"
    limits = [Limit(by=LAUNCH, us=floor_us, basis=told)]
    limits += [
        Limit(by=limit.by, us=limit.us, basis=_basis(limit), busy_us=limit.busy_us)
        for limit in found
    ]
    return Bound(
        by=bounded_by(floor_us, found),
        us=us,
        gap_us=gap_us,
        limits=tuple(limits),
        workload_us=min(us, workload_bound(gemm, mapping, device, costs)),
    )


def bounding_limit(gemm: Gemm, mapping: Mapping, device: Device, costs: RuntimeCosts) -> str:
    """What bounds a product under a mapping and a runtime, by the name that its bound has."""
    floor_us = float(launch_floor_us(gemm, mapping, costs))
    return bounded_by(floor_us, untold_limits(gemm, mapping, device))


def bounded_by(floor_us: float, limits: tuple[DeviceLimit, ...]) -> str:
    """The largest part of a bound: the launch floor, the busiest resource, or the controller.

    What comes before and after a resource's own work is mostly the controller's.
    """
    most = max(limits, key=lambda limit: limit.us)
    issue = next(limit for limit in limits if limit.by == "issue")
    parts = {LAUNCH: floor_us, most.by: most.busy_us}
    parts.setdefault(issue.by, issue.busy_us)
    return max(parts, key=lambda by: parts[by])


def launch_floor_us(gemm: Gemm, mapping: Mapping, costs: RuntimeCosts) -> Fraction:
    """What the launches of a mapping cost outside the array: host steps and the runtime's own."""
    return sum(
        (
            count * (costs.host_us(inputs, outputs) + costs.launch_us)
            for count, inputs, outputs in launch_buffers(gemm, mapping)
        ),
        Fraction(0),
    )


def workload_bound(gemm: Gemm, base: Mapping, device: Device, costs: RuntimeCosts) -> float:
    """The least time, in µs, of a workload under any mapping that calls the base's kernel.

    One launch of the unpadded product, and the least array time of any grid and ports.
    """
    size, c_size = dtype_bytes(gemm.dtype), dtype_bytes(base.c_dtype)
    inputs = (gemm.m * gemm.k * size, gemm.k * gemm.n * size)
    outputs = (gemm.m * gemm.n * c_size,)
    floor = costs.host_us(inputs, outputs) + costs.launch_us
    return float(floor) + workload_bound_us(gemm, base, device)


def _basis(limit: DeviceLimit) -> str:
    rest_us = max(0.0, limit.us - limit.busy_us)
    return (
        f"{limit.basis}: {format_us(limit.busy_us)}, and {format_us(rest_us)} before and after "
        "that nothing overlaps"
    )
