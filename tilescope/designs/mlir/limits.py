"""What would make a simulation of a design endless, or as good as that."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from xdsl.ir import Operation

from tilescope.designs.ir import Acquire, CoreProgram, Design, Loop, Statement, Tile
from tilescope.designs.mlir.syntax import Source

MAX_STEPS = 100_000_000  # statements of all cores that are carried out in one launch


def check_limits(
    design: Design,
    source: Source,
    sequence: Operation,
    cores: Mapping[Tile, Operation],
) -> None:
    """Raises InputError for a core that runs on without end, or a launch of too many steps."""
    fifos = {fifo.name: fifo for fifo in design.fifos}
    objects = max((-(-t.elements // fifos[t.fifo].elements) for t in design.tasks), default=0)
    objects *= max(1, len(design.tasks))
    if objects > MAX_STEPS:
        raise source.fault(
            sequence, f"The transfers move some {objects:,} objects; {MAX_STEPS:,} are simulated."
        )
    ends = _ended(design)
    for core in design.cores:
        for loop in _endless(core.body):
            if not ends.intersection(_each_trip(loop.body)):
                raise source.fault(
                    cores[core.tile],
                    f"{core.tile} has a loop without end that waits for nothing which a transfer "
                    "of the runtime sequence brings or takes.",
                )
    steps = sum(_steps(core.body, objects) for core in design.cores)
    if steps > MAX_STEPS * 100:
        raise source.fault(
            sequence, f"The cores take up to {steps:,} steps, more than is simulated."
        )


def _ended(design: Design) -> set[str]:
    """FIFOs through which only so many objects go: a shim's, and all that waits for one of them."""
    ended = {task.fifo for task in design.tasks}
    groups = [{*link.sources, *link.targets} for link in design.links]
    groups += [set(_waits(core)) for core in design.cores]
    grown = True
    while grown:
        grown = False
        for group in groups:
            if ended & group and not group <= ended:
                ended |= group
                grown = True
    return ended


def _waits(core: CoreProgram) -> Iterator[str]:
    """FIFOs that a core acquires in each trip of a loop without end."""
    for loop in _endless(core.body):
        yield from _each_trip(loop.body)


def _endless(body: tuple[Statement, ...]) -> Iterator[Loop]:
    for statement in body:
        if isinstance(statement, Loop):
            if statement.trips is None:
                yield statement
            yield from _endless(statement.body)


def _each_trip(body: tuple[Statement, ...]) -> Iterator[str]:
    for statement in body:
        if isinstance(statement, Acquire):
            yield statement.fifo
        elif isinstance(statement, Loop) and statement.trips != 0:
            yield from _each_trip(statement.body)


def _steps(body: tuple[Statement, ...], objects: int) -> int:
    """Statements carried out at most, where a loop without end has a trip for each object."""
    total = 0
    for statement in body:
        if isinstance(statement, Loop):
            trips = objects if statement.trips is None else statement.trips
            total += trips * (1 + _steps(statement.body, objects))
        else:
            total += 1
    return total
