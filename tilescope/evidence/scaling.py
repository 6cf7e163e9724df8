"""Kernels that take a multiple of their cost's cycles, as another compiler's do."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

from tilescope.designs.ir import Call, CoreProgram, Design, Loop, Statement
from tilescope.devices.device import Device
from tilescope.kernels.contract import Kernel
from tilescope.kernels.costs import Cost


@dataclass(frozen=True)
class ScaledCost:
    """A cost times a factor."""

    cost: Cost
    factor: float

    @property
    def estimated(self) -> bool:
        """As the cost that is scaled."""
        return self.cost.estimated

    @property
    def note(self) -> str:
        """Where the cycles come from."""
        return f"{self.cost.note} Times {self.factor:.3g}, fitted."

    def cycles(self, device: Device, *scalars: int) -> int:
        """Whole cycles of one call."""
        return round(self.cost.cycles(device, *scalars) * self.factor)

    def operations(self, *scalars: int) -> dict[str, int]:
        """What one call does, the same however long it takes."""
        return self.cost.operations(*scalars)


def scaled(kernel: Kernel, factor: float) -> Kernel:
    """The kernel at a multiple of its cycles."""
    return kernel if factor == 1 else replace(kernel, cost=ScaledCost(kernel.cost, factor))


def with_kernels(design: Design, change: Callable[[Kernel], Kernel]) -> Design:
    """The design with every kernel replaced by what `change` makes of it."""
    cores = tuple(CoreProgram(core.tile, _changed(core.body, change)) for core in design.cores)
    return replace(design, cores=cores)


def _changed(
    body: tuple[Statement, ...], change: Callable[[Kernel], Kernel]
) -> tuple[Statement, ...]:
    statements: list[Statement] = []
    for statement in body:
        if isinstance(statement, Loop):
            statements.append(Loop(statement.trips, _changed(statement.body, change)))
        elif isinstance(statement, Call):
            statements.append(replace(statement, kernel=change(statement.kernel)))
        else:
            statements.append(statement)
    return tuple(statements)
