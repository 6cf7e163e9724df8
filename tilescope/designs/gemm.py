"""The product design: A comes by rows, B by columns, C stays in L1 while K streams through."""

from __future__ import annotations

from dataclasses import dataclass

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
    Tile,
    shape_walk,
)
from tilescope.designs.layout import from_blocks, to_blocks
from tilescope.designs.mapping import Mapping
from tilescope.kernels.catalog import find_kernel
from tilescope.kernels.contract import Kernel
from tilescope.quantities.shapes import ceil_div

# Output blocks whose transfers are under way at once. One less than a shim queue holds, so that a
# channel that lags a block behind the one awaited still has room.
BLOCKS_IN_FLIGHT = 3
QUEUED_INPUTS = 4  # of one block on one channel before the oldest is awaited
MAX_TASK_STEPS = 64  # the outermost level of a shim walk


@dataclass(frozen=True)
class _Parts:
    fifos: list[ObjectFifo]
    links: list[Link]


def gemm_design(name: str, m: int, n: int, k: int, dtype: str, mapping: Mapping) -> Design:
    """One launch of C[m, n] = A[m, k] @ B[k, n]; sizes are whole blocks of the mapping.

    Host buffers are A, B, C, row-major. With `single` ports each input passes one shim channel;
    with `spread` each row of cores has its own for A and each column its own for B. C leaves
    through one shim channel of each column.
    """
    matmul = mapping.matmul(dtype)
    zero = find_kernel("linear_zero", mapping.c_dtype)
    parts = _Parts([], [])
    _feed_a(parts, mapping, dtype, matmul)
    _feed_b(parts, mapping, dtype, matmul)
    _drain_c(parts, mapping, matmul)
    rows, columns = mapping.grid
    cores = tuple(
        _core(row, column, k, mapping, matmul, zero)
        for column in range(columns)
        for row in range(rows)
    )
    buffers = (
        HostBuffer("A", (m, k), dtype),
        HostBuffer("B", (k, n), dtype),
        HostBuffer("C", (m, n), mapping.c_dtype),
    )
    sequence = _sequence(m, n, k, mapping)
    return Design(name, tuple(parts.fifos), tuple(parts.links), cores, buffers, sequence)


def _row(row: int, column: int) -> Tile:
    return Tile(column, row + 2)


def _feed(
    parts: _Parts,
    tensor: str,
    column: int,
    slices: list[tuple[str, tuple[Tile, ...]]],
    shape: tuple[int, int],
    block: tuple[int, int] | None,
    dtype: str,
) -> None:
    """One shim channel into one mem tile, and from there one broadcast for each slice."""
    height, width = shape
    mem = Tile(column, 1)
    parts.fifos.append(
        ObjectFifo(tensor, Tile(column, 0), (mem,), (len(slices), height, width), dtype)
    )
    walk = to_blocks(height, width, block)
    for name, consumers in slices:
        parts.fifos.append(ObjectFifo(name, mem, consumers, shape, dtype, to_stream=walk))
    offsets = tuple(index * height * width for index in range(len(slices)))
    parts.links.append(Link((tensor,), tuple(name for name, _ in slices), offsets))


def _feed_a(parts: _Parts, mapping: Mapping, dtype: str, kernel: Kernel) -> None:
    m, _, k = mapping.core_tile
    rows, columns = mapping.grid
    block = kernel.block[:2] if kernel.block else None
    slices = [
        (f"A_row{row}", tuple(_row(row, column) for column in range(columns)))
        for row in range(rows)
    ]
    if mapping.ports == "single":
        _feed(parts, "A", 0, slices, (m, k), block, dtype)
        return
    for row, one in enumerate(slices):
        _feed(parts, f"A{row}", row % columns, [one], (m, k), block, dtype)


def _feed_b(parts: _Parts, mapping: Mapping, dtype: str, kernel: Kernel) -> None:
    _, n, k = mapping.core_tile
    rows, columns = mapping.grid
    block = kernel.block[1:] if kernel.block else None
    slices = [
        (f"B_column{column}", tuple(_row(row, column) for row in range(rows)))
        for column in range(columns)
    ]
    if mapping.ports == "single":
        _feed(parts, "B", min(1, columns - 1), slices, (k, n), block, dtype)
        return
    for column, one in enumerate(slices):
        _feed(parts, f"B{column}", column, [one], (k, n), block, dtype)


def _drain_c(parts: _Parts, mapping: Mapping, kernel: Kernel) -> None:
    m, n, _ = mapping.core_tile
    rows, columns = mapping.grid
    block = (kernel.block[0], kernel.block[2]) if kernel.block else None
    for column in range(columns):
        mem = Tile(column, 1)
        names = tuple(f"C_{row}_{column}" for row in range(rows))
        for row, name in enumerate(names):
            parts.fifos.append(
                ObjectFifo(
                    name,
                    _row(row, column),
                    (mem,),
                    (m, n),
                    mapping.c_dtype,
                    producer_depth=mapping.c_depth,
                )
            )
        parts.fifos.append(
            ObjectFifo(
                f"C{column}",
                mem,
                (Tile(column, 0),),
                (rows, m, n),
                mapping.c_dtype,
                to_stream=from_blocks(m, n, block),
            )
        )
        offsets = tuple(row * m * n for row in range(rows))
        parts.links.append(Link(names, (f"C{column}",), offsets))


def _core(
    row: int, column: int, k_total: int, mapping: Mapping, matmul: Kernel, zero: Kernel
) -> CoreProgram:
    m, n, k = mapping.core_tile
    a, b, c = f"A_row{row}", f"B_column{column}", f"C_{row}_{column}"
    step = (
        Acquire(a),
        Acquire(b),
        Call(matmul, (Held(a), Held(b), Held(c)), (m, k, n)),
        Release(a),
        Release(b),
    )
    block = (
        Acquire(c),
        Call(zero, (Held(c),), (m * n,)),
        Loop(k_total // k, step),
        Release(c),
    )
    return CoreProgram(_row(row, column), (Loop(None, block),))


def _sequence(m: int, n: int, k: int, mapping: Mapping) -> tuple[DmaTask | Await, ...]:
    """Tasks block by block, C first; before a block is issued an earlier one's C is awaited."""
    block_m, block_n, block_k = mapping.block
    columns = mapping.grid[1]
    rounds = ceil_div(k // block_k, MAX_TASK_STEPS)  # tasks that an input needs for one block
    in_flight = max(1, BLOCKS_IN_FLIGHT + 1 - rounds)
    steps: list[DmaTask | Await] = []
    issued = 0
    last_c: list[int] = []  # by block, the task of its last column
    for i in range(m // block_m):
        for j in range(n // block_n):
            if len(last_c) >= in_flight:
                steps.append(Await(last_c[len(last_c) - in_flight]))
            steps.extend(_c_task(i, j, column, n, mapping) for column in range(columns))
            issued += columns
            last_c.append(issued - 1)
            inputs = [_input_tasks(i, j, n, k, place, mapping) for place in range(rounds)]
            for place, tasks in enumerate(inputs):
                if place >= QUEUED_INPUTS:
                    earlier = issued - QUEUED_INPUTS * len(tasks)
                    steps.extend(Await(task) for task in range(earlier, earlier + len(tasks)))
                steps.extend(tasks)
                issued += len(tasks)
    steps.extend(Await(task) for task in range(last_c[-1] - columns + 1, last_c[-1] + 1))
    return tuple(steps)


def _c_task(i: int, j: int, column: int, n: int, mapping: Mapping) -> DmaTask:
    block_m, block_n, _ = mapping.block
    tile_n = mapping.core_tile[1]
    offset = i * block_m * n + j * block_n + column * tile_n
    return DmaTask(f"C{column}", "C", offset, shape_walk((block_m, tile_n), (n, 1)))


def _input_tasks(i: int, j: int, n: int, k: int, place: int, mapping: Mapping) -> list[DmaTask]:
    """The tasks that bring A and B for one stretch of K of one output block."""
    block_m, block_n, _ = mapping.block
    tile_m, tile_n, tile_k = mapping.core_tile
    rows, columns = mapping.grid
    first = place * MAX_TASK_STEPS
    trips = min(MAX_TASK_STEPS, k // tile_k - first)
    a_offset = i * block_m * k + first * tile_k
    b_offset = j * block_n + first * tile_k * n
    if mapping.ports == "single":
        a_walk = shape_walk((trips, rows, tile_m, tile_k), (tile_k, tile_m * k, k, 1))
        b_walk = shape_walk((trips, columns, tile_k, tile_n), (tile_k * n, tile_n, n, 1))
        return [DmaTask("A", "A", a_offset, a_walk), DmaTask("B", "B", b_offset, b_walk)]
    a_walk = shape_walk((trips, tile_m, tile_k), (tile_k, k, 1))
    b_walk = shape_walk((trips, tile_k, tile_n), (tile_k * n, n, 1))
    return [
        *(DmaTask(f"A{row}", "A", a_offset + row * tile_m * k, a_walk) for row in range(rows)),
        *(DmaTask(f"B{col}", "B", b_offset + col * tile_n, b_walk) for col in range(columns)),
    ]
