"""Lowers what a design names itself: buffers, locks, DMA channels and streams."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

import tilescope._engine as _engine
from tilescope.designs.ir import Design
from tilescope.designs.parts import (
    ChannelTask,
    Descriptor,
    DmaPort,
    LockAction,
    UseLock,
)
from tilescope.devices.device import Device
from tilescope.quantities.dtypes import dtype_bytes
from tilescope.simulation.clocks import TimeBase
from tilescope.simulation.ddr import ddr_demand
from tilescope.simulation.walks import ByteWalk, byte_walk

TAKE_LOCK, TAKE_EQUAL, GIVE_LOCK = 5, 6, 7  # steps of a core, as the engine numbers them
BUFFER_EMPTY = 0

LOCK_STEPS = {
    LockAction.ACQUIRE: TAKE_LOCK,
    LockAction.ACQUIRE_EQUAL: TAKE_EQUAL,
    LockAction.RELEASE: GIVE_LOCK,
}


@dataclass
class PartLowering:
    """Adds a design's own parts to a program; `add_channel` makes a channel of a tile.

    Buffers, locks and channels are then known by name and port.
    """

    design: Design
    device: Device
    base: TimeBase
    program: _engine.Program
    host: Mapping[str, int]
    add_channel: Callable[[DmaPort, bool], int]
    buffers: dict[str, int] = field(default_factory=dict)
    locks: dict[str, int] = field(default_factory=dict)
    channels: dict[DmaPort, int] = field(default_factory=dict)

    def add_memory(self, first_storage: int) -> int:
        """Buffers and locks; returns the number of storages in use."""
        for place, buffer in enumerate(self.design.buffers):
            index = self.program.add_buffer(buffer.object_bytes, first_storage + place)
            self.buffers[buffer.name] = index
            if buffer.initial:
                self.program.set_initial_bytes(index, buffer.initial)
        for lock in self.design.locks:
            name = f"lock {lock.name} of {lock.tile}"
            self.locks[lock.name] = self.program.add_lock(name, lock.initial, BUFFER_EMPTY)
        return first_storage + len(self.design.buffers)

    def add_streams(self) -> None:
        """Channels with what they do by themselves, and the streams between them."""
        programs = {channel.port: channel for channel in self.design.channels}
        ports = dict.fromkeys(
            port for stream in self.design.streams for port in (stream.source, *stream.targets)
        )
        for port in ports:
            self.channels[port] = self.add_channel(port, port in programs)
            if port in programs:
                self._add_chain(port, programs[port].descriptors)
        circuits: dict[DmaPort, list[int]] = {}
        packets: dict[DmaPort, dict[int, list[int]]] = {}
        for stream in self.design.streams:
            targets = [self.channels[port] for port in stream.targets]
            if stream.packet is None:
                circuits.setdefault(stream.source, []).extend(targets)
            else:
                routes = packets.setdefault(stream.source, {})
                routes.setdefault(stream.packet, []).extend(targets)
        for source, found in circuits.items():
            self.program.add_flow(self.channels[source], found, self._latency(source))
        for source, routes in packets.items():
            self.program.add_packet_flow(
                self.channels[source], self._latency(source), list(routes.items())
            )

    def _latency(self, source: DmaPort) -> int:
        stream = next(stream for stream in self.design.streams if stream.source == source)
        to_mem = stream.targets[0].tile.kind == "mem"
        device = self.device
        cycles = device.mem_turnaround_cycles if to_mem else device.stream_latency_cycles
        return cycles * self.base.array_ticks

    def add_task(self, task: ChannelTask) -> tuple[int, int, int]:
        """The channel, the first descriptor and the controller's ticks of a task."""
        first = self._add_chain(task.port, task.descriptors)
        more = len(task.descriptors) - 1
        cycles = self.device.issue_task_cycles
        cycles += more * (self.device.issue_task_cycles - self.device.write32_cycles)
        return self.channels[task.port], first, cycles * self.base.controller_ticks

    def _add_chain(self, port: DmaPort, descriptors: tuple[Descriptor, ...]) -> int:
        """Descriptors one after the other; returns the engine's number of the first."""
        first = self.program.descriptors_of(self.channels[port])
        for descriptor in descriptors:
            self._add_descriptor(port, descriptor, first)
        return int(first)

    def _add_descriptor(self, port: DmaPort, descriptor: Descriptor, first: int) -> None:
        element = dtype_bytes(self._dtype(descriptor))
        walk = byte_walk(descriptor.walk, descriptor.elements, element)
        if descriptor.padding is not None:  # timed alone: as many bytes, in whatever order
            walk = ByteWalk(((descriptor.elements, 0),), element)
        load = 0
        if descriptor.in_host:
            per_word = getattr(self.device, f"shim_{port.direction}_millicycles_per_word")
            interface = 2 * port.tile.column + (port.direction != "mm2s")
            milliticks = per_word * self.base.array_ticks
            load = ddr_demand(walk, self.device, self.base, milliticks, interface)
        memory = self.host if descriptor.in_host else self.buffers
        wait, give, following = descriptor.acquire, descriptor.release, descriptor.following
        self.program.add_descriptor(
            self.channels[port],
            descriptor.in_host,
            memory[descriptor.buffer],
            descriptor.offset * element,
            list(walk.levels),
            walk.run_bytes,
            -1 if wait is None else self.locks[wait.lock],
            -1 if give is None else self.locks[give.lock],
            -1 if following is None else first + following,
            load,
            acquire_count=1 if wait is None else wait.count,
            release_count=1 if give is None else give.count,
            acquire_equal=wait is not None and wait.action is LockAction.ACQUIRE_EQUAL,
            packet=-1 if descriptor.packet is None else descriptor.packet,
        )

    def _dtype(self, descriptor: Descriptor) -> str:
        if descriptor.in_host:
            found = {buffer.name: buffer.dtype for buffer in self.design.host_buffers}
        else:
            found = {buffer.name: buffer.dtype for buffer in self.design.buffers}
        return found[descriptor.buffer]

    def lock_step(self, use: UseLock) -> tuple[int, int, int]:
        """A core's step for a use of a lock."""
        return LOCK_STEPS[use.action], self.locks[use.lock], use.count
