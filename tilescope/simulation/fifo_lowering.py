"""Lowers object FIFOs: buffers, locks and rings of descriptors at their ends, and links."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

import tilescope._engine as _engine
from tilescope.designs.ir import Design, Held, Link, ObjectFifo, Tile
from tilescope.devices.device import Device
from tilescope.kernels.contract import Role
from tilescope.quantities.dtypes import dtype_bytes
from tilescope.simulation.clocks import TimeBase
from tilescope.simulation.walks import byte_walk

BUFFER_EMPTY, BUFFER_FULL = 0, 1  # causes of a wait, as the engine numbers them


@dataclass(frozen=True)
class ObjectEnd:
    """Objects of a FIFO in one tile's memory: the locks that count them, and the size of one.

    by_core: whether the tile's own core makes them; a DMA fills all others.
    """

    fifo: str
    tile: Tile
    free_lock: int
    full_lock: int
    object_bytes: int
    by_core: bool


@dataclass(frozen=True)
class CoreEnd:
    """One end of a FIFO in a tile's memory: its buffers and the locks around them."""

    free_lock: int
    full_lock: int
    buffers: tuple[int, ...]


@dataclass
class FifoLowering:
    """Adds a design's FIFOs to a program; `add_channel` makes the next channel of a tile.

    `add_core_stream` makes the end of a stream at a core's own port.

    `storages` counts the memory given out so far. Ends in cores and the channels at either end of
    each FIFO are then known by name.
    """

    design: Design
    device: Device
    base: TimeBase
    program: _engine.Program
    add_channel: Callable[[Tile, str, bool], int]
    add_core_stream: Callable[[Tile, str, str], int]
    object_ends: list[ObjectEnd]
    streams: list[tuple[int, tuple[int, ...]]]
    storages: int = 0
    core_ends: dict[tuple[str, Tile], CoreEnd] = field(default_factory=dict)
    source_channel: dict[str, int] = field(default_factory=dict)
    target_channels: dict[str, list[int]] = field(default_factory=dict)
    written: set[str] | None = None

    def _written(self) -> set[str]:
        """FIFOs whose objects a consumer changes in place, so a broadcast must not share them."""
        if self.written is not None:
            return self.written
        written = self.written = set()
        for core in self.design.cores:
            for call in core.calls():
                for operand, role in zip(call.operands, call.kernel.roles, strict=True):
                    if not isinstance(operand, Held):
                        continue
                    fifo = self.design.fifo(operand.fifo)
                    if role is not Role.IN and core.tile in fifo.consumers:
                        written.add(fifo.name)
        return written

    def _buffers(self, depth: int, size: int) -> tuple[int, ...]:
        first = self.storages
        self.storages += depth
        return tuple(self.program.add_buffer(size, first + place) for place in range(depth))

    def _add_locks(
        self, fifo: ObjectFifo, tile: Tile, depth: int, objects: int = 1, filled: int = 0
    ) -> tuple[int, int]:
        name = fifo.name
        free = self.program.add_lock(
            f"a free object of {name} at {tile}", depth - filled, BUFFER_FULL
        )
        full = self.program.add_lock(f"a filled object of {name} at {tile}", filled, BUFFER_EMPTY)
        size, by_core = fifo.object_bytes * objects, tile.kind == "core" and tile == fifo.producer
        self.object_ends.append(ObjectEnd(name, tile, free, full, size, by_core))
        return free, full

    def _ring(
        self,
        channel: int,
        pieces: list[tuple[int, int, tuple[tuple[int, int], ...], int, int, int]],
    ) -> None:
        """Descriptors that follow each other in a ring: buffer, offset, levels, run, two locks."""
        for place, (buffer, offset, levels, run, acquire, release) in enumerate(pieces):
            following = (place + 1) % len(pieces)
            self.program.add_descriptor(
                channel, False, buffer, offset, list(levels), run, acquire, release, following, 0
            )

    def add_ends(self, fifo: ObjectFifo) -> None:
        """Channels of a FIFO at shims and cores; those at mem tiles belong to links."""
        self.target_channels[fifo.name] = []
        size, element = fifo.object_bytes, dtype_bytes(fifo.dtype)
        if fifo.memory is not None:
            self._add_shared_end(fifo)
            return
        if len(fifo.core_streams) == 2:
            return
        if fifo.producer.kind == "shim":
            self.source_channel[fifo.name] = self.add_channel(fifo.producer, "mm2s", False)
        elif "producer" in fifo.core_streams:
            self.source_channel[fifo.name] = self._core_stream(fifo, fifo.producer, "mm2s")
        elif fifo.producer.kind == "core":
            walk = byte_walk(fifo.to_stream, fifo.elements, element)
            free, full = self._add_locks(
                fifo, fifo.producer, fifo.producer_depth, filled=len(fifo.initial)
            )
            buffers = self._buffers(fifo.producer_depth, size)
            self._fill(buffers, fifo.initial)
            self.core_ends[fifo.name, fifo.producer] = CoreEnd(free, full, buffers)
            channel = self.add_channel(fifo.producer, "mm2s", True)
            last = fifo.repeats - 1
            self._ring(
                channel,
                [
                    (
                        buffer,
                        0,
                        walk.levels,
                        walk.run_bytes,
                        full if turn == 0 else -1,
                        free if turn == last else -1,
                    )
                    for buffer in buffers
                    for turn in range(fifo.repeats)
                ],
            )
            self.source_channel[fifo.name] = channel
        written = self._written()
        shared: int | None = None
        for tile in fifo.consumers:
            if tile.kind == "shim":
                self.target_channels[fifo.name].append(self.add_channel(tile, "s2mm", False))
            elif "consumer" in fifo.core_streams:
                channel = self._core_stream(fifo, tile, "s2mm")
                self.target_channels[fifo.name].append(channel)
            elif tile.kind == "core":
                depth = fifo.depth_at(tile)
                free, full = self._add_locks(fifo, tile, depth)
                differ = bool(fifo.consumer_depths or fifo.from_stream)
                if shared is None or differ or fifo.name in written:
                    shared = self.storages
                    self.storages += depth
                buffers = tuple(
                    self.program.add_buffer(size, shared + place) for place in range(depth)
                )
                self.core_ends[fifo.name, tile] = CoreEnd(free, full, buffers)
                channel = self.add_channel(tile, "s2mm", True)
                moved = byte_walk(fifo.walk_at(tile), fifo.elements, element)
                self._ring(
                    channel, [(b, 0, moved.levels, moved.run_bytes, free, full) for b in buffers]
                )
                self.target_channels[fifo.name].append(channel)

    def _core_stream(self, fifo: ObjectFifo, tile: Tile, direction: str) -> int:
        """A core that takes or gives words as the other end does, with no lock in the way."""
        channel = self.add_core_stream(tile, direction, fifo.name)
        (buffer,) = self._buffers(1, fifo.object_bytes)
        self._ring(channel, [(buffer, 0, (), fifo.object_bytes, -1, -1)])
        return channel

    def _add_shared_end(self, fifo: ObjectFifo) -> None:
        """Buffers that producer and consumer both reach: one gives them to the other by locks."""
        tile = fifo.memory or fifo.producer
        depth = fifo.producer_depth
        free, full = self._add_locks(fifo, tile, depth, filled=len(fifo.initial))
        buffers = self._buffers(depth, fifo.object_bytes)
        self._fill(buffers, fifo.initial)
        for core in (fifo.producer, *fifo.consumers):
            self.core_ends[fifo.name, core] = CoreEnd(free, full, buffers)

    def _fill(self, buffers: tuple[int, ...], initial: tuple[bytes, ...]) -> None:
        for buffer, content in zip(buffers, initial, strict=False):
            self.program.set_initial_bytes(buffer, content)

    def add_link(self, link: Link) -> None:
        """A mem tile's buffers, each slice of which has its own locks."""
        ends = self.design.link_ends(link)
        joins, larger, smaller, mem = ends.joins, ends.larger, ends.smaller, ends.mem
        element = dtype_bytes(larger.dtype)
        buffers = self._buffers(ends.depth, larger.object_bytes)
        sizes = {fifo.name: ends.slice_elements(link, fifo) for fifo in smaller}
        objects = {fifo.name: sizes[fifo.name] // fifo.elements for fifo in smaller}
        locks = [self._add_locks(fifo, mem, ends.depth, objects[fifo.name]) for fifo in smaller]
        slices = [
            (offset * element, fifo, free, full)
            for offset, fifo, (free, full) in zip(link.offsets, smaller, locks, strict=True)
        ]
        whole = self.add_channel(mem, "mm2s" if joins else "s2mm", True)
        ring = []
        for buffer in buffers:
            for offset, fifo, free, full in slices:
                walk = larger.to_stream if joins else ()
                moved = byte_walk(walk, sizes[fifo.name], element)
                wait, give = (full, free) if joins else (free, full)
                ring.append((buffer, offset, moved.levels, moved.run_bytes, wait, give))
        self._ring(whole, ring)
        if joins:
            self.source_channel[larger.name] = whole
        else:
            self.target_channels[larger.name].append(whole)
        for offset, fifo, free, full in slices:
            channel = self.add_channel(mem, "s2mm" if joins else "mm2s", True)
            size = sizes[fifo.name] // len(link.pieces)
            moved = byte_walk(() if joins else fifo.to_stream, size, element)
            wait, give = (free, full) if joins else (full, free)
            pieces = link.pieces * (1 if joins else fifo.repeats)
            last = len(pieces) - 1
            ring = [
                (
                    buffer,
                    offset + piece * element,
                    moved.levels,
                    moved.run_bytes,
                    wait if place == 0 else -1,
                    give if place == last else -1,
                )
                for buffer in buffers
                for place, piece in enumerate(pieces)
            ]
            self._ring(channel, ring)
            if joins:
                self.target_channels[fifo.name].append(channel)
            else:
                self.source_channel[fifo.name] = channel

    def add_flow(self, fifo: ObjectFifo) -> None:
        """The stream between the ends of a FIFO, if there is one."""
        if fifo.memory is not None or len(fifo.core_streams) == 2:
            return
        if fifo.name not in self.source_channel or not self.target_channels[fifo.name]:
            raise ValueError(f"FIFO {fifo.name} has an end in a mem tile that no link uses")
        costs = {"mem": self.device.mem_turnaround_cycles}
        usual = self.device.stream_latency_cycles
        cycles = max(costs.get(tile.kind, usual) for tile in fifo.consumers)
        source, targets = self.source_channel[fifo.name], self.target_channels[fifo.name]
        self.program.add_flow(source, targets, cycles * self.base.array_ticks)
        self.streams.append((source, tuple(targets)))
