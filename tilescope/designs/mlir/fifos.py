"""Reads object FIFOs and the links between them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from math import prod

from xdsl.dialects.builtin import ArrayAttr, IntegerAttr, UnregisteredAttr
from xdsl.ir import Attribute, Operation, SSAValue

from tilescope.designs.ir import Dim, Link, ObjectFifo, Tile, Walk
from tilescope.designs.mlir.buffers import buffer_type
from tilescope.designs.mlir.syntax import Source
from tilescope.designs.mlir.types import (
    ObjectFifoType,
    read_dims,
    read_numbers,
    read_text,
    read_texts,
)

MAX_DEPTH = 1 << 12

# What changes how a FIFO behaves and has no part in a design; false and zero change nothing.
NOT_SIMULATED = (
    "disable_synchronization",
    "plio",
    "padDimensions",
    "repeat_count",
    "iter_count",
    "initValues",
    "aie_stream",
    "aie_stream_port",
    "via_shared_mem",
)


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
        if len(consumers) > 1 and any(tile.kind != "core" for tile in consumers):
            raise source.fault(op, f"Of several consumers of @{name} each should be a core.")
        if _from_stream(found.get("dimensionsFromStreamPerConsumer")):
            raise source.fault(op, f"dimensionsFromStream of @{name} is not simulated.")
        if _share_memory(producer, consumers) and _is_zero(found.get("via_DMA")):
            raise source.fault(
                op,
                f"The ends of @{name} are neighbours and share memory, which is not simulated; "
                "say via_DMA = true to have it streamed.",
            )
        kind = found.get("elemType")
        if not isinstance(kind, ObjectFifoType):
            raise source.fault(op, f"@{name} should have a type !aie.objectfifo<memref<...>>.")
        shape, dtype = buffer_type(source, op, kind.element)
        dims = read_dims(found.get("dimensionsToStream"))
        if dims is None or any(size < 1 or stride < 0 for size, stride in dims):
            raise source.fault(op, f"The walk of @{name} has sizes and strides of whole numbers.")
        if dims and producer.kind == "shim":
            raise source.fault(op, f"@{name} begins at a shim, whose transfers have the walk.")
        depths = self._depths(op, name, found.get("elemNumber"), len(consumers))
        walk = tuple(Dim(size, stride) for size, stride in dims)
        if walk and producer.kind == "core":
            reach = sum((dim.size - 1) * dim.stride for dim in walk)
            if prod(dim.size for dim in walk) != prod(shape) or reach >= prod(shape):
                raise source.fault(
                    op, f"The walk of @{name} does not keep to its {prod(shape):,} elements."
                )
        return ObjectFifo(name, producer, tuple(consumers), shape, dtype, *depths, walk)

    def _depths(
        self, op: Operation, name: str, attribute: Attribute | None, consumers: int
    ) -> tuple[int, int]:
        """How many objects there are at either end; one number is that of every end."""
        depths = read_numbers(attribute)
        if not depths or any(not 1 <= depth <= MAX_DEPTH for depth in depths):
            raise self.source.fault(op, f"@{name} has a depth of 1 to {MAX_DEPTH:,} objects.")
        if len(depths) == 1:
            return depths[0], depths[0]
        if len(depths) != 1 + consumers:
            raise self.source.fault(
                op, f"@{name} has {1 + consumers} ends and {len(depths)} depths."
            )
        if len(set(depths[1:])) > 1:
            raise self.source.fault(
                op, f"@{name} has consumers of different depths, which is not simulated."
            )
        return depths[0], depths[1]


def read_link(
    source: Source, op: Operation, fifos: Mapping[str, ObjectFifo], *, staged: bool
) -> Link:
    """A link, or one whose slices hold several objects. Raises InputError with its place."""
    found = op.attributes
    ends = ("sources", "targets") if staged else ("fifoIns", "fifoOuts")
    sources, targets = (read_texts(found.get(key)) or [] for key in ends)
    for name in (*sources, *targets):
        if name not in fifos:
            raise source.fault(op, f"The link names @{name}, and there is no such FIFO.")
    if len(set(sources + targets)) < len(sources + targets):
        raise source.fault(op, "The ends of a link should be different FIFOs.")
    if not sources or not targets or min(len(sources), len(targets)) > 1:
        raise source.fault(op, "A link joins several FIFOs, or distributes to several, not both.")
    mems = {fifos[name].consumers[0] for name in sources} | {fifos[n].producer for n in targets}
    if len(mems) != 1 or next(iter(mems)).kind != "mem":
        raise source.fault(op, "All ends of a link should meet in one mem tile.")
    joins = len(sources) > 1
    larger = fifos[targets[0] if joins else sources[0]]
    smaller = [fifos[name] for name in (sources if joins else targets)]
    if any(fifo.dtype != larger.dtype for fifo in smaller):
        raise source.fault(op, "All ends of a link should hold the same dtype.")
    keys = ("offsets",) if staged else ("src_offsets", "dst_offsets")
    lists = [read_numbers(found.get(key)) for key in keys]
    if any(numbers is None for numbers in lists):
        raise source.fault(op, "The offsets of a link are plain numbers.")
    offsets = [number for numbers in lists for number in numbers or []]
    if not offsets and len(smaller) == 1:
        offsets = [0]
    if len(offsets) != len(smaller):
        raise source.fault(op, f"The link has {len(smaller)} slices and {len(offsets)} offsets.")
    pieces = read_numbers(found.get("pieces")) if staged else [0]
    if not pieces or (joins and len(pieces) > 1):
        raise source.fault(op, "pieces are where the objects of a distributed slice start.")
    walk = larger.to_stream if joins else None
    _check_slices(source, op, larger, smaller, offsets, pieces, walk)
    return Link(tuple(sources), tuple(targets), tuple(offsets), tuple(pieces))


def _check_slices(
    source: Source,
    op: Operation,
    larger: ObjectFifo,
    smaller: list[ObjectFifo],
    offsets: list[int],
    pieces: list[int],
    joined: Walk | None,
) -> None:
    """The slices fill the larger object, and no walk (of a join's target: `joined`) leaves it."""
    total = sum(fifo.elements for fifo in smaller) * len(pieces)
    if total != larger.elements:
        raise source.fault(
            op,
            f"An object of @{larger.name} has {larger.elements:,} elements and its slices have "
            f"{total:,} together.",
        )
    for fifo, offset in zip(smaller, offsets, strict=True):
        walk = fifo.to_stream if joined is None else joined
        moved = prod(dim.size for dim in walk)
        if walk and moved != fifo.elements:
            raise source.fault(
                op,
                f"The walk of a slice has {moved:,} elements, and @{fifo.name} {fifo.elements:,}.",
            )
        reach = sum((dim.size - 1) * dim.stride for dim in walk) if walk else fifo.elements - 1
        for piece in pieces:
            if min(offset, piece) < 0 or offset + piece + reach >= larger.elements:
                raise source.fault(
                    op,
                    f"The slice of @{fifo.name} from element {offset + piece:,} to "
                    f"{offset + piece + reach:,} lies outside @{larger.name}, which has "
                    f"{larger.elements:,}.",
                )


def _share_memory(producer: Tile, consumers: list[Tile]) -> bool:
    if producer.kind != "core" or len(consumers) != 1 or consumers[0].kind != "core":
        return False
    other = consumers[0]
    return abs(producer.column - other.column) + abs(producer.row - other.row) == 1


def _from_stream(attribute: Attribute | None) -> bool:
    if isinstance(attribute, UnregisteredAttr):
        return "size" in attribute.value.data
    if isinstance(attribute, ArrayAttr):
        return any(read_dims(one) != [] for one in attribute.data)
    return attribute is not None


def _is_zero(attribute: Attribute | None) -> bool:
    if attribute is None:
        return True
    return isinstance(attribute, IntegerAttr) and not attribute.value.data
