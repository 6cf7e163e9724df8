"""Designs that add two tensors element by element: the accumulate, and the smallest launch."""

from __future__ import annotations

from tilescope.designs.ir import (
    Acquire,
    Await,
    Call,
    CoreProgram,
    Design,
    DmaTask,
    Held,
    HostBuffer,
    Link,
    Loop,
    ObjectFifo,
    Release,
    Statement,
    Tile,
    shape_walk,
)
from tilescope.kernels.catalog import find_kernel
from tilescope.kernels.contract import Kernel

ACCUMULATE_GRID = (2, 4)


def accumulate_design(
    name: str, rows: int, columns: int, dtype: str, grid: tuple[int, int] = ACCUMULATE_GRID
) -> Design:
    """One launch of C_out = C_in + P on a rows×columns block, split over the grid both ways.

    Each row of cores has its own mem tile and shim channel for either input, as eight shards are
    more than one mem tile has ports for.
    """
    kernel = find_kernel("linear_accumulate", dtype)
    grid_rows, grid_columns = grid
    height, width = rows // grid_rows, columns // grid_columns
    fifos: list[ObjectFifo] = []
    links: list[Link] = []
    offsets = tuple(column * height * width for column in range(grid_columns))
    for row in range(grid_rows):
        tiles = [Tile(column, row + 2) for column in range(grid_columns)]
        for index, tensor in enumerate(("C_in", "P")):
            source = Tile(index * grid_rows + row, 1)
            names = tuple(f"{tensor}_{row}_{column}" for column in range(grid_columns))
            shape = (grid_columns, height, width)
            fifos.append(
                ObjectFifo(f"{tensor}{row}", Tile(source.column, 0), (source,), shape, dtype)
            )
            fifos.extend(
                ObjectFifo(shard, source, (tile,), (height, width), dtype)
                for shard, tile in zip(names, tiles, strict=True)
            )
            links.append(Link((f"{tensor}{row}",), names, offsets))
        drain = Tile(row, 1)
        names = tuple(f"C_out_{row}_{column}" for column in range(grid_columns))
        fifos.extend(
            ObjectFifo(shard, tile, (drain,), (height, width), dtype)
            for shard, tile in zip(names, tiles, strict=True)
        )
        shape = (grid_columns, height, width)
        fifos.append(ObjectFifo(f"C_out{row}", drain, (Tile(row, 0),), shape, dtype))
        links.append(Link(names, (f"C_out{row}",), offsets))
    cores = tuple(
        adder(Tile(column, row + 2), kernel, f"_{row}_{column}", height * width)
        for column in range(grid_columns)
        for row in range(grid_rows)
    )
    buffers = tuple(HostBuffer(tensor, (rows, columns), dtype) for tensor in ("C_in", "P", "C_out"))
    walk = shape_walk((grid_columns, height, width), (width, columns, 1))
    tasks = [
        DmaTask(f"{tensor}{row}", tensor, row * height * columns, walk)
        for row in range(grid_rows)
        for tensor in ("C_out", "C_in", "P")
    ]
    awaits = [Await(3 * row) for row in range(grid_rows)]
    return Design(name, tuple(fifos), tuple(links), cores, buffers, (*tasks, *awaits))


def smallest_design(elements: int, dtype: str) -> Design:
    """The least that a launch can do: one core adds two short vectors, straight from its shim."""
    kernel = find_kernel("linear_accumulate", dtype)
    shim, core = Tile(0, 0), Tile(0, 2)
    fifos = (
        ObjectFifo("C_in", shim, (core,), (elements,), dtype),
        ObjectFifo("P", shim, (core,), (elements,), dtype),
        ObjectFifo("C_out", core, (shim,), (elements,), dtype),
    )
    buffers = tuple(HostBuffer(fifo.name, (elements,), dtype) for fifo in fifos)
    walk = shape_walk((elements,), (1,))
    tasks = tuple(DmaTask(name, name, 0, walk) for name in ("C_out", "C_in", "P"))
    program = adder(core, kernel, "", elements)
    return Design("smallest", fifos, (), (program,), buffers, (*tasks, Await(0)))


def adder(tile: Tile, kernel: Kernel, suffix: str, elements: int) -> CoreProgram:
    """A core that adds C_in and P into C_out, `elements` a call; `suffix` ends its FIFOs' names."""
    names = tuple(f"{tensor}{suffix}" for tensor in ("C_in", "P", "C_out"))
    body: tuple[Statement, ...] = (
        *(Acquire(name) for name in names),
        Call(kernel, tuple(Held(name) for name in names), (elements,)),
        *(Release(name) for name in names),
    )
    return CoreProgram(tile, (Loop(None, body),))
