"""A design: a dataflow program for one launch.

Tiles, object FIFOs between them, links inside mem tiles, core programs and a runtime sequence. It
is what the simulator runs and what, printed as MLIR-AIE, the NPU would run.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from math import prod

from tilescope.designs.parts import (
    Buffer,
    ChannelProgram,
    ChannelTask,
    ControllerWork,
    InBuffer,
    Lock,
    Stream,
    UseLock,
    WriteWord,
)
from tilescope.kernels.contract import Kernel
from tilescope.quantities.dtypes import dtype_bytes


@dataclass(frozen=True, order=True)
class Tile:
    """A place on the array; row 0 holds shims, row 1 mem tiles, cores start at row 2."""

    column: int
    row: int

    @property
    def kind(self) -> str:
        """`shim`, `mem` or `core`."""
        return ("shim", "mem")[self.row] if self.row < 2 else "core"

    def __str__(self) -> str:
        return f"{self.kind} ({self.column},{self.row})"


@dataclass(frozen=True)
class Dim:
    """One level of a DMA walk: `size` steps, `stride` elements apart."""

    size: int
    stride: int


Walk = tuple[Dim, ...]  # outermost level first


@dataclass(frozen=True)
class ObjectFifo:
    """A stream of equal objects from one tile to one or more.

    `shape` and `dtype` are those of one object; depths count the objects buffered at each end.
    `to_stream` is the order in which the producer's DMA reads an object (or, behind a link, a
    slice of one), empty for the order of memory, and `from_stream` that in which each consumer's
    writes it. `consumer_depths` has the depth of each consumer where they differ. The producer's
    DMA sends every object `repeats` times. `initial` are the bytes of objects that are there from
    the start, as many as the producer's depth. Where the ends share the memory of a tile,
    `memory` names it, and nothing is streamed. At an end in `core_streams` (`producer`,
    `consumer`) the core's own stream port stands in place of a DMA: objects leave or arrive there
    as fast as the other end allows, and no core acquires them.
    """

    name: str
    producer: Tile
    consumers: tuple[Tile, ...]
    shape: tuple[int, ...]
    dtype: str
    producer_depth: int = 2
    consumer_depth: int = 2
    to_stream: Walk = ()
    from_stream: tuple[Walk, ...] = ()
    consumer_depths: tuple[int, ...] = ()
    repeats: int = 1
    initial: tuple[bytes, ...] = ()
    memory: Tile | None = None
    core_streams: tuple[str, ...] = ()

    @property
    def elements(self) -> int:
        """Elements of one object."""
        return prod(self.shape)

    def depth_at(self, consumer: Tile) -> int:
        """Objects buffered at a consumer."""
        if not self.consumer_depths:
            return self.consumer_depth
        return self.consumer_depths[self.consumers.index(consumer)]

    def walk_at(self, consumer: Tile) -> Walk:
        """The order in which a consumer's DMA writes an object."""
        return self.from_stream[self.consumers.index(consumer)] if self.from_stream else ()

    @property
    def object_bytes(self) -> int:
        """Bytes of one object."""
        return self.elements * dtype_bytes(self.dtype)


@dataclass(frozen=True)
class Link:
    """Joins or distributes FIFOs through a mem tile; `offsets` are elements of the larger.

    A distributed slice may hold several objects of its FIFO, which leave one after the other:
    `pieces` are where they start, in elements of the slice. Of two FIFOs whose objects differ in
    size the slice is the whole larger object, which is passed on at once.
    """

    sources: tuple[str, ...]
    targets: tuple[str, ...]
    offsets: tuple[int, ...]
    pieces: tuple[int, ...] = (0,)


@dataclass(frozen=True)
class LinkEnds:
    """What a link joins or distributes: `larger` is cut into the `smaller` ones, or put together.

    `depth` counts the larger objects that the mem tile holds.
    """

    joins: bool
    larger: ObjectFifo
    smaller: tuple[ObjectFifo, ...]
    mem: Tile

    @classmethod
    def of(cls, sources: tuple[ObjectFifo, ...], targets: tuple[ObjectFifo, ...]) -> LinkEnds:
        """The ends of a link between those FIFOs."""
        joins = len(sources) > 1 or sources[0].elements < targets[0].elements
        joins = joins and len(targets) == 1
        mem = targets[0].producer
        if joins:
            return cls(True, targets[0], sources, mem)
        return cls(False, sources[0], targets, mem)

    @property
    def depth(self) -> int:
        """Objects of the larger FIFO in the mem tile."""
        return self.larger.producer_depth if self.joins else self.larger.depth_at(self.mem)

    def slice_elements(self, link: Link, fifo: ObjectFifo) -> int:
        """Elements of one slice of the larger object."""
        if len(self.smaller) == 1:
            return self.larger.elements
        return fifo.elements * len(link.pieces)


@dataclass(frozen=True)
class Acquire:
    """Wait until `count` more objects of a FIFO can be used by this core."""

    fifo: str
    count: int = 1


@dataclass(frozen=True)
class Release:
    """Give the oldest `count` objects of a FIFO on."""

    fifo: str
    count: int = 1


@dataclass(frozen=True)
class Held:
    """An object that the core holds, counted from the oldest."""

    fifo: str
    index: int = 0


@dataclass(frozen=True)
class Call:
    """One kernel invocation on objects held and buffers, with the kernel's scalar arguments."""

    kernel: Kernel
    operands: tuple[Held | InBuffer, ...]
    scalars: tuple[int, ...]


@dataclass(frozen=True)
class Loop:
    """A body repeated `trips` times, or for ever (None)."""

    trips: int | None
    body: tuple[Statement, ...]


Statement = Acquire | Release | UseLock | Call | Loop


@dataclass(frozen=True)
class CoreProgram:
    """What one core does."""

    tile: Tile
    body: tuple[Statement, ...]

    def calls(self) -> Iterator[Call]:
        """Every call in the text of the program, loops once."""
        yield from _calls(self.body)


def _calls(body: tuple[Statement, ...]) -> Iterator[Call]:
    for statement in body:
        if isinstance(statement, Loop):
            yield from _calls(statement.body)
        elif isinstance(statement, Call):
            yield statement


@dataclass(frozen=True)
class HostBuffer:
    """A buffer in DDR that a launch is given."""

    name: str
    shape: tuple[int, ...]
    dtype: str

    @property
    def host_bytes(self) -> int:
        """Bytes of the buffer."""
        return prod(self.shape) * dtype_bytes(self.dtype)


@dataclass(frozen=True)
class DmaTask:
    """One shim task: a walk over a host buffer (elements of it), into or out of a FIFO."""

    fifo: str
    buffer: str
    offset: int
    walk: Walk

    @property
    def elements(self) -> int:
        """Elements moved."""
        return prod(dim.size for dim in self.walk)


@dataclass(frozen=True)
class Await:
    """Wait for the token of a task, named by its place among all that the sequence starts."""

    task: int


Step = DmaTask | ChannelTask | Await | ControllerWork | WriteWord


@dataclass(frozen=True)
class Design:
    """A dataflow program for one launch.

    Buffers, locks, channels and streams are those that it names itself, beside those that its
    FIFOs stand for.
    """

    name: str
    fifos: tuple[ObjectFifo, ...]
    links: tuple[Link, ...]
    cores: tuple[CoreProgram, ...]
    host_buffers: tuple[HostBuffer, ...]
    sequence: tuple[Step, ...]
    buffers: tuple[Buffer, ...] = ()
    locks: tuple[Lock, ...] = ()
    channels: tuple[ChannelProgram, ...] = ()
    streams: tuple[Stream, ...] = ()

    def fifo(self, name: str) -> ObjectFifo:
        """The FIFO of that name; KeyError when there is none."""
        for fifo in self.fifos:
            if fifo.name == name:
                return fifo
        raise KeyError(name)

    def link_ends(self, link: Link) -> LinkEnds:
        """The FIFOs of a link by size, and the mem tile that holds the larger one's objects."""
        sources = tuple(self.fifo(name) for name in link.sources)
        targets = tuple(self.fifo(name) for name in link.targets)
        return LinkEnds.of(sources, targets)

    def buffer_dtypes(self) -> dict[str, str]:
        """The dtype of each host buffer."""
        return {buffer.name: buffer.dtype for buffer in self.host_buffers}

    @property
    def pads(self) -> bool:
        """Whether a mem tile sends constants beside what it reads."""
        chains = [channel.descriptors for channel in self.channels]
        chains += [step.descriptors for step in self.sequence if isinstance(step, ChannelTask)]
        return any(one.padding is not None for chain in chains for one in chain)

    @property
    def tasks(self) -> tuple[DmaTask, ...]:
        """The runtime sequence's tasks on FIFOs in order of issue."""
        return tuple(step for step in self.sequence if isinstance(step, DmaTask))

    @property
    def started(self) -> tuple[DmaTask | ChannelTask, ...]:
        """All that the runtime sequence starts, in order of issue."""
        return tuple(step for step in self.sequence if isinstance(step, (DmaTask, ChannelTask)))


def shape_walk(shape: tuple[int, ...], strides: tuple[int, ...]) -> Walk:
    """The walk over a shape with given strides, outermost first."""
    return tuple(Dim(size, stride) for size, stride in zip(shape, strides, strict=True))
