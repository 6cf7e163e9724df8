"""Designs that stream whole tensors through the array, each column its own stretch of them."""

from __future__ import annotations

from tilescope.designs.elementwise import adder
from tilescope.designs.ir import (
    Await,
    CoreProgram,
    Design,
    DmaTask,
    HostBuffer,
    Link,
    ObjectFifo,
    Tile,
    Walk,
    shape_walk,
)
from tilescope.errors import InputError
from tilescope.kernels.catalog import find_kernel
from tilescope.quantities.shapes import ceil_div, round_up

MAX_TASK_ELEMENTS = 1 << 20  # of one stream before the next task begins


def add_design(elements: int, dtype: str, columns: int, rows: int = 1, chunk: int = 1024) -> Design:
    """C_out = C_in + P over columns×rows cores, `chunk` elements for each kernel call.

    Each column reads both inputs and writes the output through its own shim; `elements` are
    rounded up to whole chunks for every core. Raises InputError for a count below one.
    """
    each = _stretch(elements, columns, rows * chunk)
    kernel = find_kernel("linear_accumulate", dtype)
    fifos: list[ObjectFifo] = []
    links: list[Link] = []
    cores: list[CoreProgram] = []
    offsets = tuple(row * chunk for row in range(rows))
    for column in range(columns):
        shim, mem = Tile(column, 0), Tile(column, 1)
        tiles = [Tile(column, row + 2) for row in range(rows)]
        for tensor in ("C_in", "P"):
            names = tuple(f"{tensor}_{column}_{row}" for row in range(rows))
            fifos.append(ObjectFifo(f"{tensor}{column}", shim, (mem,), (rows, chunk), dtype))
            fifos.extend(
                ObjectFifo(name, mem, (tile,), (chunk,), dtype)
                for name, tile in zip(names, tiles, strict=True)
            )
            links.append(Link((f"{tensor}{column}",), names, offsets))
        names = tuple(f"C_out_{column}_{row}" for row in range(rows))
        fifos.extend(
            ObjectFifo(name, tile, (mem,), (chunk,), dtype)
            for name, tile in zip(names, tiles, strict=True)
        )
        fifos.append(ObjectFifo(f"C_out{column}", mem, (shim,), (rows, chunk), dtype))
        links.append(Link(names, (f"C_out{column}",), offsets))
        cores.extend(
            adder(tile, kernel, f"_{column}_{row}", chunk) for row, tile in enumerate(tiles)
        )
    tensors = ("C_out", "C_in", "P")
    buffers = tuple(HostBuffer(name, (each * columns,), dtype) for name in tensors)
    steps = _stretches(tensors, columns, each, rows * chunk)
    return Design("add", tuple(fifos), tuple(links), tuple(cores), buffers, steps)


def copy_design(elements: int, dtype: str, columns: int, chunk: int = 4096) -> Design:
    """Out = In through the mem tiles alone: what DMA can move without a core.

    `elements` are rounded up to whole chunks for every column. Raises InputError for a count
    below one.
    """
    each = _stretch(elements, columns, chunk)
    fifos: list[ObjectFifo] = []
    links: list[Link] = []
    for column in range(columns):
        shim, mem = Tile(column, 0), Tile(column, 1)
        fifos.append(ObjectFifo(f"In{column}", shim, (mem,), (chunk,), dtype))
        fifos.append(ObjectFifo(f"Out{column}", mem, (shim,), (chunk,), dtype))
        links.append(Link((f"In{column}",), (f"Out{column}",), (0,)))
    tensors = ("Out", "In")
    buffers = tuple(HostBuffer(name, (each * columns,), dtype) for name in tensors)
    steps = _stretches(tensors, columns, each, chunk)
    return Design("copy", tuple(fifos), tuple(links), (), buffers, steps)


def _stretch(elements: int, columns: int, step: int) -> int:
    if elements < 1 or columns < 1 or step < 1:
        raise InputError("A stream needs at least one element, one column and one row.")
    return round_up(ceil_div(elements, columns), step)


def _stretches(
    tensors: tuple[str, ...], columns: int, each: int, step: int
) -> tuple[DmaTask | Await, ...]:
    """Tasks stretch by stretch, the output's first; each stretch waits for the one two before."""
    longest = max(step, MAX_TASK_ELEMENTS // step * step)
    steps: list[DmaTask | Await] = []
    issued = 0
    outputs: list[list[int]] = []
    for first in range(0, each, longest):
        size = min(longest, each - first)
        if len(outputs) >= 2:
            steps.extend(Await(task) for task in outputs[-2])
        outputs.append([])
        for column in range(columns):
            outputs[-1].append(issued)
            walk: Walk = shape_walk((size,), (1,))
            start = column * each + first
            steps.extend(DmaTask(f"{name}{column}", name, start, walk) for name in tensors)
            issued += len(tensors)
    steps.extend(Await(task) for task in outputs[-1])
    return tuple(steps)
