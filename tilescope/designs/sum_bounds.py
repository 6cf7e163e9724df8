"""The least time that each resource needs for one launch that adds two blocks, in array cycles."""

from __future__ import annotations

from tilescope.designs.charges import Charges
from tilescope.designs.elementwise import ACCUMULATE_GRID
from tilescope.designs.product_bounds import DDR_ROUNDING, Need
from tilescope.kernels.catalog import find_kernel
from tilescope.quantities.dtypes import dtype_bytes
from tilescope.quantities.shapes import ceil_div

TENSORS = 3  # C_out, C_in and P, each by one channel for each row of cores


def sum_needs(rows: int, columns: int, dtype: str, charges: Charges) -> tuple[Need, ...]:
    """What each resource needs of one launch of C_out = C_in + P, in the order of LIMITS.

    The design is `designs.elementwise.accumulate_design` on its own grid: one call on each core.
    """
    grid_rows, grid_columns = ACCUMULATE_GRID
    elements = (rows // grid_rows) * (columns // grid_columns)
    size = dtype_bytes(dtype)
    words = ceil_div(elements * size, 4)
    moved = words * charges.word
    between = (grid_columns - 1) * charges.between
    call = find_kernel("linear_accumulate", dtype).cycles(charges.device, elements)

    # the last row's P is issued last, and its slices arrive one by one
    pushes = TENSORS * grid_rows * charges.issue
    paced = charges.paced_word(columns // grid_columns * size)  # each row of a slice is a run
    reads = grid_columns * words * max(charges.read_word, paced) + between
    arrives = charges.first_read + reads + charges.to_mem + charges.setup + moved + charges.to_core
    core = charges.acquire + charges.call + call + 3 * charges.release
    write = words * max(charges.word, charges.write_word, paced)
    leaves = charges.setup + moved + charges.to_mem + charges.setup + write + charges.to_core
    total = pushes + arrives + core + leaves - 2 * charges.release + charges.last_token

    tokens = (grid_rows - 1) * charges.token + charges.last_token
    all_bytes = TENSORS * rows * columns * size
    stored = 1 if columns == columns // grid_columns else rows // grid_rows
    runs = TENSORS * grid_rows * grid_columns * stored
    ddr = (all_bytes * charges.ddr_byte + runs * charges.ddr_run) * DDR_ROUNDING
    first_read = 2 * charges.issue + charges.first_read
    return (
        Need(pushes + tokens, max(pushes + tokens, total)),
        Need(ddr, first_read + ddr + charges.to_core + charges.last_token),
        Need(charges.first_read + reads, total),
        Need(grid_columns * moved + between, total),
        Need(moved, total),
        Need(core, total),
    )
