"""Reads the runtime sequence: transfers between host buffers and FIFOs, and their tokens."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from math import prod

from xdsl.dialects.builtin import IntegerAttr
from xdsl.ir import BlockArgument, Operation, SSAValue

from tilescope.designs.ir import Await, Dim, DmaTask, HostBuffer, ObjectFifo, Tile, Walk
from tilescope.designs.mlir.buffers import buffer_type
from tilescope.designs.mlir.names import MAX_TASK_DIMS
from tilescope.designs.mlir.syntax import Source
from tilescope.designs.mlir.types import read_dims, read_number, read_numbers, read_text, read_texts

MAX_STEPS = 1 << 20  # of one level of a walk that is not one run


@dataclass
class _Task:
    """A transfer that was configured: whether it issues a token, and its place once started."""

    task: DmaTask
    token: bool
    number: int | None = None
    awaited: bool = False


@dataclass
class SequenceReader:
    """Reads one runtime sequence."""

    source: Source
    fifos: Mapping[str, ObjectFifo]
    buffers: list[HostBuffer] = field(default_factory=list)
    steps: list[DmaTask | Await] = field(default_factory=list)
    tasks: dict[SSAValue, _Task] = field(default_factory=dict)
    started: list[_Task] = field(default_factory=list)

    def read(self, op: Operation) -> None:
        """The buffers and the steps. Raises InputError with the place of what is wrong."""
        block = op.regions[0].block
        names = read_texts(op.attributes.get("names")) or []
        for place, argument in enumerate(block.args):
            hint = names[place] if place < len(names) else argument.name_hint
            shape, dtype = buffer_type(self.source, op, argument.type)
            self.buffers.append(HostBuffer(hint or f"arg{place}", shape, dtype))
        if len({buffer.name for buffer in self.buffers}) < len(self.buffers):
            self.buffers = [
                HostBuffer(f"arg{place}", buffer.shape, buffer.dtype)
                for place, buffer in enumerate(self.buffers)
            ]
        for step in block.ops:
            self._step(step)

    def _step(self, op: Operation) -> None:
        match op.name:
            case "aiex.dma_configure_task_for":
                self._configure(op)
            case "aiex.dma_start_task":
                for task in self._named(op):
                    if task.number is not None:
                        raise self.source.fault(op, "A task that was started is started again.")
                    self._start(task)
            case "aiex.dma_await_task":
                for task in self._named(op):
                    self._await(op, task)
            case "aiex.dma_free_task" | "arith.constant" | "aie.end":
                pass
            case "aiex.npu.dma_memcpy_nd":
                self._memcpy(op)
            case "aiex.npu.dma_wait":
                self._wait(op, self._fifo(op, "symbol"))
            case "aiex.npu.sync":
                self._wait(op, self._synced(op))
            case _:
                raise self.source.fault(
                    op, f"{op.name} in the runtime sequence is not simulated; time cannot go on."
                )

    def _named(self, op: Operation) -> list[_Task]:
        found = [self.tasks[value] for value in op.operands if value in self.tasks]
        if len(found) != len(op.operands) or not found:
            raise self.source.fault(op, f"{op.name} should name a task that was configured.")
        return found

    def _start(self, task: _Task) -> None:
        task.number = len(self.started)
        self.started.append(task)
        self.steps.append(task.task)

    def _await(self, op: Operation, task: _Task) -> None:
        if task.number is None:
            raise self.source.fault(op, "A task is awaited that was not started.")
        if not task.token:
            raise self.source.fault(op, "A task is awaited that issues no token (issue_token).")
        task.awaited = True
        self.steps.append(Await(task.number))

    def _fifo(self, op: Operation, key: str) -> ObjectFifo:
        name = read_text(op.attributes.get(key))
        fifo = self.fifos.get(name or "")
        if fifo is None:
            raise self.source.fault(op, f"The transfer names @{name}, and there is no such FIFO.")
        if "shim" not in (fifo.producer.kind, fifo.consumers[0].kind):
            raise self.source.fault(op, f"No shim begins or ends @{name}, so no transfer does.")
        return fifo

    def _configure(self, op: Operation) -> None:
        fifo = self._fifo(op, "alloc")
        inner = [one for one in op.regions[0].block.ops if one.name != "aie.end"]
        if len(inner) != 1 or inner[0].name != "aie.dma_bd":
            raise self.source.fault(op, "A task of one aie.dma_bd is simulated, and no other.")
        bd = inner[0]
        buffer = self._buffer(bd)
        offset, length = (self._number(bd, key) for key in ("offset", "len"))
        dims = read_dims(bd.attributes.get("dimensions"))
        if dims == []:
            sizes, strides = (read_numbers(bd.attributes.get(key)) for key in ("sizes", "strides"))
            if sizes is None or strides is None or len(sizes) != len(strides):
                raise self.source.fault(bd, "A walk has as many strides as sizes.")
            dims = list(zip(sizes, strides, strict=True))
        if dims is None or len(dims) > MAX_TASK_DIMS:
            raise self.source.fault(bd, "A shim walks 1 to 4 levels of size and stride.")
        repeats = self._repeats(op)
        if length is None:
            length = prod(buffer.shape) if not dims else prod(size for size, _ in dims)
            length //= repeats if len(dims) == MAX_TASK_DIMS and dims[0][0] == repeats else 1
        walk = self._walk(bd, dims, length, repeats)
        task = self._task(bd, fifo, buffer, offset or 0, walk)
        self.tasks[op.results[0]] = _Task(task, _flag(op, "issue_token"))

    def _repeats(self, op: Operation) -> int:
        repeats = (read_number(op.attributes.get("repeat_count")) or 0) + 1
        if not 1 <= repeats <= MAX_STEPS:
            raise self.source.fault(op, f"A task does not run {repeats:,} times.")
        return repeats

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
        fifo = self._fifo(op, "metadata")
        buffer = self._buffer(op)
        lists = [
            read_numbers(op.attributes.get(f"static_{key}"))
            for key in ("offsets", "sizes", "strides")
        ]
        if any(found is None or len(found) != MAX_TASK_DIMS for found in lists):
            raise self.source.fault(op, "Offsets, sizes and strides are four plain numbers each.")
        offsets, sizes, strides = (found or [] for found in lists)
        offset = sum(place * stride for place, stride in zip(offsets, strides, strict=True))
        walk = tuple(Dim(size, stride) for size, stride in zip(sizes, strides, strict=True))
        task = _Task(self._task(op, fifo, buffer, offset, walk), _flag(op, "issue_token"))
        self._start(task)

    def _synced(self, op: Operation) -> ObjectFifo:
        """The FIFO of a shim's channel; channels are counted as FIFOs are declared."""
        numbers = [
            read_number(op.attributes.get(key))
            for key in ("column", "row", "direction", "channel", "column_num", "row_num")
        ]
        column, row, direction, channel, columns, rows = numbers
        if row != 0 or direction not in (0, 1) or columns not in (None, 1) or rows not in (None, 1):
            raise self.source.fault(op, "A token of one shim's channel is awaited, and no other.")
        ends = [
            fifo
            for fifo in self.fifos.values()
            if (fifo.consumers[0] if direction == 0 else fifo.producer) == Tile(column or 0, 0)
        ]
        if column is None or channel is None or not 0 <= channel < len(ends):
            raise self.source.fault(op, "There is no FIFO at that channel of the shim.")
        return ends[channel]

    def _wait(self, op: Operation, fifo: ObjectFifo) -> None:
        waiting = [t for t in self.started if t.task.fifo == fifo.name and t.token]
        waiting = [task for task in waiting if not task.awaited]
        if not waiting:
            raise self.source.fault(op, f"No transfer of @{fifo.name} has a token left to await.")
        self._await(op, waiting[0])

    def _buffer(self, op: Operation) -> HostBuffer:
        value = op.operands[0] if len(op.operands) == 1 else None
        if not isinstance(value, BlockArgument) or value.index >= len(self.buffers):
            raise self.source.fault(op, "The buffer should be an argument of the sequence.")
        return self.buffers[value.index]

    def _number(self, op: Operation, key: str) -> int | None:
        found = read_numbers(op.attributes.get(key))
        if found is None or len(found) > 1:
            raise self.source.fault(op, f"{key} should be one plain number.")
        return found[0] if found else None

    def _task(
        self, op: Operation, fifo: ObjectFifo, buffer: HostBuffer, offset: int, walk: Walk
    ) -> DmaTask:
        if buffer.dtype != fifo.dtype:
            raise self.source.fault(
                op, f"{buffer.name} holds {buffer.dtype}, and @{fifo.name} {fifo.dtype}."
            )
        if any(dim.size < 1 or dim.stride < 0 for dim in walk):
            raise self.source.fault(op, "A walk has sizes of 1 or more and no negative stride.")
        elements = prod(buffer.shape)
        last = offset + sum((dim.size - 1) * dim.stride for dim in walk)
        if offset < 0 or last >= elements:
            raise self.source.fault(
                op,
                f"The transfer reaches from element {offset:,} to {last:,} of {buffer.name}, "
                f"which has {elements:,}.",
            )
        return DmaTask(fifo.name, buffer.name, offset, walk)


def _flag(op: Operation, key: str) -> bool:
    value = op.attributes.get(key)
    return bool(value.value.data) if isinstance(value, IntegerAttr) else value is not None
