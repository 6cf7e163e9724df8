"""Parts of a design that names its buffers, locks and descriptors itself."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from math import prod
from typing import TYPE_CHECKING

from tilescope.quantities.dtypes import dtype_bytes

if TYPE_CHECKING:
    from tilescope.designs.ir import Tile, Walk


@dataclass(frozen=True)
class Buffer:
    """Memory of one tile; `initial` are the bytes that it holds when the array is configured."""

    name: str
    tile: Tile
    shape: tuple[int, ...]
    dtype: str
    initial: bytes = b""

    @property
    def elements(self) -> int:
        """Elements of the buffer."""
        return prod(self.shape)

    @property
    def object_bytes(self) -> int:
        """Bytes of the buffer."""
        return self.elements * dtype_bytes(self.dtype)


@dataclass(frozen=True)
class Lock:
    """A counting lock of one tile."""

    name: str
    tile: Tile
    initial: int


class LockAction(StrEnum):
    """What is done to a lock's value: taken when it is enough, taken when it is equal, added to."""

    ACQUIRE = "acquire"
    ACQUIRE_EQUAL = "acquire equal"
    RELEASE = "release"


@dataclass(frozen=True)
class UseLock:
    """One use of a lock, by a core or by a descriptor."""

    lock: str
    action: LockAction
    count: int = 1


@dataclass(frozen=True)
class InBuffer:
    """A buffer as an argument of a kernel."""

    buffer: str


@dataclass(frozen=True)
class DmaPort:
    """A DMA channel: `direction` is `mm2s` out of memory or `s2mm` into it."""

    tile: Tile
    direction: str
    number: int

    def __str__(self) -> str:
        return f"{self.tile} {self.direction.upper()}{self.number}"


@dataclass(frozen=True)
class Steps:
    """The offsets of a descriptor's runs: `size` of them, `stride` elements apart, then anew."""

    size: int
    stride: int
    first: int = 0

    def offset(self, run: int) -> int:
        """What a run, counted from nought, adds to the offset."""
        return (self.first + run) % self.size * self.stride


@dataclass(frozen=True)
class Padding:
    """Constant elements around each level of a walk, outermost first: `word`, over and over."""

    before: tuple[int, ...]
    after: tuple[int, ...]
    word: int = 0

    def elements(self, walk: Walk) -> int:
        """Elements that are sent."""
        sides = zip(walk, self.before, self.after, strict=True)
        return prod(before + dim.size + after for dim, before, after in sides)


@dataclass(frozen=True)
class Descriptor:
    """One transfer between a buffer and a stream; offset and walk count elements of the buffer.

    `buffer` is one of the tile, or of the host where `in_host`; `packet` is the number that its
    bytes are sent under; `following` is the place of the next descriptor of its chain. `steps`
    advance its offset with every run, until the chain that it stands in is laid out. `padding`
    is what a mem tile sends beside what it reads.
    """

    buffer: str
    offset: int
    walk: Walk
    in_host: bool = False
    acquire: UseLock | None = None
    release: UseLock | None = None
    following: int | None = None
    packet: int | None = None
    steps: Steps | None = None
    padding: Padding | None = None

    @property
    def elements(self) -> int:
        """Elements moved, padding included."""
        if self.padding is not None:
            return self.padding.elements(self.walk)
        return prod(dim.size for dim in self.walk)


@dataclass(frozen=True)
class ChannelProgram:
    """What a DMA channel does by itself from the start: its descriptors, the first one first."""

    port: DmaPort
    descriptors: tuple[Descriptor, ...]


@dataclass(frozen=True)
class Stream:
    """A connection from one DMA channel to one or more, of all its bytes or of one packet's."""

    source: DmaPort
    targets: tuple[DmaPort, ...]
    packet: int | None = None


@dataclass(frozen=True)
class ChannelTask:
    """A chain of descriptors that the runtime sequence starts on a DMA channel."""

    port: DmaPort
    descriptors: tuple[Descriptor, ...]


@dataclass(frozen=True)
class ControllerWork:
    """Instructions of the controller that only configure, by their number."""

    register_writes: int = 0
    block_writes: int = 0


@dataclass(frozen=True)
class WriteWord:
    """The controller writes 32 bits into a buffer of a tile, `offset_bytes` from its beginning."""

    buffer: str
    offset_bytes: int
    word: int
