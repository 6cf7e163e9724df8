"""Orders in which a DMA reads a row-major or blocked tile, as walks."""

from __future__ import annotations

from tilescope.designs.ir import Walk, shape_walk


def to_blocks(
    rows: int, columns: int, block: tuple[int, int] | None, row_stride: int | None = None
) -> Walk:
    """Reads a row-major rows×columns tile block by block, row-major in either.

    Empty where the kernel wants rows and they lie one after the other; `row_stride` elements lie
    between the starts of rows where the tile is part of a wider one.
    """
    stride = columns if row_stride is None else row_stride
    if block is None:
        return () if stride == columns else shape_walk((rows, columns), (stride, 1))
    height, width = block
    return shape_walk(
        (rows // height, columns // width, height, width),
        (height * stride, width, stride, 1),
    )


def to_transposed_blocks(rows: int, columns: int, block: tuple[int, int], row_stride: int) -> Walk:
    """Reads a columns×rows tile that holds the transpose, in the order of the rows×columns blocks.

    Each block arrives as it lies in memory, that is transposed: width×height elements.
    """
    height, width = block
    return shape_walk(
        (rows // height, columns // width, width, height),
        (height, width * row_stride, row_stride, 1),
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
