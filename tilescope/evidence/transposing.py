"""Host buffers of products that publishers lay out in DDR otherwise than ours are.

Our designs put N over the columns. A product with M over them is ours of the transposes, Bᵀ·Aᵀ;
its buffers are not transposed in DDR, and how long the runs of bytes are depends on that.
"""

from __future__ import annotations

from dataclasses import replace

from tilescope.designs.ir import Design, DmaTask, HostBuffer, shape_walk


def with_rows_in_ddr(design: Design) -> Design:
    """A design of the transposes with B and C of the product by rows in DDR.

    Takes tasks as the product design writes them: (steps, tiles, n, k) of B, which is A there,
    and (n, m) of C. Aᵀ, which is B there, must lie by columns already.
    """
    shapes = {buffer.name: buffer.shape for buffer in design.host_buffers}
    buffers = tuple(_flipped(buffer) for buffer in design.host_buffers)
    sequence = tuple(
        _by_rows(step, shapes[step.buffer]) if isinstance(step, DmaTask) else step
        for step in design.sequence
    )
    return replace(design, host_buffers=buffers, sequence=sequence)


def _flipped(buffer: HostBuffer) -> HostBuffer:
    return buffer if buffer.name == "B" else replace(buffer, shape=buffer.shape[::-1])


def _by_rows(task: DmaTask, shape: tuple[int, ...]) -> DmaTask:
    """The task on a buffer that lies the other way round than `shape` says."""
    if task.buffer == "B":
        return task
    height, width = shape
    row, column = divmod(task.offset, width)
    sizes = tuple(dim.size for dim in task.walk)
    if task.buffer == "A":
        steps, tiles, side, staged = sizes
        walk = shape_walk((steps, staged, tiles * side), (staged * height, height, 1))
    else:
        walk = shape_walk((sizes[1], sizes[0]), (height, 1))
    return replace(task, offset=column * height + row, walk=walk)


def with_b_in_tiles(design: Design, tile_n: int) -> Design:
    """A design with B in DDR tile by tile, each stretch of K of a column's tiles in one run.

    Takes tasks as the product design writes them for B by rows: (steps, lines, staged k, n).
    """
    (k, n) = next(buffer.shape for buffer in design.host_buffers if buffer.name == "B")
    sequence = tuple(
        _by_tiles(step, k, n, tile_n) if isinstance(step, DmaTask) and step.buffer == "B" else step
        for step in design.sequence
    )
    return replace(design, sequence=sequence)


def _by_tiles(task: DmaTask, k: int, n: int, tile_n: int) -> DmaTask:
    row, column = divmod(task.offset, n)
    offset = column // tile_n * k * tile_n + row * tile_n
    return replace(task, offset=offset, walk=shape_walk((task.elements,), (1,)))
