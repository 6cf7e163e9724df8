"""What the names and numbers of a runtime sequence mean: a FIFO's end at a shim, or a channel."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from xdsl.ir import Operation

from tilescope.designs.ir import ObjectFifo, Tile
from tilescope.designs.mlir.streams import StreamReader
from tilescope.designs.mlir.syntax import Source
from tilescope.designs.mlir.types import read_text
from tilescope.designs.parts import DmaPort


@dataclass(frozen=True)
class Endpoints:
    """Finds the end of a stream that an operation of the sequence means."""

    source: Source
    fifos: Mapping[str, ObjectFifo]
    streams: StreamReader

    def named(self, op: Operation, key: str) -> tuple[str, str | DmaPort, int | None]:
        """The symbol of an operation, the FIFO or channel of that name, and its packet."""
        name = read_text(op.attributes.get(key)) or ""
        allocation = self.streams.allocations.get(name)
        fifo = self.fifos.get(name)
        if fifo is not None:
            if "shim" not in (fifo.producer.kind, fifo.consumers[0].kind):
                raise self.source.fault(op, f"No shim begins or ends @{name}, so no transfer does.")
            return name, name, None
        if allocation is None:
            raise self.source.fault(op, f"The transfer names @{name}, and there is no such FIFO.")
        return name, self.port(op, allocation.port), allocation.packet

    def port(self, op: Operation, port: DmaPort) -> DmaPort:
        """The channel, where a stream begins or ends there. Raises InputError where none does."""
        if port not in self.own():
            raise self.source.fault(op, f"No flow begins or ends at {port}.")
        return port

    def own(self) -> set[DmaPort]:
        """The channels that flows name."""
        return {port for one in self.streams.streams for port in (one.source, *one.targets)}

    def at(self, op: Operation, column: int, direction: str, number: int) -> str | DmaPort:
        """The FIFO or channel at a shim's channel; FIFOs take free numbers as they are declared."""
        own = self.own()
        port = DmaPort(Tile(column, 0), direction, number)
        if port in own:
            return port
        free = 0
        for fifo in self.fifos.values():
            tile = fifo.producer if direction == "mm2s" else fifo.consumers[0]
            if tile != port.tile:
                continue
            while DmaPort(tile, direction, free) in own:
                free += 1
            if free == number:
                return fifo.name
            free += 1
        raise self.source.fault(op, "There is no FIFO at that channel of the shim.")
