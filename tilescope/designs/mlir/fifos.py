"""Reads object FIFOs and the links between them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from math import prod

from xdsl.dialects.builtin import ArrayAttr, IntegerAttr, UnregisteredAttr
from xdsl.ir import Attribute, Operation, SSAValue

from tilescope.designs.ir import Dim, Link, LinkEnds, ObjectFifo, Tile, Walk
from tilescope.designs.mlir.buffers import buffer_type
from tilescope.designs.mlir.descriptors import reaches
from tilescope.designs.mlir.syntax import Source
from tilescope.designs.mlir.tile_memory import dense_bytes
from tilescope.designs.mlir.types import (
    LEVEL,
    Dims,
    ObjectFifoType,
    read_dims,
    read_number,
    read_numbers,
    read_text,
    read_texts,
)

MAX_DEPTH = 1 << 12

# What changes how a FIFO behaves and has no part in a design; false and zero change nothing.
NOT_SIMULATED = ("disable_synchronization", "plio", "padDimensions", "iter_count", "packet")
KNOWN = {
    *NOT_SIMULATED,
    "sym_name",
    "elemNumber",
    "elemType",
    "dimensionsToStream",
    "dimensionsFromStreamPerConsumer",
    "repeat_count",
    "initValues",
    "via_DMA",
    "aie_stream",
    "aie_stream_port",
}
CORE_STREAMS = {0: ("producer",), 1: ("consumer",), 2: ("producer", "consumer")}  # of aie_stream
MAX_REPEATS = 1 << 8


@dataclass(frozen=True)
class FifoReader:
    """Reads the FIFOs between some tiles."""

    source: Source
    tiles: Mapping[SSAValue, Tile]

    def read(self, op: Operation) -> ObjectFifo:
        """A FIFO. Raises InputError with the place of what is wrong or not simulated."""
        source = self.source
        found = op.attributes
        name = read_text(found.get("sym_name"))
        if name is None or len(op.operands) < 2:
            raise source.fault(op, "A FIFO has a name, a producer and at least one consumer.")
        for key in NOT_SIMULATED:
            if key in found and not _is_zero(found[key]):
                raise source.fault(op, f"{key} of @{name} is not simulated.")
        ends = [self.tiles.get(value) for value in op.operands]
        tiles = [tile for tile in ends if tile is not None]
        if len(tiles) != len(ends):
            raise source.fault(op, f"An end of @{name} is no tile.")
        producer, *consumers = tiles
        if producer in consumers or len(set(consumers)) < len(consumers):
            raise source.fault(op, f"The ends of @{name} should be different tiles.")
        if len(consumers) > 1 and any(tile.kind == "shim" for tile in consumers):
            raise source.fault(op, f"Of several consumers of @{name} none should be a shim.")
        kind = found.get("elemType")
        if not isinstance(kind, ObjectFifoType):
            raise source.fault(op, f"@{name} should have a type !aie.objectfifo<memref<...>>.")
        shape, dtype = buffer_type(source, op, kind.element)
        dims = read_dims(found.get("dimensionsToStream"))
        if dims is None or any(size < 1 or stride < 0 for size, stride in dims):
            raise source.fault(op, f"The walk of @{name} has sizes and strides of whole numbers.")
        if dims and producer.kind == "shim":
            raise source.fault(op, f"@{name} begins at a shim, whose transfers have the walk.")
        depth, consumer_depths = self._depths(op, name, found.get("elemNumber"), len(consumers))
        walk = tuple(Dim(size, stride) for size, stride in dims)
        if walk and producer.kind == "core":
            self._check_walk(op, name, walk, prod(shape))
        streams = self._core_streams(op, name, producer, consumers)
        direct = _is_zero(found.get("via_DMA")) and not streams
        shared = _shared_memory(producer, consumers) if direct else None
        from_stream = self._from_stream(op, name, consumers, prod(shape))
        repeats = self._repeats(op, name, producer, shared)
        if shared is not None and (walk or from_stream):
            raise source.fault(
                op, f"@{name} is memory that its ends share; walks need a DMA (via_DMA = true)."
            )
        differ = len(set(consumer_depths)) > 1
        return ObjectFifo(
            name,
            producer,
            tuple(consumers),
            shape,
            dtype,
            depth,
            consumer_depths[0],
            walk,
            from_stream=from_stream,
            consumer_depths=consumer_depths if differ else (),
            repeats=repeats,
            initial=self._initial(op, name, producer, depth, prod(shape), dtype),
            memory=shared,
            core_streams=streams,
        )

    def _core_streams(
        self, op: Operation, name: str, producer: Tile, consumers: list[Tile]
    ) -> tuple[str, ...]:
        """The ends at which a core's own stream stands in place of a DMA."""
        attribute = op.attributes.get("aie_stream")
        if attribute is None:
            return ()
        streams = CORE_STREAMS.get(number if (number := read_number(attribute)) is not None else -1)
        port = read_number(op.attributes.get("aie_stream_port")) or 0
        if streams is None or port not in (0, 1):
            raise self.source.fault(
                op, f"aie_stream of @{name} is 0 (producer), 1 (consumer) or 2, its port 0 or 1."
            )
        found = op.attributes
        for end, tiles in (("producer", [producer]), ("consumer", consumers)):
            if end in streams and any(tile.kind != "core" for tile in tiles):
                raise self.source.fault(op, f"The {end} of @{name} has a stream and is no core.")
        walks = ("dimensionsToStream", "producer"), ("dimensionsFromStreamPerConsumer", "consumer")
        if any(key in found and end in streams for key, end in walks):
            raise self.source.fault(op, f"A core's own stream of @{name} has no walk.")
        if not _is_zero(found.get("repeat_count")) or not _is_zero(found.get("initValues")):
            raise self.source.fault(op, f"A core's own stream of @{name} has no DMA to repeat it.")
        return streams

    def _check_walk(self, op: Operation, name: str, walk: Walk, elements: int) -> None:
        reach = sum((dim.size - 1) * dim.stride for dim in walk)
        if prod(dim.size for dim in walk) != elements or reach >= elements:
            raise self.source.fault(
                op, f"The walk of @{name} does not keep to its {elements:,} elements."
            )

    def _from_stream(
        self, op: Operation, name: str, consumers: list[Tile], elements: int
    ) -> tuple[Walk, ...]:
        """The walk of each consumer; none where no consumer has one."""
        attribute = op.attributes.get("dimensionsFromStreamPerConsumer")
        lists = _walk_lists(attribute, len(consumers))
        if lists is None:
            raise self.source.fault(op, f"The consumers of @{name} have walks of whole numbers.")
        walks = tuple(tuple(Dim(size, stride) for size, stride in one) for one in lists)
        if not any(walks):
            return ()
        for tile, walk in zip(consumers, walks, strict=True):
            if walk and tile.kind != "core":
                raise self.source.fault(
                    op, f"dimensionsFromStream of @{name} at {tile} is not simulated."
                )
            if any(dim.size < 1 or dim.stride < 0 for dim in walk):
                raise self.source.fault(op, f"The walk of @{name} has sizes of 1 or more.")
            if walk:
                self._check_walk(op, name, walk, elements)
        return walks

    def _repeats(self, op: Operation, name: str, producer: Tile, shared: Tile | None) -> int:
        repeats = read_number(op.attributes.get("repeat_count")) or 1
        if not 1 <= repeats <= MAX_REPEATS:
            raise self.source.fault(op, f"@{name} is not sent {repeats:,} times.")
        if repeats > 1 and (producer.kind == "shim" or shared is not None):
            raise self.source.fault(
                op, f"Objects of @{name} are repeated by the DMA of a mem tile or core."
            )
        return repeats

    def _initial(
        self, op: Operation, name: str, producer: Tile, depth: int, elements: int, dtype: str
    ) -> tuple[bytes, ...]:
        attribute = op.attributes.get("initValues")
        if attribute is None or _is_zero(attribute):
            return ()
        found = [
            dense_bytes(value, elements, dtype)
            for value in (attribute.data if isinstance(attribute, ArrayAttr) else ())
        ]
        objects = tuple(one for one in found if one is not None)
        if producer.kind != "core":
            raise self.source.fault(op, f"Initial values of @{name} are simulated at cores alone.")
        if len(objects) != len(found) or len(objects) != depth:
            raise self.source.fault(
                op, f"@{name} should have initial values for each of its {depth} objects."
            )
        return objects

    def _depths(
        self, op: Operation, name: str, attribute: Attribute | None, consumers: int
    ) -> tuple[int, tuple[int, ...]]:
        """How many objects there are at each end; one number is that of every end."""
        depths = read_numbers(attribute)
        if not depths or any(not 1 <= depth <= MAX_DEPTH for depth in depths):
            raise self.source.fault(op, f"@{name} has a depth of 1 to {MAX_DEPTH:,} objects.")
        if len(depths) == 1:
            depths *= 1 + consumers
        if len(depths) != 1 + consumers:
            raise self.source.fault(
                op, f"@{name} has {1 + consumers} ends and {len(depths)} depths."
            )
        return depths[0], tuple(depths[1:])


def read_link(
    source: Source, op: Operation, fifos: Mapping[str, ObjectFifo], *, staged: bool
) -> Link:
    """A link, or one whose slices hold several objects. Raises InputError with its place."""
    found = op.attributes
    names = ("sources", "targets") if staged else ("fifoIns", "fifoOuts")
    sources, targets = (read_texts(found.get(key)) or [] for key in names)
    for name in (*sources, *targets):
        if name not in fifos:
            raise source.fault(op, f"The link names @{name}, and there is no such FIFO.")
    if len(set(sources + targets)) < len(sources + targets):
        raise source.fault(op, "The ends of a link should be different FIFOs.")
    if not sources or not targets or min(len(sources), len(targets)) > 1:
        raise source.fault(op, "A link joins several FIFOs, or distributes to several, not both.")
    mems = {fifos[name].producer for name in targets}
    mem = next(iter(mems))
    if len(mems) != 1 or mem.kind != "mem" or any(mem not in fifos[n].consumers for n in sources):
        raise source.fault(op, "All ends of a link should meet in one mem tile.")
    ends = LinkEnds.of(tuple(fifos[n] for n in sources), tuple(fifos[n] for n in targets))
    joins, larger, smaller = ends.joins, ends.larger, ends.smaller
    if any(fifo.dtype != larger.dtype for fifo in smaller):
        raise source.fault(op, "All ends of a link should hold the same dtype.")
    keys = ("offsets",) if staged else ("src_offsets", "dst_offsets")
    lists = [read_numbers(found.get(key)) for key in keys]
    if any(numbers is None for numbers in lists):
        raise source.fault(op, "The offsets of a link are plain numbers.")
    offsets = [number for numbers in lists for number in numbers or []]
    if not offsets:  # the slices follow each other
        sizes = [fifo.elements for fifo in smaller]
        offsets = [sum(sizes[:place]) for place in range(len(sizes))]
    if len(offsets) != len(smaller):
        raise source.fault(op, f"The link has {len(smaller)} slices and {len(offsets)} offsets.")
    pieces = read_numbers(found.get("pieces")) if staged else [0]
    if not pieces or (joins and len(pieces) > 1):
        raise source.fault(op, "pieces are where the objects of a distributed slice start.")
    link = Link(tuple(sources), tuple(targets), tuple(offsets), tuple(pieces))
    _check_slices(source, op, ends, link)
    return link


def _check_slices(source: Source, op: Operation, ends: LinkEnds, link: Link) -> None:
    """The slices fill the larger object, and no walk (of a join: its target's) leaves it."""
    larger, smaller, pieces = ends.larger, ends.smaller, link.pieces
    total = sum(fifo.elements for fifo in smaller) * len(pieces)
    if len(smaller) == 1 and larger.elements % smaller[0].elements == 0 and pieces == (0,):
        total = larger.elements  # it is passed on as a whole, in objects of another size
    if total != larger.elements:
        raise source.fault(
            op,
            f"An object of @{larger.name} has {larger.elements:,} elements and its slices have "
            f"{total:,} together.",
        )
    for fifo, offset in zip(smaller, link.offsets, strict=True):
        walk = larger.to_stream if ends.joins else fifo.to_stream
        moved = prod(dim.size for dim in walk)
        size = ends.slice_elements(link, fifo) // len(pieces)
        if walk and moved != size:
            raise source.fault(
                op, f"The walk of a slice has {moved:,} elements, and @{fifo.name} {size:,}."
            )
        reach = sum((dim.size - 1) * dim.stride for dim in walk) if walk else size - 1
        for piece in pieces:
            if min(offset, piece) < 0 or offset + piece + reach >= larger.elements:
                raise source.fault(
                    op,
                    f"The slice of @{fifo.name} from element {offset + piece:,} to "
                    f"{offset + piece + reach:,} lies outside @{larger.name}, which has "
                    f"{larger.elements:,}.",
                )


def _shared_memory(producer: Tile, consumers: list[Tile]) -> Tile | None:
    """The tile whose memory both ends reach, where they are neighbours; else None."""
    if len(consumers) > 1:
        return None
    for memory in (producer, consumers[0]):
        if reaches(producer, memory) and reaches(consumers[0], memory):
            return memory
    return None


def _walk_lists(attribute: Attribute | None, consumers: int) -> list[Dims] | None:
    """The levels of each consumer's walk in either syntax, or None where they are none."""
    if attribute is None:
        return [[] for _ in range(consumers)]
    if isinstance(attribute, UnregisteredAttr):  # #aie<bd_dim_layout_array_array[[...], [...]]>
        parts = re.findall(r"\[((?:[^\[\]])*)\]", attribute.value.data)
        lists = [
            [(int(size), int(stride)) for size, stride in LEVEL.findall(part)] for part in parts
        ]
        return lists if len(lists) == consumers else None
    if not isinstance(attribute, ArrayAttr) or len(attribute.data) != consumers:
        return None
    found = [read_dims(one) for one in attribute.data]
    return [one for one in found if one is not None] if None not in found else None


def _is_zero(attribute: Attribute | None) -> bool:
    if attribute is None:
        return True
    return isinstance(attribute, IntegerAttr) and not attribute.value.data
