"""What would make a simulation of a design endless, or as good as that."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from xdsl.ir import Operation

from tilescope.designs.ir import Acquire, CoreProgram, Design, Loop, Statement, Tile
from tilescope.designs.mlir.syntax import Source
from tilescope.designs.part_checks import lock_uses
from tilescope.designs.parts import DmaPort, LockAction, UseLock
from tilescope.quantities.dtypes import dtype_bytes

MAX_STEPS = 100_000_000  # statements of all cores that are carried out in one launch


def check_limits(
    design: Design,
    source: Source,
    sequence: Operation,
    cores: Mapping[Tile, Operation],
    ports: Mapping[DmaPort, Operation],
) -> None:
    """Raises InputError for what runs on without end, or a launch of too many steps."""
    fifos = {fifo.name: fifo for fifo in design.fifos}
    held = design.buffer_dtypes()
    objects = max(
        (
            -(-t.elements * dtype_bytes(held[t.buffer]) // fifos[t.fifo].object_bytes)
            for t in design.tasks
        ),
        default=0,
    )
    objects *= max(1, len(design.tasks))
    if objects > MAX_STEPS:
        raise source.fault(
            sequence, f"The transfers move some {objects:,} objects; {MAX_STEPS:,} are simulated."
        )
    ends = _ended(design)
    for stream in design.streams:
        if not ends.intersection((_name(stream.source), *map(_name, stream.targets))):
            raise source.fault(
                ports[stream.source],
                f"{stream.source} sends to {stream.targets[0]} for ever: neither waits for a lock "
                "that depends on a transfer of the runtime sequence.",
            )
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
    ended = {task.fifo for task in design.tasks} | {"an end of its own"}
    groups = [{*link.sources, *link.targets} for link in design.links]
    groups += [set(_waits(core)) for core in design.cores]
    ended |= _tasked(design)
    agents = _agents(design)
    grown = True
    while grown:
        before = len(ended)
        for group in groups:
            if ended & group:
                ended |= group
        for lock in design.locks:  # given only so often when all who give it end
            givers = [name for name, (_, gives) in agents.items() if _lock_name(lock.name) in gives]
            if all(name in ended for name in givers):
                ended.add(_lock_name(lock.name))
        for name, (takes, _) in agents.items():
            if ended & takes:
                ended.add(name)
        for stream in design.streams:
            names = {_name(stream.source), *map(_name, stream.targets)}
            if ended & names:
                ended |= names
        grown = len(ended) > before
    return ended


def _name(port: DmaPort) -> str:
    return f"channel {port}"


def _lock_name(lock: str) -> str:
    return f"lock {lock}"


def _tasked(design: Design) -> set[str]:
    """Channels that move only what they are told to: tasks, and chains that end."""
    rings = {
        channel.port for channel in design.channels if channel.descriptors[-1].following is not None
    }
    ports = {port for stream in design.streams for port in (stream.source, *stream.targets)}
    return {_name(port) for port in ports - rings}


def _agents(design: Design) -> dict[str, tuple[set[str], set[str]]]:
    """Who uses locks: what each waits for in every round, and what it gives."""
    found: dict[str, tuple[set[str], set[str]]] = {}
    for core in design.cores:
        takes = set(_waits(core))
        if not any(True for _ in _endless(core.body)):
            takes.add("an end of its own")
        gives = {
            _lock_name(use.lock) for use in lock_uses(core.body) if use.action is LockAction.RELEASE
        }
        found[f"core {core.tile}"] = (takes, gives)
    for channel in design.channels:
        last = channel.descriptors[-1].following
        ring = channel.descriptors[last:] if last is not None else ()
        takes = {_lock_name(one.acquire.lock) for one in ring if one.acquire is not None}
        gives = {
            _lock_name(one.release.lock) for one in channel.descriptors if one.release is not None
        }
        found[_name(channel.port)] = (takes, gives)
    return found


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
        elif isinstance(statement, UseLock) and statement.action is not LockAction.RELEASE:
            yield _lock_name(statement.lock)
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
