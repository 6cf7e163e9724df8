"""Reads MLIR-AIE text as a design; the text executes nothing."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from xdsl.dialects import func
from xdsl.ir import Block, Operation, SSAValue

from tilescope.designs.ir import CoreProgram, Design, HostBuffer, Link, ObjectFifo, Tile
from tilescope.designs.mlir.calls import Stated
from tilescope.designs.mlir.checks import check_design, check_ports
from tilescope.designs.mlir.control import words_of
from tilescope.designs.mlir.core_programs import CoreReader
from tilescope.designs.mlir.descriptors import DescriptorReader, linked, reaches
from tilescope.designs.mlir.dma_programs import KINDS, DmaReader
from tilescope.designs.mlir.fifos import KNOWN as FIFO_KNOWN
from tilescope.designs.mlir.fifos import FifoReader, read_link
from tilescope.designs.mlir.limits import check_limits
from tilescope.designs.mlir.names import ARRAY_ROWS, ARRAYS, STAGED_LINK, TOOLCHAIN
from tilescope.designs.mlir.placement import Placement
from tilescope.designs.mlir.runs import choose, is_sequence
from tilescope.designs.mlir.sequences import SequenceReader
from tilescope.designs.mlir.streams import StreamReader
from tilescope.designs.mlir.syntax import Source, parse
from tilescope.designs.mlir.tile_memory import TileMemory
from tilescope.designs.mlir.types import read_number, read_numbers, read_text
from tilescope.designs.mlir.values import Numbers
from tilescope.designs.parts import ChannelProgram, DmaPort
from tilescope.kernels.contract import TOOLCHAINS


@dataclass(frozen=True)
class ReadDesign:
    """A design with what the text says beside it.

    `array` is the array as the text names it and `device` tilescope's device for it, None where
    there is none; `notes` say what is left out of its time.
    """

    design: Design
    array: str
    device: str | None
    notes: tuple[str, ...] = ()


def read_design(
    text: str,
    name: str,
    costs: Mapping[str, Stated | int] | None = None,
    sequence: str | None = None,
) -> ReadDesign:
    """The design in a text; `name` is that of its file, `costs` cycles by function name.

    `sequence` says which runtime sequence is meant where a text has several: its own name, or
    that of its device. Raises InputError, with `file:line:column`, for what is no MLIR-AIE, names
    what is not there, or is not simulated.
    """
    source = parse(text, name)
    return _Reader(source, costs or {}, sequence).read()


class _Reader:
    def __init__(
        self, source: Source, costs: Mapping[str, Stated | int], wanted: str | None
    ) -> None:
        self.source = source
        self.wanted = wanted
        self.costs = costs
        self.columns = 0
        self.tiles: dict[SSAValue, Tile] = {}
        self.fifos: dict[str, ObjectFifo] = {}
        self.links: list[Link] = []
        self.places: dict[str, Operation] = {}  # FIFOs, by name
        self.toolchains: dict[str, str] = {}
        self.memory = TileMemory(source, self.tiles)
        self.streams = StreamReader(source, self.tiles)
        self.descriptors = DescriptorReader(
            source, self.memory.buffers, self.memory.locks, self.memory.hosts, Numbers()
        )
        self.dma = DmaReader(self.descriptors, self.streams)
        self.channels: dict[DmaPort, ChannelProgram] = {}
        self.chains: dict[str, Operation] = {}
        self.globals: dict[str, list[int]] = {}

    def read(self) -> ReadDesign:
        module = self.source.module
        for op in module.walk():
            self._check_regions(op)
        device, run = choose(self.source, self.wanted)
        array = read_text(device.attributes.get("device"))
        self.columns = ARRAYS[array][0] if array in ARRAYS else 64
        body = _block(self.source, device)
        given = [self._tile(op) for op in body.ops if op.name == "aie.tile"]
        self.placement = Placement(self.source, self.columns, set(given))
        self._declarations(body.ops)
        name = read_text(module.properties.get("sym_name")) or read_text(
            device.attributes.get("sym_name")
        )
        for op in body.ops:
            if op.name in KINDS:
                for inner in op.walk():  # where a DMA has them to itself
                    self.memory.read(inner)
                self._dma(op)
        cores = tuple(self._core(op) for op in body.ops if op.name == "aie.core")
        sequence = SequenceReader(self.source, self.fifos, self.dma, self.chains, self.globals)
        _block(self.source, run)
        sequence.read(run)
        design = Design(
            name or "design",
            tuple(self.fifos.values()),
            tuple(self.links),
            cores,
            self._host_buffers(run, sequence.buffers),
            tuple(sequence.steps),
            tuple(self.memory.buffers.values()),
            tuple(self.memory.locks.values()),
            tuple(self.channels.values()),
            tuple(self.streams.streams),
        )
        check_design(design, self.source, self.places, run)
        check_ports(design, self.source, self.streams.places)
        places = [op for op in body.ops if op.name == "aie.core"]
        programs = {core.tile: op for core, op in zip(cores, places, strict=True)}
        if len(programs) < len(cores):
            raise self.source.fault(places[-1], "A tile has two programs.")
        check_limits(design, self.source, run, programs, self.streams.places)
        known = ARRAYS[array][1] if array in ARRAYS else None
        notes = tuple(dict.fromkeys((*self.streams.notes, *self.placement.notes)))
        return ReadDesign(design, array or "an array named by a number", known, notes)

    def _check_regions(self, op: Operation) -> None:
        """Raises InputError for an operation that holds no block, or blocks where one belongs."""
        for place, region in enumerate(op.regions):
            count = len(region.blocks)
            if count == 0 and (op.name == "func.func" or (op.name == "scf.if" and place == 1)):
                continue
            if count == 0 or (count > 1 and op.name.startswith(("scf.", "linalg."))):
                raise self.source.fault(op, f"{op.name} should hold one block of operations.")

    def _declarations(self, ops: Iterable[Operation]) -> None:
        """Tiles, FIFOs, links and functions, which later operations name."""
        links: list[Operation] = []
        allocations: list[Operation] = []
        fifos = FifoReader(self.source, self.tiles)
        for op in ops:
            match op.name:
                case "aie.tile":
                    self.tiles[op.results[0]] = self._tile(op)
                case "aie.logical_tile":
                    self.tiles[op.results[0]] = self.placement.place(op)
                case "aie.objectfifo.allocate":
                    allocations.append(op)
                case "aie.objectfifo":
                    fifo = fifos.read(op)
                    if fifo.name in self.fifos:
                        raise self.source.fault(op, f"Two FIFOs are called @{fifo.name}.")
                    for key in sorted(set(op.attributes) - FIFO_KNOWN):
                        self.streams.note(
                            op, f"{key} of @{fifo.name} is not known and changes nothing."
                        )
                    if fifo.core_streams:
                        self.streams.note(
                            op,
                            f"a core's own stream of @{fifo.name} never waits for the core; when "
                            "its kernel takes or gives the words is not known.",
                        )
                    self.fifos[fifo.name] = fifo
                    self.places[fifo.name] = op
                case "aie.objectfifo.link" | "tilescope.staged_link":
                    links.append(op)
                case "func.func":
                    if not is_sequence(op):
                        self._function(op)
                case "aie.core" | "aie.runtime_sequence" | "aiex.runtime_sequence" | "aie.end":
                    pass
                case "arith.constant" | "aie.mem" | "aie.memtile_dma" | "aie.shim_dma":
                    pass
                case "memref.global":
                    self.globals[read_text(op.attributes.get("sym_name")) or ""] = words_of(op)
                case "aie.bd_chain":
                    self.chains[read_text(op.attributes.get("sym_name")) or ""] = op
                case _ if self.memory.read(op) or self.streams.read(op):
                    pass
                case _:
                    raise self.source.fault(
                        op, f"{op.name} in a device is not simulated; time cannot go on without it."
                    )
        self.streams.follow_routes()
        for op in allocations:
            self._allocate(op)
        used: set[str] = set()
        for op in links:
            link = read_link(self.source, op, self.fifos, staged=op.name == STAGED_LINK)
            if again := used.intersection((*link.sources, *link.targets)):
                raise self.source.fault(op, f"@{min(again)} is linked twice.")
            used.update(link.sources)
            used.update(link.targets)
            self.links.append(link)

    def _allocate(self, op: Operation) -> None:
        """A FIFO that its neighbours share is put into the memory of a tile that both reach."""
        name = read_text(op.attributes.get("objFifo_name")) or ""
        fifo, tile = self.fifos.get(name), self.memory.tile(op)
        if fifo is None or fifo.memory is None:
            raise self.source.fault(op, f"@{name} is no FIFO whose ends share memory.")
        if not all(reaches(end, tile) for end in (fifo.producer, *fifo.consumers)):
            raise self.source.fault(op, f"The ends of @{name} do not both reach {tile}.")
        self.fifos[name] = replace(fifo, memory=tile)

    def _tile(self, op: Operation) -> Tile:
        place = read_numbers(op.attributes.get("place"))
        if not place:
            numbers = [read_number(op.attributes.get(key)) for key in ("col", "row")]
            place = [number for number in numbers if number is not None]
        if len(place) != 2 or len(op.results) != 1:
            raise self.source.fault(op, "A tile has a column and a row.")
        column, row = place
        if not 0 <= column < self.columns or not 0 <= row < ARRAY_ROWS:
            raise self.source.fault(
                op,
                f"There is no tile ({column}, {row}): the array has columns 0 to "
                f"{self.columns - 1} and rows 0 to {ARRAY_ROWS - 1}.",
            )
        return Tile(column, row)

    def _function(self, op: Operation) -> None:
        assert isinstance(op, func.FuncOp)
        if not op.is_declaration:
            raise self.source.fault(
                op, f"@{op.sym_name.data} has a body; only external kernels are simulated."
            )
        toolchain = read_text(op.attributes.get(TOOLCHAIN))
        if toolchain is not None:
            if toolchain not in TOOLCHAINS:
                raise self.source.fault(op, f"{TOOLCHAIN} is {' or '.join(TOOLCHAINS)}.")
            self.toolchains[op.sym_name.data] = toolchain

    def _core(self, op: Operation) -> CoreProgram:
        tile = self.tiles.get(op.operands[0]) if op.operands else None
        if tile is None or tile.kind != "core":
            raise self.source.fault(op, "aie.core should name a core's tile, from row 2 on.")
        if len(op.regions) != 1 or not op.regions[0].blocks:
            raise self.source.fault(op, "aie.core should hold one region of operations.")
        return CoreReader(
            self.source, tile, self.fifos, self.costs, self.toolchains, self.descriptors
        ).read(op.regions[0])

    def _dma(self, op: Operation) -> None:
        """What the DMA of one tile does by itself."""
        for channel in self.dma.read(op, self.memory.tile(op)):
            if channel.port in self.channels:
                channel = self._after(op, self.channels[channel.port], channel)
            if channel.port not in self.streams.places:
                raise self.source.fault(op, f"No flow begins or ends at {channel.port}.")
            self.channels[channel.port] = channel

    def _host_buffers(self, run: Operation, given: list[HostBuffer]) -> tuple[HostBuffer, ...]:
        """Those that the sequence is given, then external ones."""
        names = {buffer.name for buffer in given}
        external = self.memory.external
        if shared := [buffer.name for buffer in external if buffer.name in names]:
            raise self.source.fault(run, f"Two buffers of the host are called {shared[0]}.")
        return (*given, *external)

    def _after(self, op: Operation, first: ChannelProgram, then: ChannelProgram) -> ChannelProgram:
        """Two programs of one channel: the second waits in its queue until the first has ended."""
        if first.descriptors[-1].following is not None:
            raise self.source.fault(
                op, f"{then.port} has two programs, and the first goes on for ever."
            )
        count, last = len(first.descriptors), then.descriptors[-1].following
        chain = linked([*first.descriptors, *then.descriptors], None)
        end = replace(chain[-1], following=None if last is None else count + last)
        return ChannelProgram(then.port, (*chain[:-1], end))


def _block(source: Source, op: Operation) -> Block:
    """The one block of the one region of an operation."""
    if len(op.regions) != 1 or len(op.regions[0].blocks) != 1:
        raise source.fault(op, f"{op.name} should hold one plain block of operations.")
    return op.regions[0].block
