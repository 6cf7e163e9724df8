"""Reads the buffer descriptors of a DMA channel: what they walk, their locks and their order."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from math import lcm, prod

from xdsl.dialects.builtin import IntegerAttr, UnregisteredAttr
from xdsl.ir import Attribute, Block, Operation, SSAValue

from tilescope.designs.ir import Dim, HostBuffer, Tile, Walk
from tilescope.designs.mlir.syntax import Source
from tilescope.designs.mlir.types import (
    read_dims,
    read_number,
    read_numbers,
    read_pads,
    read_text,
)
from tilescope.designs.mlir.values import Numbers
from tilescope.designs.parts import (
    Buffer,
    Descriptor,
    Lock,
    LockAction,
    Padding,
    Steps,
    UseLock,
)
from tilescope.quantities.dtypes import dtype_bytes

MAX_DESCRIPTORS = 1 << 12  # of one channel, repeats included
MAX_LEVELS = 5
MAX_LOCK_VALUE = 63  # a lock of AIE-ML counts in six bits, AM020

ACTIONS: dict[str | int, LockAction] = {
    "Acquire": LockAction.ACQUIRE_EQUAL,
    "AcquireGreaterEqual": LockAction.ACQUIRE,
    "Release": LockAction.RELEASE,
    0: LockAction.ACQUIRE_EQUAL,
    1: LockAction.RELEASE,
    2: LockAction.ACQUIRE,
}
MAX_PADDED = 1 << 22  # elements of one descriptor; a mem tile holds an eighth of that
MAX_STEPS_OF_BD = 64  # the iteration of AIE-ML counts in six bits, AM025
KNOWN_OF_BD = {  # what is read, and what changes neither data nor time
    "offset",
    "len",
    "dimensions",
    "sizes",
    "strides",
    "dynamic_offset",
    "dynamic_len",
    "dynamic_sizes",
    "dynamic_strides",
    "pad_dimensions",
    "pad_value",
    "packet",
    "iteration",
    "bd_id",
    "next_bd_id",
    "bd_id_window",
    "burst_length",
    "axcache",
    "operandSegmentSizes",
    "static_offset",
    "static_len",
}
PACKET = r"pkt_id\s*=\s*(\d+)"


@dataclass(frozen=True)
class DescriptorReader:
    """Reads descriptors over buffers of the array and of the host, behind values."""

    source: Source
    buffers: dict[SSAValue, Buffer]
    locks: Mapping[SSAValue, Lock]
    hosts: dict[SSAValue, HostBuffer]
    numbers: Numbers

    def chain(self, first: Block, op: Operation) -> tuple[Descriptor, ...]:
        """The descriptors from a block on, each in a block of its own."""
        blocks: list[Block] = []
        found: list[Descriptor] = []
        block: Block | None = first
        while block is not None and block not in blocks and _transfers(block):
            if len(blocks) >= MAX_DESCRIPTORS:
                raise self.source.fault(op, f"A channel has {MAX_DESCRIPTORS:,} descriptors.")
            blocks.append(block)
            found.append(self.descriptor(block.ops, op))
            jump = next((one for one in block.ops if one.name == "aie.next_bd"), None)
            block = jump.successors[0] if jump is not None and jump.successors else None
        if not found:
            raise self.source.fault(op, "There is no aie.dma_bd where the channel begins.")
        last = blocks.index(block) if block in blocks else None
        return linked(found, last)

    def laid_out(
        self, op: Operation, chain: tuple[Descriptor, ...], times: int
    ) -> tuple[Descriptor, ...]:
        """A chain that ends, so many times; one that goes round does so for ever anyway.

        Descriptors whose offsets advance are laid out run by run.
        """
        last = chain[-1].following
        stepping = any(one.steps is not None for one in chain)
        if last is not None:
            times = lcm(*(one.steps.size for one in chain if one.steps is not None))
        if times <= 1 and not stepping:
            return chain
        if (stepping and last not in (None, 0)) or times * len(chain) > MAX_DESCRIPTORS:
            raise self.source.fault(
                op, f"A channel does not run through its chain {times:,} times."
            )
        runs = [_run(one, run) for run in range(max(1, times)) for one in chain]
        return linked(runs, last)

    def descriptor(self, ops: Iterable[Operation], where: Operation) -> Descriptor:
        """The one transfer of a block, with the locks before and after it."""
        transfer: Descriptor | None = None
        packet: int | None = None
        uses: dict[str, UseLock] = {}
        for op in ops:
            match op.name:
                case "aie.dma_bd":
                    if transfer is not None:
                        raise self.source.fault(op, "A block of a DMA has one aie.dma_bd.")
                    transfer = self.transfer(op)
                case "aie.dma_bd_packet":
                    numbers = read_numbers(op.attributes.get("packet")) or [
                        read_number(op.attributes.get("packet_id")) or 0
                    ]
                    packet = numbers[-1]
                case "aie.use_lock":
                    use = self.use_lock(op)
                    released = use.action is LockAction.RELEASE
                    key = "release" if released else "acquire"
                    if key in uses or released != (transfer is not None):
                        raise self.source.fault(
                            op, "A descriptor acquires one lock before and releases one after it."
                        )
                    uses[key] = use
                case "aie.next_bd" | "aie.end":
                    pass
                case _:
                    if not self.numbers.follow(op):
                        raise self.source.fault(op, f"{op.name} in a DMA is not simulated.")
        if transfer is None:
            raise self.source.fault(where, "A block of a DMA has one aie.dma_bd.")
        if packet is not None:
            transfer = replace(transfer, packet=packet)
        return replace(transfer, acquire=uses.get("acquire"), release=uses.get("release"))

    def use_lock(self, op: Operation) -> UseLock:
        """A use of a lock by a descriptor or a core."""
        lock = self.locks.get(op.operands[0]) if op.operands else None
        if lock is None:
            raise self.source.fault(op, "aie.use_lock should name a lock.")
        key = op.attributes.get("action")
        said = read_text(key)
        action = ACTIONS.get(said if said is not None else read_number(key) or 0)
        if action is None:
            raise self.source.fault(op, f"{said} is nothing that is done to a lock.")
        value = read_numbers(op.attributes.get("value"))
        count = value[0] if value else 1
        if len(op.operands) > 1:
            known = self.numbers.of(op.operands[1])
            if known is None:
                raise self.source.fault(op, "The value of a lock should be a constant.")
            count = known
        if not 0 <= count <= MAX_LOCK_VALUE:
            raise self.source.fault(op, f"A lock counts from 0 to {MAX_LOCK_VALUE}, not {count}.")
        return UseLock(lock.name, action, count)

    def transfer(self, op: Operation) -> Descriptor:
        """One aie.dma_bd. Raises InputError where it leaves its buffer."""
        buffer, in_host = self.buffer(op)
        walk, offset = self.walk(op, prod(buffer.shape))
        padding = self.padding(op, walk, dtype_bytes(buffer.dtype))
        self.check_attributes(op)
        steps = self.steps(op)
        farthest = 0 if steps is None else (steps.size - 1) * steps.stride
        self.check_reach(op, buffer, offset, walk, farthest)
        packet = packet_of(op)
        return Descriptor(
            buffer.name, offset, walk, in_host, packet=packet, steps=steps, padding=padding
        )

    def padding(self, op: Operation, walk: Walk, element: int) -> Padding | None:
        """What an aie.dma_bd sends around its walk; None where it pads nothing."""
        pads = read_pads(op.attributes.get("pad_dimensions"))
        if not pads or not any(map(any, pads)):
            return None
        if any(count * element % 4 for count in pads[-1]):
            raise self.source.fault(op, "The innermost level is padded by whole words of 4 bytes.")
        word = read_numbers(op.attributes.get("pad_value")) or [0]
        before, after = (tuple(pad[side] for pad in pads) for side in (0, 1))
        padding = Padding(before, after, word[0] & 0xFFFFFFFF)
        if padding.elements(walk) > MAX_PADDED:
            raise self.source.fault(
                op, f"A descriptor that pads sends up to {MAX_PADDED:,} elements."
            )
        return padding

    def check_attributes(self, op: Operation) -> None:
        """Raises InputError for what a descriptor says that would change what it does."""
        for key, value in op.attributes.items():
            if key not in KNOWN_OF_BD and not (
                isinstance(value, IntegerAttr) and not value.value.data
            ):
                raise self.source.fault(
                    op, f"{key} of aie.dma_bd is not simulated; neither data nor time can go on."
                )

    def steps(self, op: Operation) -> Steps | None:
        """How its offset advances with every run: `#aie.bd_iteration<size = 4, stride = 8>`."""
        import re

        attribute = op.attributes.get("iteration")
        if attribute is None:
            return None
        text = attribute.value.data if isinstance(attribute, UnregisteredAttr) else ""
        found = {key: int(number) for key, number in re.findall(r"(\w+)\s*=\s*(\d+)", text)}
        size, first = found.get("size", 0), found.get("current", 0)
        if not 1 <= size <= MAX_STEPS_OF_BD or "stride" not in found or first >= size:
            raise self.source.fault(
                op, f"An iteration has a size of 1 to {MAX_STEPS_OF_BD} and a stride."
            )
        return Steps(size, found["stride"], first)

    def buffer(self, op: Operation) -> tuple[Buffer | HostBuffer, bool]:
        """The buffer behind an operation's first operand, and whether it is the host's."""
        value = op.operands[0] if op.operands else None
        if value is not None and value in self.buffers:
            return self.buffers[value], False
        if value is not None and value in self.hosts:
            return self.hosts[value], True
        raise self.source.fault(
            op, "The buffer should be an aie.buffer or an argument of the sequence."
        )

    def walk(self, op: Operation, elements: int) -> tuple[Walk, int]:
        """The walk and the offset of an aie.dma_bd over a buffer of so many elements."""
        offset, length = (self.number(op, key) for key in ("offset", "len"))
        dims, pads = self.levels(op), read_pads(op.attributes.get("pad_dimensions")) or []
        if length is None:
            length = prod(size for size, _ in dims) if dims else elements - (offset or 0)
        levels = tuple(Dim(size, stride) for size, stride in dims) or (Dim(length, 1),)
        moved = prod(dim.size for dim in levels)
        if pads and len(pads) != len(levels):
            raise self.source.fault(
                op, f"A walk of {len(levels)} levels is padded at each of them."
            )
        if pads:  # the length counts them
            sides = zip(levels, pads, strict=True)
            moved = prod(dim.size + before + after for dim, (before, after) in sides)
        if moved != length:
            sizes = "×".join(str(dim.size) for dim in levels)
            raise self.source.fault(
                op, f"The walk has {sizes} elements and the transfer {length:,}."
            )
        return levels, offset or 0

    def levels(self, op: Operation) -> list[tuple[int, int]]:
        """Sizes and strides in either spelling."""
        dims = read_dims(op.attributes.get("dimensions"))
        if dims == []:
            sizes, strides = (self.known(op, key) for key in ("sizes", "strides"))
            if len(sizes) != len(strides):
                raise self.source.fault(op, "A walk has as many strides as sizes.")
            dims = list(zip(sizes, strides, strict=True))
        if dims is None or len(dims) > MAX_LEVELS:
            raise self.source.fault(op, f"A DMA walks up to {MAX_LEVELS} levels.")
        return dims

    def number(self, op: Operation, key: str) -> int | None:
        """A number that is written down, or handed over as a value the text decides."""
        found = self.known(op, key)
        if len(found) > 1:
            raise self.source.fault(op, f"{key} should be one plain number.")
        return found[0] if found else None

    def known(self, op: Operation, key: str) -> list[int]:
        """The numbers of an attribute, those that stand as values among its operands included."""
        found = read_numbers(op.attributes.get(key))
        if found is None:
            raise self.source.fault(op, f"{key} should be plain numbers.")
        places = read_numbers(op.attributes.get(f"dynamic_{key}")) or [-1] * len(found)
        values: list[int] = []
        for number, place in zip(found, places, strict=False):
            value = self.numbers.of(op.operands[place]) if place > 0 else number
            if value is None:
                raise self.source.fault(
                    op, f"{key} is not known from the text; neither data nor time can go on."
                )
            values.append(value)
        return values

    def check_reach(
        self,
        op: Operation,
        buffer: Buffer | HostBuffer,
        offset: int,
        walk: Walk,
        farthest: int = 0,
    ) -> None:
        """Raises InputError where a walk is empty or leaves its buffer."""
        if any(dim.size < 1 or dim.stride < 0 for dim in walk):
            raise self.source.fault(op, "A walk has sizes of 1 or more and no negative stride.")
        elements = prod(buffer.shape)
        last = offset + farthest + sum((dim.size - 1) * dim.stride for dim in walk)
        if offset < 0 or last >= elements:
            raise self.source.fault(
                op,
                f"The transfer reaches from element {offset:,} to {last:,} of {buffer.name}, "
                f"which has {elements:,}.",
            )


def linked(found: list[Descriptor], last: int | None) -> tuple[Descriptor, ...]:
    """Descriptors one after the other; after the last comes the one at `last`, or none."""
    following = [*range(1, len(found)), last]
    return tuple(replace(one, following=to) for one, to in zip(found, following, strict=True))


def _run(one: Descriptor, run: int) -> Descriptor:
    if one.steps is None:
        return one
    return replace(one, offset=one.offset + one.steps.offset(run), steps=None)


def packet_of(op: Operation) -> int | None:
    """The number of the packet that an operation's `packet` names, or None."""
    return packet_in(op.attributes.get("packet"))


def packet_in(attribute: Attribute | None) -> int | None:
    """The number in `#aie.packet_info<pkt_type = 0, pkt_id = 2>`, in either order."""
    import re

    if isinstance(attribute, UnregisteredAttr):
        found = re.search(PACKET, attribute.value.data)
        return int(found.group(1)) if found else None
    numbers = read_numbers(attribute)
    return numbers[-1] if numbers else None


def reaches(tile: Tile, other: Tile) -> bool:
    """Whether a core can use the memory of another tile: its own, above, below, and to the west.

    AM020: a core of AIE-ML reaches four data memories, none of them that of its eastern neighbour.
    """
    if tile.kind != "core" or other.kind != "core":
        return False
    if tile.column == other.column:
        return abs(tile.row - other.row) <= 1
    return tile.row == other.row and tile.column - other.column == 1


def _transfers(block: Block) -> bool:
    return any(op.name == "aie.dma_bd" for op in block.ops)
