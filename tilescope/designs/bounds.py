"""The launch-aware hierarchical roofline: the least array time that each resource needs."""

from __future__ import annotations

from dataclasses import dataclass, replace

from tilescope.designs.bound_words import words
from tilescope.designs.charges import Charges, charges_of
from tilescope.designs.mapping import Mapping
from tilescope.designs.plan import launch_buffers
from tilescope.designs.product_bounds import LIMITS, Need, ProductLaunch
from tilescope.designs.sum_bounds import sum_needs
from tilescope.designs.workload_bounds import workload_bound_cycles, workload_needs
from tilescope.devices.device import Device
from tilescope.workloads.gemm import Gemm


@dataclass(frozen=True)
class DeviceLimit:
    """The least array time that one resource needs for a workload, over all of its launches.

    by: one of LIMITS; us: no execution with that much work of this resource is faster; busy_us:
    its own work, the rest is what must come before and after; basis: the arithmetic in words.
    """

    by: str
    us: float
    busy_us: float
    basis: str


def mapping_limits(gemm: Gemm, mapping: Mapping, device: Device) -> tuple[DeviceLimit, ...]:
    """What each resource needs for a workload under a mapping, in the order of LIMITS.

    All are lower bounds of the simulated device time. Raises InputError where there is no such
    kernel.
    """
    told = words(_product(gemm, mapping, charges_of(device)))
    count = launch_buffers(gemm, mapping)[0][0] if mapping.family == "per-tile" else 1
    sums = f"{count:,} launches, each " if mapping.family == "per-tile" else ""
    added = ", and as many additions" if mapping.family == "per-tile" else ""
    return tuple(
        replace(limit, basis=f"{sums}{basis}{added}")
        for limit, basis in zip(untold_limits(gemm, mapping, device), told, strict=True)
    )


def untold_limits(gemm: Gemm, mapping: Mapping, device: Device) -> tuple[DeviceLimit, ...]:
    """The limits of `mapping_limits` without the words, which take longer than the arithmetic."""
    launches = _launches(gemm, mapping, charges_of(device))
    return tuple(
        DeviceLimit(
            by,
            sum(count * needs[place].total for count, needs in launches) / device.clock_mhz,
            sum(count * needs[place].busy for count, needs in launches) / device.clock_mhz,
            "",
        )
        for place, by in enumerate(LIMITS)
    )


def mapping_bound_us(gemm: Gemm, mapping: Mapping, device: Device) -> float:
    """The largest of mapping_limits, without the words: what a search prunes with."""
    launches = _launches(gemm, mapping, charges_of(device))
    if len(launches) == 1:
        return max(need.total for need in launches[0][1]) / device.clock_mhz
    (count, product), (_, added) = launches
    pairs = zip(product, added, strict=True)
    return count * max(one.total + other.total for one, other in pairs) / device.clock_mhz


def workload_limits(gemm: Gemm, base: Mapping, device: Device) -> tuple[DeviceLimit, ...]:
    """What each resource needs for a workload under any mapping that calls the base's kernel.

    Every byte passes once, in one launch, on the grid and by the ports that are best for that
    resource alone.
    """
    needs = workload_needs(gemm, base, device)
    return tuple(
        DeviceLimit(by, need.total / device.clock_mhz, need.busy / device.clock_mhz, "")
        for by, need in zip(LIMITS, needs, strict=True)
    )


def workload_bound_us(gemm: Gemm, base: Mapping, device: Device) -> float:
    """The least array time under any mapping that calls the base's kernel.

    At least the largest of workload_limits, as no one grid is best for every resource.
    """
    return workload_bound_cycles(gemm, base, device) / device.clock_mhz


def _launches(
    gemm: Gemm, mapping: Mapping, charges: Charges
) -> tuple[tuple[int, tuple[Need, ...]], ...]:
    """The plan's launches: how often, and what each resource needs of one."""
    product = _product(gemm, mapping, charges).needs()
    if mapping.family != "per-tile":
        return ((1, product),)
    count = launch_buffers(gemm, mapping)[0][0]
    m, n, _ = mapping.block
    return ((count, product), (count, sum_needs(m, n, mapping.c_dtype, charges)))


def _product(gemm: Gemm, mapping: Mapping, charges: Charges) -> ProductLaunch:
    shape = mapping.block if mapping.family == "per-tile" else mapping.padded(gemm)
    return ProductLaunch(shape, gemm.dtype, mapping, charges)
