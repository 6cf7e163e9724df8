"""Orders in which a DMA reads a row-major or blocked tile, as walks."""

from __future__ import annotations

from tilescope.designs.ir import Walk, shape_walk


def to_blocks(rows: int, columns: int, block: tuple[int, int] | None) -> Walk:
    """Reads a row-major rows×columns tile block by block; empty where the kernel wants rows."""
    if block is None:
        return ()
    height, width = block
    return shape_walk(
        (rows // height, columns // width, height, width),
        (height * columns, width, columns, 1),
    )


def from_blocks(rows: int, columns: int, block: tuple[int, int] | None) -> Walk:
    """Reads a blocked rows×columns tile row by row; empty where it is row-major already."""
    if block is None:
        return ()
    height, width = block
    return shape_walk(
        (rows // height, height, columns // width, width),
        (height * columns, width, height * width, 1),
    )
