"""Reads what a sequence does beside transfers: syncs, parameters, and registers it writes."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from xdsl.dialects.builtin import DenseIntOrFPElementsAttr
from xdsl.ir import Operation, SSAValue

from tilescope.designs.ir import Tile
from tilescope.designs.mlir import registers
from tilescope.designs.mlir.streams import DIRECTIONS
from tilescope.designs.mlir.tasks import Task
from tilescope.designs.mlir.types import read_number, read_numbers, read_text
from tilescope.designs.parts import ControllerWork, WriteWord
from tilescope.quantities.dtypes import dtype_bytes

if TYPE_CHECKING:
    from tilescope.designs.mlir.sequences import SequenceReader

SYNC = ("column", "row", "direction", "channel", "column_num", "row_num")
BLOCK_WORDS = 8  # that one block write was timed with
MAX_BLOCK_WORDS = 1 << 14
MAX_COLUMNS = 64


@dataclass
class ControlReader:
    """Reads the operations of one sequence that no transfer is."""

    sequence: SequenceReader
    shims: registers.ShimRegisters = field(default_factory=registers.ShimRegisters)
    words: dict[SSAValue, list[int]] = field(default_factory=dict)

    def read(self, op: Operation) -> bool:
        """Reads a step; False where it is no control operation."""
        match op.name:
            case "aiex.npu.sync":
                self._sync(op)
            case "aiex.npu.rtp_write":
                self._parameter(op)
            case "aiex.npu.write32":
                self._write(op)
            case "aiex.npu.maskwrite32":
                self._work(ControllerWork(block_writes=1))
            case "aiex.npu.blockwrite":
                self._block(op)
            case "aiex.npu.writebd":
                self._descriptor(op)
            case "aiex.npu.address_patch":
                self._patch(op)
            case "aiex.npu.push_queue":
                self._push(op)
            case "aiex.npu.preempt":
                self._work(ControllerWork(register_writes=1))
            case "memref.get_global":
                self._global(op)
            case _:
                return False
        return True

    def _work(self, work: ControllerWork) -> None:
        self.sequence.steps.append(work)

    def _fields(self, op: Operation, names: tuple[str, ...]) -> dict[str, int]:
        """Numbers by name, from attributes or from values in that order."""
        found = {
            key: number
            for key in (*op.attributes, *op.properties)
            if (number := read_number(op.attributes.get(key))) is not None
        }
        for key, value in zip(names, op.operands, strict=False):
            number = self.sequence.numbers.of(value)
            if number is None:
                raise self.sequence.source.fault(op, f"The {key} is not known from the text.")
            found[key] = number
        return found

    def _sync(self, op: Operation) -> None:
        found = self._fields(op, SYNC)
        fault = self.sequence.source.fault
        columns = found.get("column_num", 1)
        known = "column" in found and "channel" in found
        direction = DIRECTIONS.get(found.get("direction", -1))
        if (
            found.get("row", 0) != 0
            or direction is None
            or found.get("row_num", 1) != 1
            or not known
            or not 1 <= columns <= MAX_COLUMNS
        ):
            raise fault(op, "A token of one shim's channel is awaited, and no other.")
        for column in range(found["column"], found["column"] + columns):
            end = self.sequence.ends.at(op, column, direction, found["channel"])
            name = f"@{end}" if isinstance(end, str) else str(end)
            self.sequence.wait(op, end, name)

    def _parameter(self, op: Operation) -> None:
        """A word written into a buffer: at an index that counts words of 32 bits."""
        source = self.sequence.source
        given = read_numbers(op.attributes.get("numbers")) or []
        name = read_text(op.attributes.get("buffer")) or read_text(
            op.attributes.get("buffer_sym_name")
        )
        found = self._fields(op, ("value",) if len(given) == 1 else ("index", "value"))
        place = found.get("index", given[-2] if len(given) > 1 else given[0] if given else -1)
        value = found.get("value", given[-1] if len(given) > 1 else None)
        buffers = self.sequence.dma.descriptors.buffers.values()
        buffer = next((one for one in buffers if one.name == name), None)
        if buffer is None:
            raise source.fault(op, f"There is no buffer @{name} to write to.")
        if value is None or not -(1 << 31) <= value < 1 << 32:
            raise source.fault(op, "What is written is a number of 32 bits.")
        if not 0 <= 4 * place <= buffer.object_bytes - 4:
            raise source.fault(
                op, f"Word {place:,} lies outside @{name}, of {buffer.object_bytes:,} bytes."
            )
        signed = value - (1 << 32) if value >= 1 << 31 else value
        self.sequence.steps.append(WriteWord(buffer.name, 4 * place, signed))

    def _address(self, op: Operation, found: dict[str, int]) -> int:
        if "buffer" in op.attributes:
            raise self.sequence.source.fault(
                op, "A write into a buffer by its address is not simulated; use npu.rtp_write."
            )
        base = found.get("address", 0)
        return base + (found.get("column", 0) << 25) + (found.get("row", 0) << 20)

    def _write(self, op: Operation) -> None:
        found = self._fields(op, ("address", "value"))
        queue = registers.queue_at(self._address(op, found))
        if queue is None:
            self._work(ControllerWork(register_writes=1))
            return
        value = found.get("value", 0) & 0xFFFFFFFF
        repeats = ((value >> 16) & 0xFF) + 1
        self._start(op, queue, value & 0xF, repeats, token=bool(value >> 31))

    def _block(self, op: Operation) -> None:
        words = self.words.get(op.operands[0], []) if op.operands else []
        found = self._fields(op, ())
        place = registers.descriptor_at(self._address(op, found))
        if place is not None and len(words) == BLOCK_WORDS:
            self.shims.write(*place, registers.decode_words(words))
            return
        blocks = -(-max(1, len(words)) // BLOCK_WORDS)
        self._work(ControllerWork(block_writes=blocks))

    def _descriptor(self, op: Operation) -> None:
        found = self._fields(op, ())
        column, number = found.get("column", -1), found.get("bd_id", -1)
        if found.get("row", 0) != 0:
            self._work(ControllerWork(block_writes=1))
            return
        if not 0 <= column < MAX_COLUMNS or not 0 <= number < registers.DESCRIPTORS:
            raise self.sequence.source.fault(op, "A shim's descriptor has a column and a number.")
        self.shims.write(column, number, registers.decode_fields(found))

    def _patch(self, op: Operation) -> None:
        found = self._fields(op, ("arg_plus",))
        address, argument = found.get("addr", 0), found.get("arg_idx", -1)
        if not 0 <= argument < len(self.sequence.buffers):
            raise self.sequence.source.fault(op, f"The sequence has no argument {argument}.")
        if not self.shims.patch(address, argument, found.get("arg_plus", 0)):
            raise self.sequence.source.fault(
                op, f"No shim descriptor was configured at address {address:#x}."
            )

    def _push(self, op: Operation) -> None:
        source = self.sequence.source
        place = read_numbers(op.attributes.get("place")) or []
        found = self._fields(op, ("bd_id", "repeat_count"))
        if not place:
            place = [found.get("column", -1), found.get("row", 0)]
        if place[1] != 0 or not 0 <= place[0] < MAX_COLUMNS:
            raise source.fault(op, "Tasks are pushed to a shim's channel, and to no other.")
        channel = self.sequence.dma.streams.channel_at(op, Tile(place[0], 0))
        token = bool(found.get("issue_token", 0))
        queue = (place[0], channel.direction, channel.number)
        self._start(
            op, queue, found.get("bd_id", -1), found.get("repeat_count", 0) + 1, token=token
        )

    def _start(
        self, op: Operation, queue: tuple[int, str, int], number: int, repeats: int, *, token: bool
    ) -> None:
        source = self.sequence.source
        column, direction, channel = queue
        descriptor = self.shims.descriptors.get((column, number))
        if descriptor is None or descriptor.argument is None:
            raise source.fault(
                op, f"Descriptor {number} of shim column {column} was not configured before this."
            )
        if descriptor.chained:
            raise source.fault(op, "A chain of descriptors in registers is not simulated.")
        if not 1 <= repeats <= 1 << 8:
            raise source.fault(op, f"A task does not run {repeats:,} times.")
        buffer = self.sequence.buffers[descriptor.argument]
        element = dtype_bytes(buffer.dtype)
        walk = descriptor.walk(buffer, repeats)
        if walk is None or descriptor.offset_bytes % element:
            raise source.fault(op, f"Descriptor {number} moves no whole elements of {buffer.name}.")
        end = self.sequence.ends.at(op, column, direction, channel)
        offset = descriptor.offset_bytes // element
        task = self.sequence.host_task(op, end, buffer, offset, walk, descriptor.packet)
        self.sequence.start(Task(task, token))

    def _global(self, op: Operation) -> None:
        name = read_text(op.attributes.get("name")) or read_text(op.properties.get("name"))
        self.words[op.results[0]] = self.sequence.globals.get(name or "", [])


def words_of(op: Operation) -> list[int]:
    """The words that a memref.global holds, none where they are not said."""
    value = op.attributes.get("initial_value")
    if not isinstance(value, DenseIntOrFPElementsAttr):
        return []
    return [int(one) for one in value.get_values()][:MAX_BLOCK_WORDS]
