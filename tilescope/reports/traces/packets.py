"""Many protobuf messages of one shape at once: what is the same is written once, numbers by column.

A number is a varint of a fixed width, which protobuf allows, so that all messages of one shape
have one length. Field numbers come from Perfetto's own descriptors.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

VARINT, FIXED64, NESTED = 0, 1, 2  # protobuf's wire types

Bytes = npt.NDArray[np.uint8]


@dataclass(frozen=True)
class Slot:
    """A place for a number: `width` bytes of a varint, or eight of a fixed number."""

    name: str
    width: int
    fixed: bool = False


Content = list[bytes | Slot]


def field_number(message: Any, name: str) -> int:
    """The number of a field of a Perfetto message."""
    return int(message.DESCRIPTOR.fields_by_name[name].number)


def varint(value: int) -> bytes:
    """A number as protobuf writes it."""
    out = bytearray()
    while value >= 0x80:
        out.append(value & 0x7F | 0x80)
        value >>= 7
    out.append(value)
    return bytes(out)


def number(field: int, value: int | Slot) -> Content:
    """A whole number in a field: a constant, or a slot."""
    if isinstance(value, int):
        return [varint(field << 3 | VARINT) + varint(value)]
    return [varint(field << 3 | (FIXED64 if value.fixed else VARINT)), value]


def nested(field: int, content: Content) -> Content:
    """A message in a field."""
    size = sum(len(part) if isinstance(part, bytes) else part.width for part in content)
    return [varint(field << 3 | NESTED) + varint(size), *content]


class Shape:
    """The bytes of messages that differ in the numbers of their slots alone."""

    def __init__(self, content: Content) -> None:
        self.slots: list[tuple[Slot, int]] = []
        fixed = bytearray()
        for part in content:
            if isinstance(part, bytes):
                fixed += part
            else:
                self.slots.append((part, len(fixed)))
                fixed += bytes(part.width)
        self.bytes = np.frombuffer(bytes(fixed), dtype=np.uint8)

    def __len__(self) -> int:
        return len(self.bytes)

    def filled(self, count: int, columns: Mapping[str, npt.NDArray[Any]]) -> Bytes:
        """A row of bytes for each message; raises ValueError for a number beyond its slot."""
        rows = np.tile(self.bytes, (count, 1))
        for slot, at in self.slots:
            values = columns[slot.name]
            if slot.fixed:
                kind = "<f8" if values.dtype.kind == "f" else "<u8"
                rows[:, at : at + 8] = values.astype(kind).view(np.uint8).reshape(count, 8)
                continue
            if count and not 0 <= values.min() <= values.max() < 1 << 7 * slot.width:
                raise ValueError(f"{slot.name} is beyond what a trace holds")
            for place in range(slot.width):
                more = 0x80 if place < slot.width - 1 else 0
                rows[:, at + place] = values >> 7 * place & 0x7F | more
        return rows


def in_order(parts: Sequence[tuple[npt.NDArray[np.int64], Bytes]], count: int) -> Bytes:
    """Rows of several shapes as one run of bytes, each row at its place in the order."""
    lengths = np.zeros(count, dtype=np.int64)
    for places, rows in parts:
        lengths[places] = rows.shape[1]
    starts = np.cumsum(lengths) - lengths
    out = np.empty(int(lengths.sum()), dtype=np.uint8)
    for places, rows in parts:
        out[starts[places, None] + np.arange(rows.shape[1])] = rows
    return out
