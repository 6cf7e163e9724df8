"""Flows out of the switches of a routed design: which DMA channel leads to which."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from xdsl.dialects.builtin import ArrayAttr, IntegerAttr, StringAttr
from xdsl.ir import Attribute, Operation

from tilescope.designs.ir import Tile
from tilescope.designs.mlir.syntax import Source
from tilescope.designs.parts import DmaPort, Stream

_Port = tuple[str, int]  # a bundle and a number in it
_Node = tuple[str, Tile, str, int]  # a switch, its tile and a port that goes into it

NEIGHBOURS = {
    "NORTH": (0, 1, "SOUTH"),
    "SOUTH": (0, -1, "NORTH"),
    "EAST": (1, 0, "WEST"),
    "WEST": (-1, 0, "EAST"),
}


@dataclass
class RouteReader:
    """Gathers the connections inside switches, and follows them from DMA to DMA."""

    source: Source
    leads: dict[_Node, list[_Port]] = field(default_factory=dict)
    places: dict[_Node, Operation] = field(default_factory=dict)

    def read(self, op: Operation, tile: Tile) -> None:
        """The connections of one `aie.switchbox` or `aie.shim_mux`."""
        for region in op.regions:
            for inner in region.walk():
                if inner.name == "aie.end":
                    continue
                ports = inner.attributes.get("ports")
                if inner.name != "aie.connect" or not isinstance(ports, ArrayAttr):
                    raise self.source.fault(
                        inner, f"{inner.name} in a switch is not simulated; time cannot go on."
                    )
                (bundle, number), out = _pairs(ports)
                node = (op.name, tile, bundle, number)
                self.leads.setdefault(node, []).append(out)
                self.places.setdefault(node, inner)

    def streams(self) -> Iterator[tuple[Operation, Stream]]:
        """Each DMA channel that sends, with those that its words come to."""
        for node, place in self.places.items():
            switch, tile, bundle, number = node
            if bundle != "DMA" or (switch == "aie.switchbox" and tile.kind == "shim"):
                continue
            targets = tuple(dict.fromkeys(self._ends(node, {node})))
            if not targets:
                raise self.source.fault(place, f"What {tile} sends here comes to no DMA.")
            yield place, Stream(DmaPort(tile, "mm2s", number), targets)

    def _ends(self, node: _Node, seen: set[_Node]) -> Iterator[DmaPort]:
        switch, tile, _, _ = node
        for bundle, number in self.leads.get(node, []):
            if bundle == "DMA":
                yield DmaPort(tile, "s2mm", number)
                continue
            following = _beyond(switch, tile, bundle, number)
            if following is None or following in seen:
                raise self.source.fault(
                    self.places[node],
                    f"A stream to {bundle} of {tile} is not simulated, only those between DMA "
                    "channels; neither its data nor its time can go on.",
                )
            yield from self._ends(following, seen | {following})


def _pairs(ports: ArrayAttr[Attribute]) -> tuple[_Port, _Port]:
    words = [one.data.upper() for one in ports.data if isinstance(one, StringAttr)]
    numbers = [one.value.data for one in ports.data if isinstance(one, IntegerAttr)]
    return (words[0], numbers[0]), (words[1], numbers[1])


def _beyond(switch: str, tile: Tile, bundle: str, number: int) -> _Node | None:
    """The port of another switch that a port out of one leads to."""
    if switch == "aie.shim_mux":  # it stands below the switch of its tile
        return ("aie.switchbox", tile, "SOUTH", number) if bundle == "NORTH" else None
    if tile.kind == "shim" and bundle == "SOUTH":
        return ("aie.shim_mux", tile, "NORTH", number)
    if bundle not in NEIGHBOURS:
        return None
    columns, rows, far = NEIGHBOURS[bundle]
    return ("aie.switchbox", Tile(tile.column + columns, tile.row + rows), far, number)
