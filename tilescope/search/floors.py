"""Bounds that need no K tile: what the rows and columns of a core tile alone make certain.

They spare a search the pairs of sides that cannot win, before any staging is tried.
"""

from __future__ import annotations

import numpy as np

from tilescope.designs.charges import charges_of
from tilescope.designs.product_bounds import DDR_ROUNDING
from tilescope.designs.traffic import feed_lines
from tilescope.devices.device import Device
from tilescope.quantities.dtypes import dtype_bytes
from tilescope.quantities.shapes import ceil_div
from tilescope.search.calls import CallCosts
from tilescope.search.capacity import Numbers, Tiles
from tilescope.search.prices import Floats
from tilescope.search.space import Group


def pairs_of(group: Group) -> Tiles:
    """Every pair of sides m and n, with the shortest K tile and staging of the group.

    Where that does not fit no other one does.
    """
    m, n = np.meshgrid(np.array(group.sides_m), np.array(group.sides_n), indexing="ij")
    k, staged = min(group.staged)
    return Tiles(m.ravel(), n.ravel(), np.full(m.size, k), np.full(m.size, staged))


def with_least_k(group: Group, pairs: Tiles, longest: Numbers) -> Tiles:
    """The pairs with a K tile that none of the group's beats.

    Where the host reduces over K that is the longest, of which there are the fewest launches;
    else one of 1, which pads nothing.
    """
    k = np.array(group.sides_k)[longest] if group.per_tile else np.ones_like(pairs.m)
    return Tiles(pairs.m, pairs.n, k, k)


def longest_k(group: Group, pairs: Tiles, device: Device) -> Numbers:
    """The place among the group's K tiles of the longest that L1 has room for, for each pair."""
    size, c_size = dtype_bytes(group.gemm.dtype), dtype_bytes(group.base.c_dtype)
    held = device.l1_reserved_bytes + group.base.c_depth * pairs.m * pairs.n * c_size
    most = (device.l1_bytes - held) // (2 * (pairs.m + pairs.n) * size)
    found: Numbers = np.searchsorted(np.array(group.sides_k), most, side="right") - 1
    return np.maximum(found, 0)


def least_array_us(group: Group, pairs: Tiles, calls: CallCosts) -> Floats:
    """The least array time of one launch with each pair of sides, whatever its K tile."""
    gemm, device = group.gemm, calls.device
    charges = charges_of(device)
    rows, columns = group.base.grid
    size, c_size = dtype_bytes(gemm.dtype), dtype_bytes(group.base.c_dtype)
    a_lines, b_lines = feed_lines(group.base)
    feeds = ceil_div(rows, a_lines) + ceil_div(columns, b_lines)
    m, n = pairs.m, pairs.n
    blocks = -(-gemm.m // (m * rows)) * -(-gemm.n // (n * columns))
    ends = charges.to_core + charges.last_token
    first = (columns + 1) * charges.issue + charges.first_read
    read = blocks * (m * rows + n * columns) * gemm.k * size
    written = blocks * m * rows * n * columns * c_size
    ddr = first + (read + written) * charges.ddr_byte * DDR_ROUNDING + ends
    lines = np.maximum(a_lines * m, b_lines * n)
    port = first + blocks * lines * gemm.k * size / 4 * charges.read_word + ends
    issue = blocks * (columns + feeds) * charges.issue + charges.last_token
    cores = first + blocks * gemm.k * calls.rates(pairs) + ends
    found: Floats = np.maximum.reduce([ddr, port, issue, cores]) / device.clock_mhz
    return found
