"""How a publisher lays out its products, as one of our mappings."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

from tilescope.designs.gemm import gemm_design
from tilescope.designs.ir import Design
from tilescope.designs.mapping import Mapping
from tilescope.errors import InputError
from tilescope.evidence.kernels import output_dtype, product_kernel
from tilescope.evidence.model import Model
from tilescope.evidence.records import Row
from tilescope.evidence.scaling import with_kernels
from tilescope.evidence.transposing import with_b_in_tiles, with_rows_in_ddr
from tilescope.quantities.dtypes import dtype_bytes
from tilescope.workloads.gemm import Gemm

ABOUT = '"about 4K"'
STAGED_BYTES = 896  # of K at once where a source stages more than a tile and does not say how much


@dataclass(frozen=True)
class Layout:
    """A publisher's design: which ports, how B lies, how C is buffered, what is staged.

    staged: `tile` where a mem tile holds one core tile of K, `row` where the row says, `long`
    where it holds more and the source does not say how much. transposed: M lies over the columns,
    so that ours is the product of the transposes and b_layout says how A lies.
    """

    ports: str = "spread"
    b_layout: str = "row"
    c_depth: int = 1
    staged: str = "tile"
    transposed: bool = False


MLIR_AIR = Layout(b_layout="column", staged="row", transposed=True)
MLIR_AIE = Layout(c_depth=2)
"""The whole-array and single-core examples; tiles whose C would fit once and not twice failed to
build for a publisher (bitnet-xdna2), and another counts its bytes (npu-embeddings)."""
PRETILED_PLACES = ("tasks/0048",)
"""Where npu-embeddings has B in DDR tile by tile."""
LAYOUTS = {
    "vla-to-npu": Layout(ports="single"),
    "arxiv-2512-13282": Layout(b_layout="column", staged="long"),
    "mlir-air-registry": MLIR_AIR,
    "mlir-air-profiles": MLIR_AIR,
    "npu-embeddings": MLIR_AIE,
    "bitnet-xdna2": MLIR_AIE,
    "iron": Layout(),
    "issue-threads": Layout(),
    "ryzen-npu-linux": MLIR_AIE,
    "xdna-npu-toolkit": MLIR_AIE,
    "open-xdna": MLIR_AIE,
}
DEFAULT = Layout()
FORMS_WITHOUT_A_DESIGN = {
    "no-bd-overlap": "descriptors that are written without overlap are not modelled",
    "in-situ-elf": "a launch inside a submission of many",
}


Named = tuple[tuple[object, ...], Design, int, tuple[str, ...]]


def design_of(row: Row, model: Model) -> Named:
    """A name for the design of a row's product, the design, its MACs, and what had to be assumed.

    The MACs are those of the row, or of the padded product where the row's sizes are "about".

    Raises InputError where nothing of ours is laid out like it.
    """
    if row.shape is None or row.core_tile is None or row.grid is None:
        raise InputError("the shape, the core tile or the grid is not recorded")
    if row.form in FORMS_WITHOUT_A_DESIGN:
        raise InputError(FORMS_WITHOUT_A_DESIGN[row.form])
    layout = LAYOUTS.get(row.source.name, DEFAULT)
    kernel, assumed = product_kernel(row, model)
    m, k, n = row.shape
    tile_m, tile_n, tile_k = row.core_tile
    rows, columns = row.grid
    if layout.transposed:
        m, n, tile_m, tile_n, rows, columns = n, m, tile_n, tile_m, columns, rows
    staged, guessed = _staged_k(row, layout, row.core_tile, k)
    mapping = Mapping(
        family="fused-k",
        core_tile=(tile_m, tile_n, tile_k),
        grid=(rows, columns),
        ports=model.ports or layout.ports,
        emulation=None,
        c_dtype=output_dtype(row),
        c_depth=2 if row.form == "double-c" else layout.c_depth,
        k_mt=staged,
        b_layout=layout.b_layout,
    )
    padded = mapping.padded(Gemm("row", m, n, k, row.dtype_in))
    if ABOUT in row.note:
        guessed = (*guessed, f"sizes of {padded[0]}×{padded[1]}×{padded[2]}")
    pretiled = row.source.name == "npu-embeddings" and row.origin.place in PRETILED_PLACES
    design = _laid_out(padded, row.dtype_in, mapping, layout.transposed, pretiled)
    design = with_kernels(design, lambda k: kernel if k.name == kernel.name else k)
    macs = padded[0] * padded[1] * padded[2] if ABOUT in row.note else row.macs or 0
    return (
        ("gemm", padded, row.dtype_in, mapping, pretiled, kernel.symbol, kernel.cost),
        design,
        macs,
        (*assumed, *guessed),
    )


@lru_cache(maxsize=256)
def _laid_out(
    padded: tuple[int, int, int], dtype: str, mapping: Mapping, transposed: bool, pretiled: bool
) -> Design:
    """The design as its publisher has it in DDR, built once for all the models that judge it."""
    design = gemm_design("linear_fused", *padded, dtype, mapping)
    if transposed:
        design = with_rows_in_ddr(design)
    return with_b_in_tiles(design, mapping.core_tile[1]) if pretiled else design


def _staged_k(
    row: Row, layout: Layout, tile: tuple[int, int, int], k: int
) -> tuple[int | None, tuple[str, ...]]:
    """K that a mem tile stages, and whether that was assumed."""
    tile_k = tile[2]
    if layout.staged == "row":
        return row.staged_k, ()
    if layout.staged == "tile" or row.form == "short-k":
        return None, ()
    most = STAGED_BYTES // dtype_bytes(row.dtype_in) // tile_k
    times = max(1, most)
    while ABOUT not in row.note and times > 1 and k % (times * tile_k):
        times -= 1
    return times * tile_k, (f"mem tiles stage {times * tile_k} of K",)
