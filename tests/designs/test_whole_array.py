"""Is the whole array's tile the one that trying every tile in turn would find?"""

from __future__ import annotations

from dataclasses import replace

from hypothesis import given, settings
from hypothesis import strategies as st

from tilescope.designs.mapping import (
    Mapping,
    base_mapping,
    l1_demand,
    whole_array_mapping,
)
from tilescope.designs.plan import make_plan
from tilescope.designs.problems import find_problems
from tilescope.designs.request import MappingRequest, resolve
from tilescope.devices import load_device
from tilescope.errors import InputError
from tilescope.quantities.dtypes import dtype_bytes
from tilescope.quantities.shapes import ceil_div, round_up
from tilescope.workloads import Gemm

SIDES = st.one_of(st.integers(1, 90), st.integers(1, 700), st.integers(1, 5000))


@st.composite
def asked(draw):
    """A product, a device, and a base on some grid."""
    device = load_device(draw(st.sampled_from(["npu1", "npu2"])))
    if draw(st.booleans()):
        device = device.with_overrides(
            {"mem_bds": draw(st.sampled_from([24, 40])), "l2_bytes": 131072}
        )
    dtype = draw(st.sampled_from(["float32", "bfloat16", "int8"]))
    gemm = Gemm("any", draw(SIDES), draw(SIDES), draw(SIDES), dtype)
    base = base_mapping(gemm, "whole-array", "spread", generation=device.generation)
    grid = (draw(st.integers(1, 4)), draw(st.integers(1, 4)))
    k_mt = draw(st.sampled_from([None, None, 64, 100]))
    layout = draw(st.sampled_from(["row", "column"]))
    return gemm, device, replace(base, grid=grid, k_mt=k_mt, b_layout=layout)


@given(asked(), st.sampled_from([(2, 1), (1,)]))
@settings(max_examples=60, deadline=None)
def test_the_tile_is_that_of_trying_every_one_in_turn(case, depths):
    gemm, device, base = case
    try:
        found = whole_array_mapping(gemm, device, base, depths)
    except InputError:
        found = None
    assert found == _tried_in_turn(gemm, device, base, depths)


@given(
    SIDES, SIDES, SIDES, st.sampled_from(["bfloat16", "int8"]), st.sampled_from(["row", "column"])
)
@settings(max_examples=40, deadline=None)
def test_what_is_chosen_fits(m, n, k, dtype, layout):
    """Its memories and its walks: in int8 there is room to stage more of K than a DMA can step."""
    request = MappingRequest(family="whole-array", b_layout=layout)
    for side in (k, 2048):
        resolve(request, Gemm("any", m, n, side, dtype), load_device("npu1"))


def test_no_more_is_staged_than_a_dma_can_step_along():
    """Two slices of 1,056 would cover 2,048 best; a walk has 1,024 steps at a level."""
    mapping = resolve(
        MappingRequest(family="whole-array"),
        Gemm("any", 256, 4096, 2048, "int8"),
        load_device("npu1"),
    )
    assert mapping.staged_k <= 1024


def _tried_in_turn(gemm, device, base, depths):
    """The least score over m, n, k and stagings, the first of equals."""
    rows, columns = base.grid
    kernel = base.matmul(gemm.dtype)
    r, s, t = kernel.block or (1, 1, 1)
    best = None
    for m in _steps(gemm.m, rows, max(16, r), 128):
        for n in _steps(gemm.n, columns, max(16, t), 128):
            for k in _steps(gemm.k, 1, max(16, s), 256):
                for mapping in _stagings(gemm, device, replace(base, core_tile=(m, n, k)), depths):
                    busy = _busy(gemm, device, mapping, kernel.cycles(device, m, k, n))
                    first = max(ceil_div(rows, min(rows, columns)) * m, n) * mapping.staged_k
                    last = (rows + 1) * m * n * dtype_bytes(mapping.c_dtype)
                    ends = first * dtype_bytes(gemm.dtype) + last
                    most = max(busy) + ends / device.stream_bytes_per_cycle
                    total = busy[0] + busy[1] + busy[2] + busy[3] + busy[4]
                    score = (most, total, -mapping.staged_k)
                    if best is None or score < best[0]:
                        best = (score, mapping)
    return best[1] if best else None


def _steps(size, parts, step, most):
    return range(step, min(most, round_up(ceil_div(size, parts), step)) + 1, step)


def _stagings(gemm, device, tile: Mapping, depths):
    """The tile with one, two and more core tiles of K staged, where L1 and L2 have room."""
    k = tile.core_tile[2]
    room = device.l1_bytes - device.l1_reserved_bytes
    deep = [replace(tile, c_depth=d) for d in depths]
    deep = [one for one in deep if l1_demand(one, gemm.dtype) <= room]
    if not deep:
        return
    longest = round_up(gemm.k, k)
    for staged in [tile.k_mt] if tile.k_mt else range(k, longest + 1, k):
        m, n, _ = tile.core_tile
        rows, columns = tile.grid
        lines = ceil_div(rows, min(rows, columns))
        held = (lines * m + n) * staged * dtype_bytes(gemm.dtype)
        held = 2 * (held + rows * m * n * dtype_bytes(tile.c_dtype))
        descriptors = 2 * (lines + 1) * (1 + staged // k) + 4 * rows
        fits = held <= device.l2_bytes and descriptors <= device.mem_bds and staged % k == 0
        if fits and (tile.k_mt or _walks_fit(gemm, device, replace(deep[0], k_mt=staged))):
            yield replace(deep[0], k_mt=tile.k_mt or (staged if staged > k else None))


def _walks_fit(gemm, device, mapping):
    """The design's own problems; only what is long can have one of walks."""
    if mapping.staged_k <= 1024:
        return True
    return not find_problems(make_plan(gemm, mapping).launches[0].design, device)


def _busy(gemm, device, mapping, call):
    """Cycles of cores, core ports, shim channels, DDR and the controller."""
    m, n, k = mapping.core_tile
    rows, columns = mapping.grid
    pm, pn, pk = mapping.padded(gemm)
    size, c_size = dtype_bytes(gemm.dtype), dtype_bytes(mapping.c_dtype)
    blocks_m, blocks_n = pm // (m * rows), pn // (n * columns)
    blocks, calls = blocks_m * blocks_n, blocks_m * blocks_n * (pk // k)
    stream, staged = device.stream_bytes_per_cycle, mapping.staged_k
    locks = 2 * (device.lock_acquire_cycles + device.lock_release_cycles) + device.call_cycles
    cores = calls * (call + locks)
    cores += 0 if mapping.c_depth > 1 else blocks * m * n * c_size // stream
    a, b, c = pm * pk * size * blocks_n, pk * pn * size * blocks_m, pm * pn * c_size
    runs = a / (staged * size) + b / ((n if mapping.b_layout == "row" else staged) * size)
    runs += c / (n * c_size)
    ddr_ns = (a + b + c) / device.ddr_gbps + runs * device.ddr_run_ns
    tasks = blocks * (2 * columns + min(rows, columns)) * ceil_div(pk // staged, 64)
    return (
        cores,
        calls * max(m, n) * k * size / stream,
        max(a / min(rows, columns), b / columns) / stream,
        ddr_ns * device.clock_mhz / 1e3,
        tasks * device.issue_task_cycles * device.clock_mhz / device.controller_clock_mhz,
    )
