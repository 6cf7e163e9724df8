"""What a text may get wrong although each of its operations is right."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from xdsl.ir import Operation

from tilescope.designs.ir import Acquire, Await, Design, Loop, ObjectFifo, Statement, Tile
from tilescope.designs.mlir.syntax import Source
from tilescope.designs.parts import ChannelTask, DmaPort
from tilescope.designs.soundness import find_faults, transfer_mismatches


def check_design(
    design: Design, source: Source, places: Mapping[str, Operation], sequence: Operation
) -> None:
    """Raises InputError with the place of a FIFO that nobody fills, and what is like it."""
    used = {(core.tile, name) for core in design.cores for name in _acquired(core.body)}
    targets = {name for link in design.links for name in link.targets}
    sources = {name for link in design.links for name in link.sources}
    moved = {task.fifo for task in design.tasks}
    for fifo in design.fifos:
        for tile, linked, verb in (
            (fifo.producer, targets, "fills"),
            *((tile, sources, "empties") for tile in fifo.consumers),
        ):
            if not _is_used(fifo, tile, linked, used, moved):
                raise source.fault(
                    places[fifo.name], f"Nobody {verb} @{fifo.name}: {_remedy(tile)}."
                )
    fifos = {fifo.name: fifo for fifo in design.fifos}
    for name in fifos:
        tasks = tuple(task for task in design.tasks if task.fifo == name)
        alone = replace(design, sequence=tasks)
        if mismatches := transfer_mismatches(alone, fifos):
            raise source.fault(places[name], f"{mismatches[0][0].upper()}{mismatches[0][1:]}.")
    if not any(isinstance(step, Await) for step in design.sequence):
        raise source.fault(sequence, "The sequence awaits no transfer, so it has no end to time.")
    if faults := find_faults(design):
        raise source.fault(sequence, f"{faults[0][0].upper()}{faults[0][1:]}.")


def check_ports(design: Design, source: Source, places: Mapping[DmaPort, Operation]) -> None:
    """Raises InputError with the place of a flow that nothing is sent into, or taken out of."""
    used = {channel.port for channel in design.channels}
    used.update(step.port for step in design.sequence if isinstance(step, ChannelTask))
    for port, op in places.items():
        if port not in used:
            verb = "sends from" if port.direction == "mm2s" else "takes at"
            raise source.fault(
                op, f"Nothing {verb} {port}: neither its DMA nor the runtime sequence uses it."
            )


def _is_used(
    fifo: ObjectFifo, tile: Tile, linked: set[str], used: set[tuple[Tile, str]], moved: set[str]
) -> bool:
    if tile.kind == "shim":
        return fifo.name in moved
    if fifo.core_streams and tile.kind == "core":
        end = "producer" if tile == fifo.producer else "consumer"
        return end in fifo.core_streams or (tile, fifo.name) in used
    if tile.kind == "mem":
        return fifo.name in linked
    return (tile, fifo.name) in used


def _remedy(tile: Tile) -> str:
    return {
        "shim": f"no transfer of the runtime sequence uses it at {tile}",
        "mem": f"no link uses it at {tile}",
        "core": f"{tile} never acquires it",
    }[tile.kind]


def _acquired(body: tuple[Statement, ...]) -> set[str]:
    found: set[str] = set()
    for statement in body:
        if isinstance(statement, Loop):
            found |= _acquired(statement.body)
        elif isinstance(statement, Acquire):
            found.add(statement.fifo)
    return found
