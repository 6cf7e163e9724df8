"""Buffers as code sees them: loads, stores and views, with every place held against its bounds."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from xdsl.dialects import builtin
from xdsl.ir import Operation, SSAValue

from tilescope.errors import InputError

Environment = dict[Any, Any]
Get = Callable[[Environment], Any]


def load(result: SSAValue, buffer: SSAValue, places: Sequence[Get], where: str) -> Any:
    """Reads one element, or one for each number that a place holds."""

    def run(env: Environment) -> None:
        array = env[buffer]
        env[result] = array[_index(array, places, env, where)]

    return run


def store(value: Get, buffer: SSAValue, places: Sequence[Get], where: str) -> Any:
    """Writes one element, or one for each number that a place holds."""

    def run(env: Environment) -> None:
        array = env[buffer]
        array[_index(array, places, env, where)] = value(env)

    return run


def _index(array: Any, places: Sequence[Get], env: Environment, where: str) -> tuple[Any, ...]:
    index = tuple(place(env) for place in places)
    for number, size in zip(index, array.shape, strict=False):
        low, high = (number.min(), number.max()) if np.ndim(number) else (number, number)
        if low < 0 or high >= size:
            raise InputError(
                f"{where}: place {int(low if low < 0 else high):,} lies outside a dimension of "
                f"{size:,}."
            )
    if len(index) != array.ndim:
        raise InputError(f"{where}: {len(index)} places are named of {array.ndim} dimensions.")
    return index


def subview(op: Operation, get: Callable[[SSAValue], Get], where: str) -> Any:
    """A part of a buffer; dimensions of the result that are dropped are those of size one."""
    lists = [_entries(op, key, get) for key in ("offsets", "sizes", "strides")]
    source, result = op.operands[0], op.results[0]
    kind = result.type
    shape = tuple(kind.get_shape()) if isinstance(kind, builtin.MemRefType) else ()

    def run(env: Environment) -> None:
        array = env[source]
        offsets, sizes, strides = ([int(one(env)) for one in entries] for entries in lists)
        slices = []
        for offset, size, stride, whole in zip(offsets, sizes, strides, array.shape, strict=True):
            last = offset + (size - 1) * stride
            if offset < 0 or size < 1 or stride < 1 or last >= whole:
                raise InputError(
                    f"{where}: a view from {offset:,} to {last:,} lies outside {whole:,}."
                )
            slices.append(slice(offset, last + 1, stride))
        part = array[tuple(slices)]
        if [n for n in part.shape if n > 1] != [n for n in shape if n > 1]:
            found = "×".join(map(str, part.shape))
            raise InputError(f"{where}: a view of {found} elements has another type.")
        env[result] = part.reshape(shape)  # drops dimensions of one at most, so never a copy

    return run


def _entries(op: Operation, key: str, get: Callable[[SSAValue], Get]) -> list[Get]:
    """Offsets, sizes or strides: numbers, or values in their place."""
    static = op.properties.get(f"static_{key}") or op.attributes.get(f"static_{key}")
    values = list(getattr(op, key, ()))
    found: list[Get] = []
    if not isinstance(static, builtin.DenseArrayBase):
        return found
    for number in static.get_values():
        if int(number) == -(1 << 63) and values:
            found.append(get(values.pop(0)))
        else:
            found.append(lambda env, number=int(number): number)  # type: ignore[misc]
    return found


def reshaped(op: Operation) -> Any:
    """The same elements in another shape."""
    source, result = op.operands[0], op.results[0]
    kind = result.type
    shape = tuple(kind.get_shape()) if isinstance(kind, builtin.MemRefType) else ()

    def run(env: Environment) -> None:
        view = env[source].view()
        view.shape = shape  # never a copy
        env[result] = view

    return run
