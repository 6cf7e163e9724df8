"""Whether the buffers, locks, channels and streams of a design fit each other and a device."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from tilescope.designs.ir import Call, CoreProgram, Design, Loop, Statement, Tile
from tilescope.designs.parts import (
    ChannelTask,
    Descriptor,
    DmaPort,
    InBuffer,
    LockAction,
    UseLock,
    WriteWord,
)
from tilescope.devices.device import Device

SHIM_LOCKS = 16
REMEDY = "use fewer of them, or spread them over more tiles"


def part_faults(design: Design) -> Iterator[str]:
    """What a design's own parts name that is not there, as sentences."""
    for what, parts in (("buffers", design.buffers), ("locks", design.locks)):
        counts = Counter(part.name for part in parts)
        yield from (f"{count} {what} are called {n}" for n, count in counts.items() if count > 1)
    tiles = {buffer.name: buffer.tile for buffer in design.buffers}
    locks = {lock.name: lock.tile for lock in design.locks}
    for port, descriptor in _descriptors(design):
        if not descriptor.in_host and tiles.get(descriptor.buffer) not in _reached(port.tile):
            yield f"{port} names the buffer {descriptor.buffer}, which it does not reach"
        for use in (descriptor.acquire, descriptor.release):
            if use is not None and locks.get(use.lock) not in _reached(port.tile):
                yield f"{port} names the lock {use.lock}, which it does not reach"
    for core in design.cores:
        for statement in _flat(core.body):
            if isinstance(statement, UseLock) and statement.lock not in locks:
                yield f"{core.tile} names the lock {statement.lock}, which is none of it"
            if isinstance(statement, Call):
                yield from _unknown_buffers(core, statement, tiles)
    ports = {port for stream in design.streams for port in (stream.source, *stream.targets)}
    for step in design.sequence:
        if isinstance(step, ChannelTask) and step.port not in ports:
            yield f"a task names {step.port}, where no stream begins or ends"
        if isinstance(step, WriteWord) and step.buffer not in tiles:
            yield f"the sequence writes to {step.buffer}, which is no buffer of it"


def _unknown_buffers(core: CoreProgram, call: Call, tiles: dict[str, Tile]) -> Iterator[str]:
    for operand in call.operands:
        if isinstance(operand, InBuffer) and operand.buffer not in tiles:
            yield f"{core.tile} names the buffer {operand.buffer}, which is none of it"


def _reached(tile: Tile) -> set[Tile]:
    """Tiles whose memory a tile's DMA reaches: a mem tile's that of its neighbours, too."""
    if tile.kind != "mem":
        return {tile}
    return {Tile(tile.column + step, tile.row) for step in (-1, 0, 1)}


def _descriptors(design: Design) -> Iterator[tuple[DmaPort, Descriptor]]:
    for channel in design.channels:
        yield from ((channel.port, descriptor) for descriptor in channel.descriptors)
    for step in design.sequence:
        if isinstance(step, ChannelTask):
            yield from ((step.port, descriptor) for descriptor in step.descriptors)


def _flat(body: tuple[Statement, ...]) -> Iterator[Statement]:
    for statement in body:
        yield statement
        if isinstance(statement, Loop):
            yield from _flat(statement.body)


def lock_uses(body: tuple[Statement, ...]) -> Iterator[UseLock]:
    """Every use of a lock in the text of a program, loops once."""
    yield from (statement for statement in _flat(body) if isinstance(statement, UseLock))


def awaited_locks(body: tuple[Statement, ...]) -> set[str]:
    """Locks that a program waits for."""
    return {use.lock for use in lock_uses(body) if use.action is not LockAction.RELEASE}


def port_count(design: Design) -> Counter[tuple[Tile, str]]:
    """Channels of each tile and direction that streams of the design name themselves."""
    ports = {port for stream in design.streams for port in (stream.source, *stream.targets)}
    return Counter((port.tile, port.direction) for port in ports)


def ports_beyond(design: Design, device: Device) -> Iterator[tuple[DmaPort, int]]:
    """Channels whose number the device does not have, and how many there are."""
    ports = {port for stream in design.streams for port in (stream.source, *stream.targets)}
    for port in sorted(ports, key=str):
        bound = int(getattr(device, f"{port.tile.kind}_{port.direction}"))
        if port.number >= bound:
            yield port, bound


def lock_demands(design: Design, device: Device) -> Iterator[tuple[Tile, int, int]]:
    """Tiles that name more locks than they have: how many, and how many there are."""
    bounds = {"core": device.core_locks, "mem": device.mem_locks, "shim": SHIM_LOCKS}
    for tile, count in sorted(Counter(lock.tile for lock in design.locks).items()):
        if count > bounds[tile.kind]:
            yield tile, count, bounds[tile.kind]


def chain_lengths(design: Design) -> Counter[Tile]:
    """Descriptors that each tile's own channels hold from the start."""
    needed: Counter[Tile] = Counter()
    for channel in design.channels:
        needed[channel.port.tile] += len(channel.descriptors)
    return needed
