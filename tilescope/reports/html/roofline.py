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

SLANTED = ("ddr", "shim_port")
"""Limits that grow with the bytes between DDR and the array."""
PER_LAUNCH = "issue"
"""The limit that every launch has for itself."""
FLOOR = "launch"


@dataclass(frozen=True)
class Ceiling:
    """One resource over one launch.

    rate: 10^9 operations/s of compute and of ports inside the array, 10^9 bytes/s of DDR and the
    shim ports, None for what a launch needs whatever its work; lead_us: before and after its work.
    """

    by: str
    rate: float | None
    lead_us: float


@dataclass(frozen=True)
class Roof:
    """The roof over one case, and where the case stands under it.

    operations: of the case; moved_bytes: to and from DDR, `least` where only the bytes of A, B
    and C are known; rate: 10^9 operations/s; floor_us: what one launch costs outside the array.
    """

    name: str
    kind: str
    operations: int
    moved_bytes: int
    least: bool
    launches: int
    rate: float
    floor_us: float
    ceilings: tuple[Ceiling, ...]

    @property
    def work(self) -> float:
        """Operations a launch."""
        return self.operations / self.launches

    @property
    def intensity(self) -> float:
        """Operations a byte of DDR."""
        return self.operations / self.moved_bytes

    def attainable(self, work: float, intensity: float, *, launch: bool = True) -> float:
        """10^9 operations/s under the roof; without what a launch costs it is the classic one."""
        return work / self.least_us(work, intensity, launch=launch) / 1e3

    def least_us(self, work: float, intensity: float, *, launch: bool = True) -> float:
        """µs that a launch of so much work takes at least."""
        floor_us = self.floor_us if launch else 0.0
        return floor_us + max(
            (ceiling.lead_us if launch else 0.0) + _busy_us(ceiling, work, intensity)
            for ceiling in self.ceilings
        )


def _busy_us(ceiling: Ceiling, work: float, intensity: float) -> float:
    if ceiling.rate is None:
        return 0.0
    amount = work / intensity if ceiling.by in SLANTED else work
    return amount / ceiling.rate / 1e3


def roofs(cases: Sequence[Case]) -> tuple[Roof, ...]:
    """The roofs of the cases whose run file says what bounds them."""
    return tuple(roof for case in cases if (roof := _roof(case)) is not None)


def _roof(case: Case) -> Roof | None:
    limits = {limit.by: limit for limit in case.bound.limits} if case.bound else {}
    floor = limits.pop(FLOOR, None)
    compute = limits.get("compute")
    if compute is None or not compute.us or case.launches < 1 or not case.npu_gflops:
        return None
    shape = case.shape
    operations = 2 * shape.m * shape.n * shape.k
    moved, least = _moved(case)
    ceilings = []
    for by, limit in limits.items():
        busy_us = 0.0 if by == PER_LAUNCH else limit.us if limit.busy_us is None else limit.busy_us
        amount = moved if by in SLANTED else operations
        rate = amount / busy_us / 1e3 if busy_us else None
        ceilings.append(Ceiling(by, rate, max(limit.us - busy_us, 0.0) / case.launches))
    return Roof(
        name=case.name,
        kind=case.npu_us.kind,
        operations=operations,
        moved_bytes=moved,
        least=least,
        launches=case.launches,
        rate=case.npu_gflops,
        floor_us=floor.us / case.launches if floor else 0.0,
        ceilings=tuple(ceilings),
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
    """What the report's scripts need to draw a roof."""
    return {
        "name": roof.name,
        "kind": roof.kind,
        "work": roof.work,
        "intensity": roof.intensity,
        "least": roof.least,
        "launches": roof.launches,
        "rate": roof.rate,
        "floor_us": roof.floor_us,
        "ceilings": [
            [short(one.by), one.rate, one.lead_us, one.by in SLANTED] for one in roof.ceilings
        ],
    }
