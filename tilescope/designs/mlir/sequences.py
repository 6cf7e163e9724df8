"""Reads the runtime sequence: transfers, their tokens, and what else the controller does."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from math import prod

from xdsl.dialects import scf
from xdsl.dialects.builtin import IntegerAttr, MemRefType
from xdsl.ir import Operation, SSAValue

from tilescope.designs.ir import Await, Dim, DmaTask, HostBuffer, ObjectFifo, Step, Walk
from tilescope.designs.mlir.buffers import buffer_type
from tilescope.designs.mlir.control import ControlReader
from tilescope.designs.mlir.descriptors import packet_of
from tilescope.designs.mlir.dma_programs import DmaReader
from tilescope.designs.mlir.endpoints import Endpoints
from tilescope.designs.mlir.names import MAX_TASK_DIMS
from tilescope.designs.mlir.syntax import Source
from tilescope.designs.mlir.tasks import Task
from tilescope.designs.mlir.types import (
    read_number,
    read_numbers,
    read_pads,
    read_text,
    read_texts,
)
from tilescope.designs.mlir.values import Numbers
from tilescope.designs.parts import ChannelTask, Descriptor, DmaPort

KNOWN_OF_TASK = {
    "alloc",
    "channel_dir",
    "channel_index",
    "col",
    "direction",
    "channel",
    "packet",
    "issue_token",
    "repeat_count",
    "operandSegmentSizes",
}
MAX_STEPS = 1 << 20  # of one level of a walk that is not one run, and of the sequence's loops


@dataclass
class SequenceReader:
    """Reads one runtime sequence."""

    source: Source
    fifos: Mapping[str, ObjectFifo]
    dma: DmaReader
    chains: Mapping[str, Operation]
    globals: Mapping[str, list[int]]
    buffers: list[HostBuffer] = field(default_factory=list)
    steps: list[Step] = field(default_factory=list)
    tasks: dict[SSAValue, list[Task]] = field(default_factory=dict)  # each with its starts
    started: list[Task] = field(default_factory=list)
    done: int = 0
    configured: bool = False

    def __post_init__(self) -> None:
        """Parts that share what is read."""
        self.numbers: Numbers = self.dma.descriptors.numbers
        self.hosts = self.dma.descriptors.hosts
        self.ends = Endpoints(self.source, self.fifos, self.dma.streams)
        self.control = ControlReader(self)

    def read(self, op: Operation) -> None:
        """The buffers and the steps. Raises InputError with the place of what is wrong."""
        block = op.regions[0].block
        names = read_texts(op.attributes.get("names")) or []
        for place, argument in enumerate(block.args):
            hint = names[place] if place < len(names) else argument.name_hint
            if not isinstance(argument.type, MemRefType):
                raise self.source.fault(
                    op,
                    f"%{hint} is a number that only the host knows, and the text has to decide.",
                )
            shape, dtype = buffer_type(self.source, op, argument.type)
            self.buffers.append(HostBuffer(hint or f"arg{place}", shape, dtype))
        if len({buffer.name for buffer in self.buffers}) < len(self.buffers):
            self.buffers = [
                HostBuffer(f"arg{place}", buffer.shape, buffer.dtype)
                for place, buffer in enumerate(self.buffers)
            ]
        self.hosts.update(zip(block.args, self.buffers, strict=True))
        for step in block.ops:
            self._step(step)

    def _step(self, op: Operation) -> None:
        self.done += 1
        if self.done > MAX_STEPS:
            raise self.source.fault(op, f"The sequence has more than {MAX_STEPS:,} steps.")
        match op.name:
            case "aiex.dma_configure_task_for":
                _, end, packet = self.ends.named(op, "alloc")
                self._configure(op, end, packet)
            case "aiex.dma_configure_task":
                port = self.ends.port(op, self.dma.streams.channel(op))
                self._configure(op, port, packet_of(op))
            case "aiex.dma_start_bd_chain" | "aiex.dma_start_bd_chain_for":
                self._start_chain(op)
            case "aiex.dma_start_task":
                self._start_named(op)
            case "aiex.dma_await_task":
                for starts in self._named(op):
                    waiting = [task for task in starts if not task.awaited]
                    self.wait_for(op, (waiting or starts)[0])
            case "aiex.dma_free_task" | "aie.end" | "scf.yield" | "func.return":
                pass
            case "aiex.npu.dma_memcpy_nd":
                self._memcpy(op)
            case "aiex.npu.dma_wait":
                name, end, _ = self.ends.named(op, "symbol")
                self.wait(op, end, f"@{name}")
            case "scf.for":
                self._loop(op)
            case "aiex.configure":
                self._configured(op)
            case "aiex.npu.load_pdi":
                self._own_device(op, "device_ref")
            case "memref.assume_alignment":
                if op.operands[0] in self.hosts:
                    self.hosts[op.results[0]] = self.hosts[op.operands[0]]
            case _:
                if not self.control.read(op) and not self.numbers.follow(op):
                    raise self.source.fault(
                        op,
                        f"{op.name} in the runtime sequence is not simulated; time cannot go on.",
                    )

    def _configured(self, op: Operation) -> None:
        """The steps after a configuration; that of the array itself is part of its set-up."""
        self._own_device(op, "symbol")
        if self.configured or not op.regions:
            raise self.source.fault(op, "Configuring the array once more is not simulated.")
        self.configured = True
        for block in op.regions[0].blocks:
            for step in block.ops:
                self._step(step)

    def _own_device(self, op: Operation, key: str) -> None:
        """Raises InputError where another array than the sequence's own is configured."""
        name = read_text(op.attributes.get(key))
        device = op.parent_op()
        while device is not None and device.name != "aie.device":
            device = device.parent_op()
        own = read_text(device.attributes.get("sym_name")) if device is not None else None
        if name is None or name != own:
            raise self.source.fault(op, f"Configuring @{name} in a launch is not simulated.")

    def _loop(self, op: Operation) -> None:
        assert isinstance(op, scf.ForOp)
        first, end, step = (self.numbers.of(value) for value in (op.lb, op.ub, op.step))
        if first is None or end is None or step is None or step < 1 or op.iter_args:
            raise self.source.fault(op, "A loop of the sequence has constant bounds.")
        for value in range(first, end, step):
            self.numbers.known[op.body.block.args[0]] = value
            self.done += 1
            for inner in op.body.block.ops:
                self._step(inner)

    def _named(self, op: Operation) -> list[list[Task]]:
        found = [self.tasks[value] for value in op.operands if value in self.tasks]
        if len(found) != len(op.operands) or not found:
            raise self.source.fault(op, f"{op.name} should name a task that was configured.")
        return found

    def _start_named(self, op: Operation) -> None:
        if "repeats" in op.attributes or "repeat_count" in op.attributes:
            raise self.source.fault(op, "A repeat that is stated at the start is not simulated.")
        for starts in self._named(op):
            if starts[-1].number is not None:  # the same transfer once more
                starts.append(Task(starts[-1].task, starts[-1].token))
            self.start(starts[-1])

    def start(self, task: Task) -> None:
        """The controller pushes a task."""
        task.number = len(self.started)
        self.started.append(task)
        self.steps.append(task.task)

    def wait_for(self, op: Operation, task: Task) -> None:
        """The controller waits for a task's token."""
        if task.number is None:
            raise self.source.fault(op, "A task is awaited that was not started.")
        if not task.token:
            raise self.source.fault(op, "A task is awaited that issues no token (issue_token).")
        task.awaited = True
        self.steps.append(Await(task.number))

    def wait(self, op: Operation, end: str | DmaPort, name: str) -> None:
        """The controller waits for the next token of a FIFO or a channel."""
        for task in self.started:
            if task.end == end and task.token and not task.awaited:
                self.wait_for(op, task)
                return
        raise self.source.fault(op, f"No transfer of {name} has a token left to await.")

    def _configure(self, op: Operation, end: str | DmaPort, packet: int | None) -> None:
        for key in op.attributes:
            if key not in KNOWN_OF_TASK:
                raise self.source.fault(
                    op, f"{key} of a task is not simulated; neither data nor time can go on."
                )
        inner = [one for one in op.regions[0].walk() if one.name == "aie.dma_bd"]
        if len(inner) != 1 and isinstance(end, str):
            raise self.source.fault(op, "A task of one aie.dma_bd is simulated, and no other.")
        reader = self.dma.descriptors
        if len(inner) == 1 and inner[0].operands and inner[0].operands[0] in self.hosts:
            for one in op.regions[0].walk():
                if one.name not in ("aie.dma_bd", "aie.end", "aie.next_bd"):
                    reader.numbers.follow(one)
                if one.name == "aie.use_lock":
                    raise self.source.fault(one, "A lock around a host's buffer is not simulated.")
            bd = inner[0]
            buffer = self.hosts[bd.operands[0]]
            reader.check_attributes(bd)
            if read_pads(bd.attributes.get("pad_dimensions")):
                raise self.source.fault(bd, "A shim does not pad; only a mem tile does.")
            walk, offset = self._host_walk(op, bd, buffer)
            packet = packet_of(bd) if packet is None else packet
            task = self.host_task(bd, end, buffer, offset, walk, packet)
        else:
            if isinstance(end, str):
                raise self.source.fault(
                    inner[0], "The buffer should be an argument of the sequence."
                )
            chain = reader.chain(op.regions[0].blocks[0], op)
            task = self._chain_task(op, end, reader.laid_out(op, chain, self._repeats(op)))
        self.tasks[op.results[0]] = [Task(task, flag(op, "issue_token"))]

    def _chain_task(
        self, op: Operation, port: DmaPort, chain: tuple[Descriptor, ...]
    ) -> ChannelTask:
        if any(one.in_host for one in chain) and port.tile.kind != "shim":
            raise self.source.fault(op, f"{port} does not reach the host's memory.")
        packets = self.dma.packets(port)
        chain = tuple(self.dma.with_packet(op, port, one, packets) for one in chain)
        return ChannelTask(port, self.dma.with_pads(op, port, chain))

    def _start_chain(self, op: Operation) -> None:
        chain = self.chains.get(read_text(op.attributes.get("symbol")) or "")
        if chain is None:
            raise self.source.fault(op, "The chain that is started is not there.")
        operands = list(op.operands)
        if "alloc" in op.attributes:
            _, end, _ = self.ends.named(op, "alloc")
        else:
            end = self.ends.port(op, self.dma.streams.channel(op))
            operands = operands[1:] if "col" not in op.attributes else operands
        if isinstance(end, str):
            raise self.source.fault(op, "A chain is started on a channel, not on a FIFO.")
        arguments = chain.regions[0].blocks[0].args
        if len(arguments) != len(operands):
            raise self.source.fault(
                op, f"The chain takes {len(arguments)} buffers and is given {len(operands)}."
            )
        reader = self.dma.descriptors
        for argument, value in zip(arguments, operands, strict=True):
            if value in reader.buffers:
                reader.buffers[argument] = reader.buffers[value]
            if value in self.hosts:
                self.hosts[argument] = self.hosts[value]
        found = reader.laid_out(op, reader.chain(chain.regions[0].blocks[0], op), 1)
        for argument in arguments:
            reader.buffers.pop(argument, None)
            self.hosts.pop(argument, None)
        task = Task(self._chain_task(op, end, found), flag(op, "issue_token"))
        self.tasks[op.results[0]] = [task]
        self.start(task)

    def host_task(
        self,
        op: Operation,
        end: str | DmaPort,
        buffer: HostBuffer,
        offset: int,
        walk: Walk,
        packet: int | None,
    ) -> DmaTask | ChannelTask:
        """A transfer of a host's buffer over a FIFO or a shim's channel."""
        self.dma.descriptors.check_reach(op, buffer, offset, walk)
        if isinstance(end, DmaPort):
            if end.tile.kind != "shim":
                raise self.source.fault(op, f"{end} does not reach the host's memory.")
            one = Descriptor(buffer.name, offset, walk, in_host=True, packet=packet)
            return self._chain_task(op, end, (one,))
        return DmaTask(self.fifos[end].name, buffer.name, offset, walk)

    def _repeats(self, op: Operation) -> int:
        repeats = (read_number(op.attributes.get("repeat_count")) or 0) + 1
        if not 1 <= repeats <= MAX_STEPS:
            raise self.source.fault(op, f"A task does not run {repeats:,} times.")
        return repeats

    def _host_walk(self, op: Operation, bd: Operation, buffer: HostBuffer) -> tuple[Walk, int]:
        """The levels of a task over a host's buffer, its repeats among them, and its offset."""
        reader = self.dma.descriptors
        offset, length = (reader.number(bd, key) for key in ("offset", "len"))
        dims = reader.levels(bd)
        if len(dims) > MAX_TASK_DIMS:
            raise self.source.fault(bd, "A shim walks 1 to 4 levels of size and stride.")
        repeats = self._repeats(op)
        if length is None:
            length = prod(buffer.shape) if not dims else prod(size for size, _ in dims)
            length //= repeats if len(dims) == MAX_TASK_DIMS and dims[0][0] == repeats else 1
        walk, steps = self._walk(bd, dims, length, repeats), reader.steps(bd)
        if steps is not None:
            advances = len(dims) < MAX_TASK_DIMS and walk[0] == Dim(repeats, 0)
            if steps.first or repeats > steps.size or (repeats > 1 and not advances):
                raise self.source.fault(bd, "A task runs no further than its iteration's size.")
            walk = (Dim(repeats, steps.stride), *walk[repeats > 1 :])
        return walk, offset or 0

    def _walk(self, bd: Operation, dims: list[tuple[int, int]], length: int, repeats: int) -> Walk:
        """All levels of a task that runs `repeats` times; each run moves `length` elements."""
        levels = [Dim(size, stride) for size, stride in dims]
        if not levels:
            levels = [Dim(length, 1)]
        elif len(levels) == MAX_TASK_DIMS and levels[0].size > 1:
            if levels[0].size != repeats:
                raise self.source.fault(
                    bd,
                    f"The outermost of four levels repeats the task: {levels[0].size} steps need "
                    f"repeat_count = {levels[0].size - 1}.",
                )
            repeats = 1
            length *= levels[0].size
        if prod(dim.size for dim in levels) != length:
            sizes = "×".join(str(dim.size) for dim in levels)
            raise self.source.fault(
                bd, f"The walk has {sizes} elements and the transfer {length:,}."
            )
        if repeats > 1:
            if len(levels) == MAX_TASK_DIMS:
                levels = levels[1:]
            levels.insert(0, Dim(repeats, 0))
        return tuple(levels)

    def _memcpy(self, op: Operation) -> None:
        _, end, packet = self.ends.named(op, "metadata")
        buffer = self.hosts.get(op.operands[0]) if op.operands else None
        if buffer is None:
            raise self.source.fault(op, "The buffer should be an argument of the sequence.")
        lists = [self._list(op, key) for key in ("offsets", "sizes", "strides")]
        offsets, sizes, strides = lists
        offset = sum(place * stride for place, stride in zip(offsets, strides, strict=True))
        walk = tuple(Dim(size, stride) for size, stride in zip(sizes, strides, strict=True))
        packet = packet if "packet" not in op.attributes else packet_of(op)
        task = self.host_task(op, end, buffer, offset, walk, packet)
        token = flag(op, "issue_token") or self._into_host(end)  # those into DDR always have one
        self.start(Task(task, token))

    def _into_host(self, end: str | DmaPort) -> bool:
        if isinstance(end, str):
            return self.fifos[end].producer.kind != "shim"
        return end.direction == "s2mm"

    def _list(self, op: Operation, key: str) -> list[int]:
        """Offsets, sizes or strides, where some may be values that the text decides."""
        found = read_numbers(op.attributes.get(f"static_{key}"))
        places = read_numbers(op.attributes.get(f"dynamic_{key}")) or []
        if key == "strides" and found is not None and len(found) == MAX_TASK_DIMS - 1:
            found, places = [*found, 1], [*places, -1]  # older releases leave the last one out
        if found is not None and len(found) == MAX_TASK_DIMS:
            if all(place < 0 for place in places):
                return found
            values = [self.numbers.of(op.operands[place]) if place > 0 else 0 for place in places]
            if None not in values:
                return [
                    (value or 0) if place > 0 else number
                    for number, value, place in zip(found, values, places, strict=True)
                ]
        raise self.source.fault(op, "Offsets, sizes and strides are four plain numbers each.")


def flag(op: Operation, key: str) -> bool:
    """Whether an attribute is there and not false."""
    value = op.attributes.get(key)
    return bool(value.value.data) if isinstance(value, IntegerAttr) else value is not None
