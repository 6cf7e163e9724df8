"""Reads the buffers and locks of tiles."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
from xdsl.dialects.builtin import DenseIntOrFPElementsAttr
from xdsl.ir import Attribute, Operation, SSAValue

from tilescope.designs.ir import HostBuffer, Tile
from tilescope.designs.mlir.buffers import buffer_type
from tilescope.designs.mlir.descriptors import MAX_LOCK_VALUE
from tilescope.designs.mlir.syntax import Source
from tilescope.designs.mlir.types import read_number, read_numbers, read_text
from tilescope.designs.parts import Buffer, Lock
from tilescope.quantities.dtypes import numpy_dtype

MAX_BUFFER_BYTES = 1 << 20  # twice a mem tile


@dataclass
class TileMemory:
    """Buffers and locks of an array, by the values that stand for them."""

    source: Source
    tiles: Mapping[SSAValue, Tile]
    buffers: dict[SSAValue, Buffer] = field(default_factory=dict)
    locks: dict[SSAValue, Lock] = field(default_factory=dict)
    hosts: dict[SSAValue, HostBuffer] = field(default_factory=dict)
    names: set[str] = field(default_factory=set)
    external: list[HostBuffer] = field(default_factory=list)

    def read(self, op: Operation) -> bool:
        """Reads a buffer or a lock; False where the operation is neither."""
        match op.name:
            case "aie.buffer":
                self._buffer(op)
            case "aie.lock":
                self._lock(op)
            case "aie.external_buffer":
                shape, dtype = buffer_type(self.source, op, op.results[0].type)
                buffer = HostBuffer(self._name(op, "external"), shape, dtype)
                self.hosts[op.results[0]] = buffer
                self.external.append(buffer)
            case _:
                return False
        return True

    def buffer_called(self, name: str | None) -> Buffer | None:
        """The buffer of that symbol."""
        return next((one for one in self.buffers.values() if one.name == name), None)

    def tile(self, op: Operation) -> Tile:
        """The tile that an operation names first."""
        tile = self.tiles.get(op.operands[0]) if op.operands else None
        if tile is None:
            raise self.source.fault(op, f"{op.name} should name a tile.")
        return tile

    def _name(self, op: Operation, kind: str) -> str:
        """The symbol of an operation, or one made up for it; no two parts share one."""
        name = read_text(op.attributes.get("sym_name"))
        if name is None:
            name = f"{kind}_{len(self.names)}"
            while name in self.names:
                name += "_"
        if name in self.names:
            raise self.source.fault(op, f"Two parts of the array are called {name}.")
        self.names.add(name)
        return name

    def _buffer(self, op: Operation) -> None:
        tile = self.tile(op)
        if tile.kind == "shim":
            raise self.source.fault(op, "A shim has no memory of its own.")
        shape, dtype = buffer_type(self.source, op, op.results[0].type)
        buffer = Buffer(self._name(op, f"buffer_{tile.column}_{tile.row}"), tile, shape, dtype)
        if buffer.object_bytes > MAX_BUFFER_BYTES:
            raise self.source.fault(
                op, f"{buffer.name} has {buffer.object_bytes:,} bytes; no tile holds as many."
            )
        initial = self._initial(op, buffer, op.attributes.get("initial_value"))
        self.buffers[op.results[0]] = Buffer(buffer.name, tile, shape, dtype, initial)

    def _initial(self, op: Operation, buffer: Buffer, value: Attribute | None) -> bytes:
        if value is None:
            return b""
        found = dense_bytes(value, buffer.elements, buffer.dtype)
        if found is None:
            raise self.source.fault(
                op, f"{buffer.name} should have {buffer.elements:,} dense initial values."
            )
        return found

    def _lock(self, op: Operation) -> None:
        tile = self.tile(op)
        number = read_numbers(op.attributes.get("lockID")) or []
        initial = read_number(op.attributes.get("init")) or 0
        if not 0 <= initial <= MAX_LOCK_VALUE:
            raise self.source.fault(op, f"A lock counts from 0 to {MAX_LOCK_VALUE}, not {initial}.")
        kind = f"lock_{tile.column}_{tile.row}" + (f"_{number[0]}" if number else "")
        self.locks[op.results[0]] = Lock(self._name(op, kind), tile, initial)


def dense_bytes(value: Attribute, elements: int, dtype: str) -> bytes | None:
    """The bytes of so many dense values, or None where they are others."""
    if not isinstance(value, DenseIntOrFPElementsAttr):
        return None
    given = list(value.get_values())
    if len(given) != elements:
        return None
    kind = numpy_dtype(dtype)
    if kind.kind in "iu":
        return np.array([int(one) for one in given], dtype=np.int64).astype(kind).tobytes()
    return np.array(given, dtype=np.float64).astype(kind).tobytes()
