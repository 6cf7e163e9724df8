"""Reads what the DMA of a tile does by itself: aie.mem, aie.memtile_dma and aie.shim_dma."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from xdsl.dialects.builtin import IntegerAttr
from xdsl.ir import Attribute, Block, Operation

from tilescope.designs.ir import Tile
from tilescope.designs.mlir.descriptors import (
    MAX_DESCRIPTORS,
    DescriptorReader,
    linked,
)
from tilescope.designs.mlir.streams import StreamReader
from tilescope.designs.mlir.types import read_numbers
from tilescope.designs.parts import ChannelProgram, Descriptor, DmaPort

KNOWN_OF_CHANNEL = {
    "channel_dir",
    "channel_index",
    "repeat_count",
    "loop",
    "pad_value",
    "sym_name",
}
KINDS = {"aie.mem": "core", "aie.memtile_dma": "mem", "aie.shim_dma": "shim"}


@dataclass(frozen=True)
class DmaReader:
    """Reads the channels of one tile's DMA."""

    descriptors: DescriptorReader
    streams: StreamReader

    def read(self, op: Operation, tile: Tile) -> Iterator[ChannelProgram]:
        """Each channel with its chain. Raises InputError with the place of what is not one."""
        source = self.descriptors.source
        if tile.kind != KINDS[op.name]:
            raise source.fault(op, f"{op.name} belongs to another kind of tile than {tile}.")
        seen: set[Block] = set()
        block: Block | None = op.regions[0].blocks[0] if op.regions[0].blocks else None
        while block is not None and block not in seen:
            seen.add(block)
            following: Block | None = None
            for inner in block.ops:
                match inner.name:
                    case "aie.dma_start":
                        yield self._started(inner, tile)
                        following = inner.successors[1]
                    case "aie.dma":
                        yield self._listed(inner, tile)
                    case "aie.next_bd":
                        following = inner.successors[0] if inner.successors else None
                    case "aie.end" | "aie.buffer" | "aie.lock":
                        pass
                    case _:
                        if not self.descriptors.numbers.follow(inner):
                            raise source.fault(
                                inner, f"{inner.name} is not simulated where channels start."
                            )
            block = following

    def _started(self, op: Operation, tile: Tile) -> ChannelProgram:
        if len(op.successors) != 2:
            raise self.descriptors.source.fault(op, "A channel has a first block and a next one.")
        chain = self.descriptors.chain(op.successors[0], op)
        return self._program(op, tile, chain)

    def _listed(self, op: Operation, tile: Tile) -> ChannelProgram:
        """`aie.dma` holds its descriptors in regions; it goes round unless `loop = false`."""
        if not op.regions or any(len(region.blocks) != 1 for region in op.regions):
            raise self.descriptors.source.fault(op, "Each descriptor of aie.dma is one block.")
        found = [self.descriptors.descriptor(region.block.ops, op) for region in op.regions]
        loop = op.attributes.get("loop")
        goes_round = not isinstance(loop, IntegerAttr) or bool(loop.value.data)
        return self._program(op, tile, linked(found, 0 if goes_round else None))

    def _program(self, op: Operation, tile: Tile, chain: tuple[Descriptor, ...]) -> ChannelProgram:
        source = self.descriptors.source
        port = self.streams.channel_at(op, tile)
        for key, value in op.attributes.items():
            if key not in KNOWN_OF_CHANNEL and not _is_false(value):
                raise source.fault(
                    op, f"{key} of {port} is not simulated; neither data nor time can go on."
                )
        repeats = read_numbers(op.attributes.get("repeat_count")) or [0]
        times = repeats[0] + 1
        if times < 1 or times * len(chain) > MAX_DESCRIPTORS:
            raise source.fault(op, f"A channel does not repeat its chain {times:,} times.")
        packets = self.packets(port)
        if any(one.packet is not None for one in chain) and not packets:
            raise source.fault(op, f"{port} sends packets, and no packet flow begins there.")
        chain = tuple(self.with_packet(op, port, one, packets) for one in chain)
        chain = self.with_pads(op, port, chain)
        return ChannelProgram(port, self.descriptors.laid_out(op, chain, times))

    def with_pads(
        self, op: Operation, port: DmaPort, chain: tuple[Descriptor, ...]
    ) -> tuple[Descriptor, ...]:
        """The chain with the value that its channel pads with, where it pads."""
        value = read_numbers(op.attributes.get("pad_value"))
        found = []
        for one in chain:
            padding = one.padding
            if padding is not None and (port.tile.kind != "mem" or port.direction != "mm2s"):
                raise self.descriptors.source.fault(
                    op, f"{port} does not pad; only a mem tile's DMA that sends does."
                )
            if padding is not None and value:
                padding = replace(padding, word=value[0] & 0xFFFFFFFF)
            found.append(replace(one, padding=padding))
        return tuple(found)

    def packets(self, port: DmaPort) -> set[int]:
        """The numbers of the packets that a channel may send."""
        return {
            one.packet
            for one in self.streams.streams
            if one.source == port and one.packet is not None
        }

    def with_packet(
        self, op: Operation, port: DmaPort, one: Descriptor, packets: set[int]
    ) -> Descriptor:
        """The descriptor with the packet that it must be, where its channel sends packets."""
        if not packets:
            return one
        packet = one.packet
        if packet is None and len(packets) == 1:
            packet = next(iter(packets))
        if packet not in packets:
            raise self.descriptors.source.fault(
                op,
                f"A descriptor of {port} names no packet that it sends: "
                f"{', '.join(map(str, sorted(packets)))}.",
            )
        return replace(one, packet=packet)


def _is_false(value: Attribute) -> bool:
    return isinstance(value, IntegerAttr) and not value.value.data
