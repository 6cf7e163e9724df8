"""Reads flows, packet flows and the names of shim channels."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from xdsl.ir import Operation, SSAValue

from tilescope.designs.ir import Tile
from tilescope.designs.mlir.descriptors import packet_of
from tilescope.designs.mlir.routes import RouteReader
from tilescope.designs.mlir.syntax import Source
from tilescope.designs.mlir.types import read_number, read_numbers, read_text
from tilescope.designs.parts import DmaPort, Stream

BUNDLES = {1: "DMA"}  # as the generic syntax numbers them
UNTIMED = {"Trace", "TileControl", "Ctrl"}  # packets beside the data
DIRECTIONS = {"S2MM": "s2mm", "MM2S": "mm2s", 0: "s2mm", 1: "mm2s"}
MAX_CHANNEL = 16


@dataclass(frozen=True)
class Allocation:
    """A shim channel that the sequence names, and the packet that its tasks are sent as."""

    port: DmaPort
    packet: int | None


@dataclass
class StreamReader:
    """Reads the connections between DMA channels."""

    source: Source
    tiles: Mapping[SSAValue, Tile]
    streams: list[Stream] = field(default_factory=list)
    places: dict[DmaPort, Operation] = field(default_factory=dict)
    allocations: dict[str, Allocation] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        """Switches of a routed design are followed once all of them are read."""
        self.routes = RouteReader(self.source)

    def read(self, op: Operation) -> bool:
        """Reads a connection; False where the operation is none."""
        match op.name:
            case "aie.flow":
                self._flow(op)
            case "aie.packet_flow":
                self._packet_flow(op)
            case "aie.shim_dma_allocation":
                self._allocate(op)
            case "aie.cascade_flow" | "aie.configure_cascade":
                self.note(
                    op,
                    "a kernel's waits for its cascade are not timed, and what it passes on is not "
                    "computed.",
                )
            case "aie.switchbox" | "aie.shim_mux":
                tile = self.tiles.get(op.operands[0]) if op.operands else None
                if tile is None:
                    raise self.source.fault(op, f"{op.name} should name a tile.")
                self.routes.read(op, tile)
            case "aie.wire":
                pass
            case _:
                return False
        return True

    def note(self, op: Operation, said: str) -> None:
        """What is left out of the time, and where it stands."""
        self.notes.append(f"{self.source.place(op)}: {said}")

    def follow_routes(self) -> None:
        """Adds the streams of a routed design, but those that flows name beside it."""
        known = {one.source for one in self.streams}
        for op, stream in self.routes.streams():
            if stream.source not in known:
                self._add(op, stream)

    def port(self, op: Operation, direction: str, prefix: str = "", operand: int = 0) -> DmaPort:
        """The DMA channel at an end of a connection."""
        tile = self.tiles.get(op.operands[operand]) if len(op.operands) > operand else None
        bundle = _bundle(op, f"{prefix}bundle")
        channel = read_numbers(op.attributes.get(f"{prefix}channel"))
        if tile is None or not channel or not 0 <= channel[0] < MAX_CHANNEL:
            raise self.source.fault(op, "A connection joins channels of two tiles.")
        if bundle != "DMA":
            raise self.source.fault(
                op,
                f"A stream at {bundle} of {tile} is not simulated, only those between DMA "
                "channels; neither its data nor its time can go on.",
            )
        return DmaPort(tile, direction, channel[0])

    def _flow(self, op: Operation) -> None:
        source = self.port(op, "mm2s", "source_")
        target = self.port(op, "s2mm", "dest_", 1)
        self._add(op, Stream(source, (target,)))

    def _packet_flow(self, op: Operation) -> None:
        numbers = read_numbers(op.attributes.get("ID"))
        blocks = op.regions[0].blocks if op.regions else ()
        ends = [inner for block in blocks for inner in block.ops]
        sources = [end for end in ends if end.name == "aie.packet_source"]
        targets = [end for end in ends if end.name == "aie.packet_dest"]
        if not numbers or len(sources) != 1 or not targets or numbers[0] < 0:
            raise self.source.fault(op, "A packet flow has a number, a source and destinations.")
        if any(_bundle(end, "bundle") in UNTIMED for end in (*sources, *targets)):
            self.note(op, "trace and control packets take no time and no bytes.")
            return
        ports = tuple(self.port(end, "s2mm") for end in targets)
        self._add(op, Stream(self.port(sources[0], "mm2s"), ports, numbers[0]))

    def _add(self, op: Operation, stream: Stream) -> None:
        for port in stream.targets:
            shared = [one for one in self.streams if port in one.targets]
            if shared and (stream.packet is None or any(one.packet is None for one in shared)):
                raise self.source.fault(op, f"{port} is joined to two flows.")
            if any(one.source == stream.source and one.packet == stream.packet for one in shared):
                raise self.source.fault(op, f"{stream.source} is joined to {port} twice.")
        mixed = [one for one in self.streams if one.source == stream.source]
        if any((one.packet is None) != (stream.packet is None) for one in mixed):
            raise self.source.fault(op, f"{stream.source} sends packets and has a circuit.")
        if len(set(stream.targets)) < len(stream.targets):
            raise self.source.fault(op, "A destination stands twice.")
        self.streams.append(stream)
        for port in (stream.source, *stream.targets):
            self.places.setdefault(port, op)

    def channel(self, op: Operation) -> DmaPort:
        """The channel of an allocation, a task or an aie.dma_start without its tile."""
        tile = self.tiles.get(op.operands[0]) if op.operands else None
        column = read_numbers(op.attributes.get("col"))
        if tile is None and column and 0 <= column[0] < 64:
            tile = Tile(column[0], 0)
        if tile is None:
            raise self.source.fault(op, f"{op.name} should name a tile.")
        return self.channel_at(op, tile)

    def channel_at(self, op: Operation, tile: Tile) -> DmaPort:
        """The channel that an operation names at a tile."""
        key = op.attributes.get("channel_dir")
        said = read_text(key)
        direction = DIRECTIONS.get(said if said is not None else read_number(key) or 0)
        number = read_numbers(op.attributes.get("channel_index"))
        if direction is None or not number or not 0 <= number[0] < MAX_CHANNEL:
            raise self.source.fault(op, "A channel is S2MM or MM2S and has a number.")
        return DmaPort(tile, direction, number[0])

    def _allocate(self, op: Operation) -> None:
        name = read_text(op.attributes.get("sym_name"))
        port = self.channel(op)
        if name is None or port.tile.kind != "shim":
            raise self.source.fault(op, "An allocation has a name and a shim's channel.")
        if name in self.allocations:
            raise self.source.fault(op, f"Two allocations are called @{name}.")
        self.allocations[name] = Allocation(port, packet_of(op))


def _bundle(op: Operation, key: str) -> str:
    attribute = op.attributes.get(key)
    said = read_text(attribute)
    if said is not None:
        return said
    number = read_number(attribute)
    return BUNDLES.get(number or 0, f"port {number}")
