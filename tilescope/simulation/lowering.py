"""Turns a design into the engine's program: buffers, locks, descriptors, streams and steps."""

from __future__ import annotations

from dataclasses import dataclass, field

import tilescope._engine as _engine
from tilescope.designs.ir import (
    Acquire,
    Await,
    Call,
    CoreProgram,
    Design,
    DmaTask,
    Held,
    Loop,
    Release,
    Statement,
    Tile,
)
from tilescope.designs.parts import ChannelTask, ControllerWork, DmaPort, UseLock, WriteWord
from tilescope.devices.device import Device
from tilescope.kernels.functions import FunctionKernel
from tilescope.kernels.library import load_library
from tilescope.quantities.dtypes import dtype_bytes
from tilescope.simulation.clocks import TimeBase
from tilescope.simulation.ddr import ddr_demand
from tilescope.simulation.fifo_lowering import FifoLowering, ObjectEnd
from tilescope.simulation.functions import FunctionThunks
from tilescope.simulation.part_lowering import PartLowering
from tilescope.simulation.walks import byte_walk

PLACES = {"shim": 0, "mem": 1, "core": 2}
LOOP, END_LOOP, ACQUIRE, RELEASE, CALL = range(5)
PUSH, AWAIT, WORK = 0, 1, 2
COLD_TASKS = 16  # by then the cold start of a channel has decayed below one cycle


@dataclass
class Lowered:
    """A program with the names of its parts, in the engine's order; streams are by channel.

    `channel_fifos` names the FIFO of each channel that one has.
    """

    program: _engine.Program
    base: TimeBase
    core_names: list[str] = field(default_factory=list)
    channel_names: list[str] = field(default_factory=list)
    kernel_names: list[str] = field(default_factory=list)
    host_names: list[str] = field(default_factory=list)
    functions: FunctionThunks = field(default_factory=FunctionThunks)
    object_ends: list[ObjectEnd] = field(default_factory=list)
    streams: list[tuple[int, tuple[int, ...]]] = field(default_factory=list)
    channel_fifos: dict[int, str] = field(default_factory=dict)


def lower(design: Design, device: Device, *, with_data: bool) -> Lowered:
    """The program of a design on a device; with data it calls the compiled kernels.

    Raises ValueError where the parts of the design do not fit each other.
    """
    return _Lowering(design, device, with_data).run()


class _Lowering:
    def __init__(self, design: Design, device: Device, with_data: bool) -> None:
        self.design = design
        self.device = device
        self.base = TimeBase.of(device)
        self.out = Lowered(_engine.Program(), self.base)
        self.program = self.out.program
        self.library = load_library() if with_data else None
        self.kernels: dict[str, int] = {}
        self.host = {buffer.name: place for place, buffer in enumerate(design.host_buffers)}
        self.held = design.buffer_dtypes()
        self.channels_used: dict[tuple[Tile, str], int] = {}
        self.parts = PartLowering(
            design, device, self.base, self.program, self.host, self._add_port_channel
        )
        self.fifos = FifoLowering(
            design,
            device,
            self.base,
            self.program,
            self._add_channel,
            self._add_core_stream,
            self.out.object_ends,
            self.out.streams,
        )

    def run(self) -> Lowered:
        if self.library is not None and self.design.pads:
            raise ValueError("a DMA that pads is timed, and its data are not moved")
        cycle = self.base.array_ticks
        device = self.device
        self.program.set_costs(
            device.lock_acquire_cycles * cycle,
            device.lock_release_cycles * cycle,
            device.call_cycles * cycle,
        )
        for buffer in self.design.host_buffers:
            self.program.add_host_buffer(buffer.host_bytes)
            self.out.host_names.append(buffer.name)
        self.fifos.storages = self.parts.add_memory(self.fifos.storages)
        self.parts.add_streams()
        for fifo in self.design.fifos:
            self.fifos.add_ends(fifo)
        for link in self.design.links:
            self.fifos.add_link(link)
        for fifo in self.design.fifos:
            self.fifos.add_flow(fifo)
        for name, channel in self.fifos.source_channel.items():
            self.out.channel_fifos[channel] = name
        for name, channels in self.fifos.target_channels.items():
            self.out.channel_fifos.update(dict.fromkeys(channels, name))
        for core in self.design.cores:
            self._add_core(core)
        self._add_sequence()
        self.program.check()
        return self.out

    # --- channels -----------------------------------------------------------------------------

    def _add_channel(self, tile: Tile, direction: str, starts: bool) -> int:
        number = self.channels_used.get((tile, direction), 0)
        while DmaPort(tile, direction, number) in self.parts.channels:
            number += 1  # the design's own
        self.channels_used[tile, direction] = number + 1
        return self._add_port_channel(DmaPort(tile, direction, number), starts)

    def _add_core_stream(self, tile: Tile, direction: str, fifo: str) -> int:
        """The end of a stream at a core's own port: as fast as a stream, without a descriptor."""
        cycle = self.base.array_ticks
        name = f"{tile} stream of {fifo}"
        word_milliticks = 4000 * cycle // self.device.stream_bytes_per_cycle
        place, reads = PLACES["core"], direction == "mm2s"
        added = self.program.add_channel(name, place, reads, word_milliticks, 0, 0, 0, 1, [])
        self.out.channel_names.append(name)
        return int(added)

    def _add_port_channel(self, port: DmaPort, starts: bool) -> int:
        tile, direction = port.tile, port.direction
        device, cycle = self.device, self.base.array_ticks
        word_milliticks = 4000 * cycle // device.stream_bytes_per_cycle
        setup, chain = device.bd_setup_cycles * cycle, device.bd_chain_cycles * cycle
        task_setup: list[int] = []
        if tile.kind == "shim":
            cold = getattr(device, f"shim_{direction}_cold_cycles")
            task = getattr(device, f"shim_{direction}_task_cycles")
            per_word = getattr(device, f"shim_{direction}_millicycles_per_word")
            word_milliticks = per_word * cycle
            setup = 0  # within the cost of a task
            task_setup = [
                (task + round(cold * device.shim_cold_decay**place)) * cycle
                for place in range(COLD_TASKS)
            ]
        name = str(port)
        channel: int = self.program.add_channel(
            name,
            PLACES[tile.kind],
            direction == "mm2s",
            word_milliticks,
            setup,
            chain,
            0 if starts else -1,
            device.shim_queue_depth,
            task_setup,
        )
        self.out.channel_names.append(name)
        return channel

    # --- cores --------------------------------------------------------------------------------

    def _add_core(self, core: CoreProgram) -> None:
        index = self.program.add_core(str(core.tile))
        self.out.core_names.append(str(core.tile))
        ports: dict[str, int] = {}
        for (name, tile), end in self.fifos.core_ends.items():
            if tile != core.tile:
                continue
            produces = self.design.fifo(name).producer == tile
            wait, give = (
                (end.free_lock, end.full_lock) if produces else (end.full_lock, end.free_lock)
            )
            ports[name] = self.program.add_port(index, name, wait, give, list(end.buffers))
        steps: list[tuple[int, int, int]] = []
        self._add_steps(index, core.body, ports, steps)
        self.program.set_steps(index, steps)

    def _add_steps(
        self,
        core: int,
        body: tuple[Statement, ...],
        ports: dict[str, int],
        steps: list[tuple[int, int, int]],
    ) -> None:
        for statement in body:
            match statement:
                case Acquire(fifo, count):
                    steps.append((ACQUIRE, ports[fifo], count))
                case Release(fifo, count):
                    steps.append((RELEASE, ports[fifo], count))
                case UseLock():
                    steps.append(self.parts.lock_step(statement))
                case Call():
                    steps.append((CALL, self._add_call(core, statement, ports), 0))
                case Loop(trips, inner):
                    start = len(steps)
                    steps.append((LOOP, 0, 0))
                    self._add_steps(core, inner, ports, steps)
                    steps[start] = (LOOP, len(steps), -1 if trips is None else trips)
                    steps.append((END_LOOP, start, 0))

    def _add_call(self, core: int, call: Call, ports: dict[str, int]) -> int:
        kernel = call.kernel
        if isinstance(kernel, FunctionKernel):
            index = self._add_function(core, kernel, call)
        elif kernel.symbol not in self.kernels:
            thunk = self.library.address(kernel.symbol) if self.library else 0
            index = self.kernels[kernel.symbol] = self.program.add_kernel(kernel.symbol, thunk)
            self.out.kernel_names.append(kernel.name)
        else:
            index = self.kernels[kernel.symbol]
        cycles = kernel.cycles(self.device, *call.scalars)
        if isinstance(kernel, FunctionKernel) and kernel.is_code:  # it stands there, uncalled
            cycles = max(0, cycles - self.device.call_cycles)
        ticks = cycles * self.base.array_ticks
        pointers = [
            (ports[operand.fifo], operand.index, -1)
            if isinstance(operand, Held)
            else (-1, 0, self.parts.buffers[operand.buffer])
            for operand in call.operands
        ]
        added: int = self.program.add_call(core, index, ticks, pointers, list(call.scalars))
        return added

    def _add_function(self, core: int, kernel: FunctionKernel, call: Call) -> int:
        """A kernel that is a Python function, for one place of one core."""
        thunk = 0
        if self.library is not None:
            arguments = kernel.arguments(*call.scalars)
            sizes = [(argument.elements, argument.dtype) for argument in arguments]
            thunk = self.out.functions.address(kernel, core, sizes)
            if thunk == 0:
                raise ValueError(f"what {kernel.symbol} computes is not known")
        self.out.kernel_names.append(kernel.name)
        return int(self.program.add_kernel(kernel.symbol, thunk))

    # --- controller ---------------------------------------------------------------------------

    def _add_sequence(self) -> None:
        device, tick = self.device, self.base.controller_ticks
        channels: list[int] = []  # of the tasks started
        last_await = max(
            (i for i, step in enumerate(self.design.sequence) if isinstance(step, Await)),
            default=-1,
        )
        for place, step in enumerate(self.design.sequence):
            match step:
                case DmaTask():
                    channel, descriptor = self._add_task(step)
                    ticks = device.issue_task_cycles * tick
                    self.program.add_controller_step(
                        PUSH, ticks, channel, descriptor, len(channels)
                    )
                    channels.append(channel)
                case ChannelTask():
                    channel, descriptor, ticks = self.parts.add_task(step)
                    self.program.add_controller_step(
                        PUSH, ticks, channel, descriptor, len(channels)
                    )
                    channels.append(channel)
                case Await(task):
                    if task >= len(channels):
                        raise ValueError("the runtime sequence awaits a task before it issues it")
                    last = place == last_await
                    cycles = device.token_last_cycles if last else device.token_other_cycles
                    self.program.add_controller_step(AWAIT, cycles * tick, channels[task], -1, task)
                case ControllerWork(writes, blocks):
                    cycles = writes * device.write32_cycles + blocks * device.blockwrite_cycles
                    self.program.add_controller_step(WORK, cycles * tick, -1, -1, -1)
                case WriteWord(buffer, offset, word):
                    self.program.add_controller_write(
                        device.write32_cycles * tick, self.parts.buffers[buffer], offset, word
                    )

    def _task_channel(self, task: DmaTask) -> int:
        fifo = self.design.fifo(task.fifo)
        if fifo.producer.kind == "shim":
            return self.fifos.source_channel[fifo.name]
        return self.fifos.target_channels[fifo.name][0]

    def _add_task(self, task: DmaTask) -> tuple[int, int]:
        fifo = self.design.fifo(task.fifo)
        channel = self._task_channel(task)
        element = dtype_bytes(self.held[task.buffer])
        walk = byte_walk(task.walk, task.elements, element)
        reads = fifo.producer.kind == "shim"
        direction = "mm2s" if reads else "s2mm"
        per_word = getattr(self.device, f"shim_{direction}_millicycles_per_word")
        column = (fifo.producer if reads else fifo.consumers[0]).column
        milliticks = per_word * self.base.array_ticks
        load = ddr_demand(walk, self.device, self.base, milliticks, 2 * column + (not reads))
        descriptor: int = self.program.add_descriptor(
            channel,
            True,
            self.host[task.buffer],
            task.offset * element,
            list(walk.levels),
            walk.run_bytes,
            -1,
            -1,
            -1,
            load,
        )
        return channel, descriptor
