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
    Walk,
    shape_walk,
)
from tilescope.designs.layout import from_blocks, to_blocks, to_transposed_blocks
from tilescope.designs.mapping import Mapping
from tilescope.kernels.catalog import find_kernel
from tilescope.kernels.contract import Kernel
from tilescope.quantities.shapes import ceil_div

# Output blocks whose transfers are under way at once. One less than a shim queue holds, so that a
# channel that lags a block behind the one awaited still has room.
BLOCKS_IN_FLIGHT = 3
QUEUED_INPUTS = 4  # of one block on one channel before the oldest is awaited
MAX_SHARDS = 4  # of one tensor that one mem tile passes on, beside the C of its own column
MAX_TASK_STEPS = 64  # the outermost level of a shim walk


@dataclass(frozen=True)
class _Parts:
    fifos: list[ObjectFifo]
    links: list[Link]


def gemm_design(name: str, m: int, n: int, k: int, dtype: str, mapping: Mapping) -> Design:
    """One launch of C[m, n] = A[m, k] @ B[k, n]; sizes are whole blocks of the mapping.

    Host buffers are A, B, C, row-major (B by columns where the mapping says so, then n×k). With
    `single` ports each input passes one shim channel for every four of its shards; with `spread`
    the rows of cores share the columns' first channels for A, and each column has its second for
    B. C leaves through one shim channel of each column.
    """
    matmul = mapping.matmul(dtype)
    zero = find_kernel("linear_zero", mapping.c_dtype)
    parts = _Parts([], [])
    for feed in (*_a_feeds(mapping), *_b_feeds(mapping)):
        _feed(parts, feed, mapping, dtype, matmul)
    _drain_c(parts, mapping, matmul)
    rows, columns = mapping.grid
    cores = tuple(
        _core(row, column, k, mapping, matmul, zero)
        for column in range(columns)
        for row in range(rows)
    )
    buffers = (
        HostBuffer("A", (m, k), dtype),
        HostBuffer("B", (k, n) if mapping.b_layout == "row" else (n, k), dtype),
        HostBuffer("C", (m, n), mapping.c_dtype),
    )
    sequence = _sequence(m, n, k, mapping)
    return Design(name, tuple(parts.fifos), tuple(parts.links), cores, buffers, sequence)


@dataclass(frozen=True)
class _Feed:
    """One shim channel of an input: the column it enters by, and the rows or columns it feeds."""

    tensor: str
    name: str
    column: int
    lines: tuple[int, ...]


def _a_feeds(mapping: Mapping) -> list[_Feed]:
    rows, columns = mapping.grid
    if mapping.ports == "single":
        return [_Feed("A", "A", 0, tuple(range(rows)))]
    groups = min(rows, columns)
    each = ceil_div(rows, groups)
    return [
        _Feed("A", f"A{group}", group * (columns // groups), lines)
        for group in range(groups)
        if (lines := tuple(range(group * each, min(rows, (group + 1) * each))))
    ]


def _b_feeds(mapping: Mapping) -> list[_Feed]:
    columns = mapping.grid[1]
    if mapping.ports == "single":
        shards = [
            tuple(range(first, min(columns, first + MAX_SHARDS)))
            for first in range(0, columns, MAX_SHARDS)
        ]
        names = ["B"] if len(shards) == 1 else [f"B{place}" for place in range(len(shards))]
        return [
            _Feed("B", name, min(1 + place, columns - 1), lines)
            for place, (name, lines) in enumerate(zip(names, shards, strict=True))
        ]
    return [_Feed("B", f"B{column}", column, (column,)) for column in range(columns)]


def _row(row: int, column: int) -> Tile:
    return Tile(column, row + 2)


def _feed(parts: _Parts, feed: _Feed, mapping: Mapping, dtype: str, kernel: Kernel) -> None:
    """A shim channel into a mem tile, and from there one broadcast for each row or column."""
    m, n, k = mapping.core_tile
    rows, columns = mapping.grid
    staged = mapping.staged_k
    mem = Tile(feed.column, 1)
    if feed.tensor == "A":
        block = kernel.block[:2] if kernel.block else None
        slice_shape, shape = (m, staged), (m, k)
        walk = to_blocks(m, k, block, staged)
        step = k
        names = [f"A_row{row}" for row in feed.lines]
        cores = [tuple(_row(row, column) for column in range(columns)) for row in feed.lines]
    else:
        names = [f"B_column{column}" for column in feed.lines]
        cores = [tuple(_row(row, column) for row in range(rows)) for column in feed.lines]
        shape = (k, n)
        if mapping.b_layout == "row":
            block = kernel.block[1:] if kernel.block else None
            slice_shape, step = (staged, n), k * n
            walk = to_blocks(k, n, block)
        else:
            slice_shape, step = (n, staged), k
            walk = _b_by_columns(k, n, staged, kernel)
    parts.fifos.append(
        ObjectFifo(feed.name, Tile(feed.column, 0), (mem,), (len(names), *slice_shape), dtype)
    )
    for name, consumers in zip(names, cores, strict=True):
        parts.fifos.append(ObjectFifo(name, mem, consumers, shape, dtype, to_stream=walk))
    size = slice_shape[0] * slice_shape[1]
    offsets = tuple(place * size for place in range(len(names)))
    pieces = tuple(range(0, staged // k * step, step))
    parts.links.append(Link((feed.name,), tuple(names), offsets, pieces))


def _b_by_columns(k: int, n: int, staged: int, kernel: Kernel) -> Walk:
    if kernel.block is None:
        return shape_walk((k, n), (1, staged))
    return to_transposed_blocks(k, n, kernel.block[1:], staged)


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
    block_m, block_n, _ = mapping.block
    columns = mapping.grid[1]
    rounds = ceil_div(
        k // mapping.staged_k, MAX_TASK_STEPS
    )  # tasks that an input needs for one block
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
    tile_m, tile_n, _ = mapping.core_tile
    staged = mapping.staged_k
    first = place * MAX_TASK_STEPS
    trips = min(MAX_TASK_STEPS, k // staged - first)
    tasks = []
    for feed in _a_feeds(mapping):
        offset = (i * block_m + feed.lines[0] * tile_m) * k + first * staged
        shape, strides = (trips, len(feed.lines), tile_m, staged), (staged, tile_m * k, k, 1)
        tasks.append(DmaTask(feed.name, "A", offset, shape_walk(shape, strides)))
    for feed in _b_feeds(mapping):
        column = j * block_n + feed.lines[0] * tile_n
        lines = len(feed.lines)
        if mapping.b_layout == "row":
            offset = first * staged * n + column
            shape, strides = (trips, lines, staged, tile_n), (staged * n, tile_n, n, 1)
        else:
            offset = column * k + first * staged
            shape, strides = (trips, lines, tile_n, staged), (staged, tile_n * k, k, 1)
        tasks.append(DmaTask(feed.name, "B", offset, shape_walk(shape, strides)))
    return tasks
