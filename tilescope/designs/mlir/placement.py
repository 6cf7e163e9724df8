"""Places logical tiles: what a text leaves open is filled column by column."""

from __future__ import annotations

from dataclasses import dataclass, field

from xdsl.ir import Operation

from tilescope.designs.ir import Tile
from tilescope.designs.mlir.names import ARRAY_ROWS
from tilescope.designs.mlir.syntax import Source
from tilescope.designs.mlir.types import read_number, read_numbers, read_text

ROWS = {
    "CoreTile": range(2, ARRAY_ROWS),
    "MemTile": range(1, 2),
    "ShimNOCTile": range(1),
    "ShimTile": range(1),
}
KINDS = {0: "CoreTile", 1: "MemTile", 2: "ShimNOCTile"}


@dataclass
class Placement:
    """Gives logical tiles the first places that are free, cores upwards in each column."""

    source: Source
    columns: int
    taken: set[Tile]
    notes: list[str] = field(default_factory=list)

    def place(self, op: Operation) -> Tile:
        """The place of a logical tile. Raises InputError where none is left."""
        attribute = op.attributes.get("kind") or op.attributes.get("tile_type")
        kind = read_text(attribute) or KINDS.get(read_number(attribute) or 0, "")
        rows = ROWS.get(kind)
        if rows is None:
            raise self.source.fault(op, f"{kind or 'That'} is no kind of tile.")
        place = read_numbers(op.attributes.get("place"))
        if not place or len(place) != 2:
            found = [read_number(op.attributes.get(key)) for key in ("col", "row")]
            place = [-1 if number is None else number for number in found]
        columns = range(min(self.columns, 64)) if place[0] < 0 else [place[0]]
        for column in columns:
            for row in rows if place[1] < 0 else [place[1]]:
                tile = Tile(column, row)
                if row in rows and 0 <= column < self.columns and tile not in self.taken:
                    self.taken.add(tile)
                    if -1 in place:
                        self.notes.append(
                            "Logical tiles were placed column by column; aiecc may place them "
                            "elsewhere."
                        )
                    return tile
        raise self.source.fault(op, f"There is no {kind} left at {_shown(place)}.")


def _shown(place: list[int]) -> str:
    return f"({', '.join('?' if number < 0 else str(number) for number in place)})"
