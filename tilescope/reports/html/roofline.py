"""The launch-aware roofline: what a case could reach, by its intensity and its work a launch.

A classic roofline knows compute and bandwidth. Here a launch costs its floor before any work is
done, so the roof depends on how much work a launch carries, too.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from tilescope.quantities.dtypes import dtype_bytes
from tilescope.reports.budget import short
from tilescope.runs.models import Case

FLAT = ("compute", "mem_tile_port", "core_dma")
"""Limits that grow with the work, whatever its intensity at DDR."""
SLANTED = ("ddr", "shim_port")
"""Limits that grow with the bytes that pass between DDR and the array."""
PER_LAUNCH = "issue"
FLOOR = "launch"


@dataclass(frozen=True)
class Roof:
    """The roof over one case, and where the case stands under it.

    operations: of the case; moved_bytes: to and from DDR, `least` where only the bytes of A, B
    and C are known; rate: 10^9 operations/s; floor_us and issue_us: of one launch; peaks: 10^9
    operations/s by limit; bandwidths: 10^9 bytes/s by limit.
    """

    name: str
    kind: str
    operations: int
    moved_bytes: int
    least: bool
    launches: int
    rate: float
    floor_us: float
    issue_us: float
    peaks: dict[str, float]
    bandwidths: dict[str, float]

    @property
    def work(self) -> float:
        """Operations a launch."""
        return self.operations / self.launches

    @property
    def intensity(self) -> float:
        """Operations a byte of DDR."""
        return self.operations / self.moved_bytes

    def attainable(self, work: float, intensity: float, *, launch: bool = True) -> float:
        """10^9 operations/s under the roof; without the launch it is the classic one."""
        return work / self.least_us(work, intensity, launch=launch) / 1e3

    def least_us(self, work: float, intensity: float, *, launch: bool = True) -> float:
        """µs that a launch of so much work takes at least."""
        rests = [self.issue_us if launch else 0.0]
        rests += [work / peak / 1e3 for peak in self.peaks.values()]
        rests += [work / intensity / rate / 1e3 for rate in self.bandwidths.values()]
        return (self.floor_us if launch else 0.0) + max(rests)


def roofs(cases: Sequence[Case]) -> tuple[Roof, ...]:
    """The roofs of the cases whose run file says what bounds them."""
    return tuple(roof for case in cases if (roof := _roof(case)) is not None)


def _roof(case: Case) -> Roof | None:
    limits = {limit.by: limit.us for limit in case.bound.limits} if case.bound else {}
    if not limits.get("compute") or case.launches < 1 or not case.npu_gflops:
        return None
    shape = case.shape
    operations = 2 * shape.m * shape.n * shape.k
    moved, least = _moved(case)
    return Roof(
        name=case.name,
        kind=case.npu_us.kind,
        operations=operations,
        moved_bytes=moved,
        least=least,
        launches=case.launches,
        rate=case.npu_gflops,
        floor_us=limits.get(FLOOR, 0.0) / case.launches,
        issue_us=limits.get(PER_LAUNCH, 0.0) / case.launches,
        peaks={by: operations / limits[by] / 1e3 for by in FLAT if limits.get(by)},
        bandwidths={by: moved / limits[by] / 1e3 for by in SLANTED if limits.get(by)},
    )


def _moved(case: Case) -> tuple[int, bool]:
    """Bytes between DDR and the array, and whether only the least possible are known."""
    for level in case.memory.levels if case.memory else ():
        if level.level == "ddr" and level.read_bytes + level.written_bytes > 0:
            return level.read_bytes + level.written_bytes, False
    shape = case.shape
    inputs = (shape.m * shape.k + shape.k * shape.n) * dtype_bytes(case.dtype)
    output = shape.m * shape.n * dtype_bytes(case.mapping.c_dtype or case.dtype)
    return inputs + output, True


def roof_data(roof: Roof) -> dict[str, object]:
    """What the page's scripts need to draw a roof."""
    return {
        "name": roof.name,
        "kind": roof.kind,
        "work": roof.work,
        "intensity": roof.intensity,
        "least": roof.least,
        "launches": roof.launches,
        "rate": roof.rate,
        "floor_us": roof.floor_us,
        "issue_us": roof.issue_us,
        "peaks": [[short(by), rate] for by, rate in roof.peaks.items()],
        "bandwidths": [[short(by), rate] for by, rate in roof.bandwidths.items()],
    }
