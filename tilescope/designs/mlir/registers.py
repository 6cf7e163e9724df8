"""Shim descriptors as a sequence writes them into registers, and the pushes that start them.

Fields as AM025 and the AIEX dialect name them: lengths and strides count words of 4 bytes, strides
and the iteration one less than they are.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from tilescope.designs.ir import Dim, HostBuffer, Walk
from tilescope.quantities.dtypes import dtype_bytes

DESCRIPTOR_BASE = 0x1D000  # of a shim's memory map, 32 bytes each
DESCRIPTOR_BYTES = 0x20
DESCRIPTORS = 16
QUEUES = {0x1D204: ("s2mm", 0), 0x1D20C: ("s2mm", 1), 0x1D214: ("mm2s", 0), 0x1D21C: ("mm2s", 1)}
WORD_BYTES = 4


@dataclass(frozen=True)
class ShimDescriptor:
    """One descriptor: a length and up to four levels, in words; `argument` is its host buffer."""

    length: int = 0
    sizes: tuple[int, int] = (0, 0)  # of the two innermost levels, 0 where there is none
    strides: tuple[int, int, int] = (1, 1, 1)
    iterations: int = 1
    iteration_stride: int = 1
    packet: int | None = None
    chained: bool = False
    argument: int | None = None
    offset_bytes: int = 0

    def walk(self, buffer: HostBuffer, repeats: int) -> Walk | None:
        """The walk over elements of a buffer, or None where its elements are no part of a word."""
        element = dtype_bytes(buffer.dtype)
        if WORD_BYTES % element or self.length < 1:
            return None
        each = WORD_BYTES // element
        inner, middle = self.sizes
        levels: list[Dim] = []
        if inner == 0:
            levels = [Dim(self.length, self.strides[0])]
        elif middle == 0:
            levels = [Dim(self.length // inner, self.strides[1]), Dim(inner, self.strides[0])]
        else:
            outer = self.length // (inner * middle)
            levels = [
                Dim(outer, self.strides[2]),
                Dim(middle, self.strides[1]),
                Dim(inner, self.strides[0]),
            ]
        moved = 1
        for dim in levels:
            moved *= dim.size
        if moved != self.length:
            return None
        if repeats > 1:
            stride = self.iteration_stride if self.iterations > 1 else 0
            levels.insert(0, Dim(repeats, stride))
        levels = [Dim(dim.size, dim.stride * each) for dim in levels]
        return (*levels, Dim(each, 1)) if each > 1 else tuple(levels)


@dataclass
class ShimRegisters:
    """The descriptors of all shims, by column and number."""

    descriptors: dict[tuple[int, int], ShimDescriptor] = field(default_factory=dict)

    def write(self, column: int, number: int, descriptor: ShimDescriptor) -> None:
        """Configures a descriptor."""
        self.descriptors[column, number] = descriptor

    def patch(self, address: int, argument: int, offset_bytes: int) -> bool:
        """Gives a descriptor its host buffer; False where the address is that of none."""
        found = descriptor_at(address - WORD_BYTES)
        if found is None or found not in self.descriptors:
            return False
        one = self.descriptors[found]
        self.descriptors[found] = replace(one, argument=argument, offset_bytes=offset_bytes)
        return True


def descriptor_at(address: int) -> tuple[int, int] | None:
    """Column and number of the shim descriptor that begins at an address, if one does."""
    column, row, offset = address >> 25, (address >> 20) & 0x1F, address & 0xFFFFF
    number, rest = divmod(offset - DESCRIPTOR_BASE, DESCRIPTOR_BYTES)
    return (column, number) if row == 0 and rest == 0 and 0 <= number < DESCRIPTORS else None


def queue_at(address: int) -> tuple[int, str, int] | None:
    """Column, direction and number of the shim channel whose queue an address is, if one is."""
    queue = QUEUES.get(address & 0xFFFFF) if (address >> 20) & 0x1F == 0 else None
    return None if queue is None else (address >> 25, *queue)


def decode_words(words: list[int]) -> ShimDescriptor:
    """The descriptor in its eight registers."""

    def bits(word: int, low: int, count: int) -> int:
        return (words[word] >> low) & ((1 << count) - 1)

    return ShimDescriptor(
        length=words[0] & 0xFFFFFFFF,
        sizes=(bits(3, 20, 10), bits(4, 20, 10)),
        strides=(bits(3, 0, 20) + 1, bits(4, 0, 20) + 1, bits(5, 0, 20) + 1),
        iterations=bits(6, 20, 6) + 1,
        iteration_stride=bits(6, 0, 20) + 1,
        packet=bits(2, 19, 5) if bits(2, 30, 1) else None,
        chained=bool(bits(7, 26, 1)),
    )


def decode_fields(fields: dict[str, int]) -> ShimDescriptor:
    """The descriptor in the attributes of aiex.npu.writebd."""

    def of(key: str) -> int:
        return fields.get(key, 0)

    return ShimDescriptor(
        length=of("buffer_length"),
        sizes=(of("d0_size"), of("d1_size")),
        strides=(of("d0_stride") + 1, of("d1_stride") + 1, of("d2_stride") + 1),
        iterations=of("iteration_size") + 1,
        iteration_stride=of("iteration_stride") + 1,
        packet=of("packet_id") if of("enable_packet") else None,
        chained=bool(of("use_next_bd")),
        offset_bytes=of("buffer_offset"),
    )
