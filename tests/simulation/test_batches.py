"""Launches timed by the thousand take what each takes by itself, to the tick."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

import tilescope._engine as _engine
from tilescope.designs.bounds import mapping_bound_us
from tilescope.designs.mapping import Mapping
from tilescope.designs.plan import make_plan
from tilescope.designs.problems import find_problems
from tilescope.devices import load_device
from tilescope.simulation.batches import (
    CANNOT_FINISH,
    LAUNCH_COLUMNS,
    TIMED,
    WALK_DOES_NOT_FIT,
    engine_device,
    launch_row,
    least_ticks,
    time_launches,
)
from tilescope.simulation.clocks import TimeBase
from tilescope.simulation.lowering import lower
from tilescope.simulation.simulate import PreparedDesign
from tilescope.workloads import Gemm

OUTPUTS = {
    "float32": ("float32",),
    "bfloat16": ("float32", "bfloat16"),
    "int8": ("int32", "int16", "int8"),
    "int16": ("int32", "int16"),
}


@st.composite
def launches(draw):
    """A device, a product and a mapping of any kind, legal or not."""
    device = load_device(draw(st.sampled_from(["npu1", "npu2", "npu2:strix-halo"])))
    dtype = draw(st.sampled_from(sorted(OUTPUTS)))
    scalar = dtype == "float32" and draw(st.booleans())
    ways = ["low"] if dtype == "float32" else ["bfp16", "native"]
    emulation = None if scalar or dtype.startswith("int") else draw(st.sampled_from(ways))
    if dtype == "bfloat16" and device.generation == "aie2":
        emulation = None
    tile_k = draw(st.sampled_from([8, 16, 40, 64]))
    mapping = Mapping(
        family="fused-k",
        core_tile=(
            draw(st.sampled_from([8, 16, 24, 32])),
            draw(st.sampled_from([8, 16, 24, 48])),
            tile_k,
        ),
        grid=(draw(st.integers(1, 4)), draw(st.integers(1, device.columns))),
        ports=draw(st.sampled_from(["single", "spread"])),
        kernel="scalar" if scalar else "vector",
        emulation=emulation,
        c_dtype=draw(st.sampled_from(OUTPUTS[dtype])),
        c_depth=draw(st.sampled_from([1, 2])),
        k_mt=draw(st.sampled_from([None, tile_k, 2 * tile_k, 3 * tile_k])),
        b_layout="row" if scalar else draw(st.sampled_from(["row", "column"])),
        generation=device.generation,
    )
    sides = (draw(st.integers(1, 300)), draw(st.integers(1, 600)), draw(st.integers(1, 3000)))
    return device, Gemm("any", *sides, dtype), mapping


def row_of(device, gemm, mapping):
    return launch_row(mapping.padded(gemm), gemm.dtype, mapping, device)[None]


@given(launches())
@settings(max_examples=150, deadline=None)
def test_a_launch_of_a_batch_is_the_ordinary_one_number_by_number(case):
    device, gemm, mapping = case
    design = make_plan(gemm, mapping).launches[0].design
    assume(not find_problems(design, device))
    ordinary = lower(design, device, with_data=False).program
    quick = _engine.launch_program(row_of(*case), engine_device(device))
    assert _engine.program_numbers(quick) == _engine.program_numbers(ordinary)


@given(launches())
@settings(max_examples=60, deadline=None)
def test_a_launch_of_a_batch_takes_the_same_ticks_for_the_same_reasons(case):
    device, gemm, mapping = case
    design = make_plan(gemm, mapping).launches[0].design
    assume(not find_problems(design, device))
    alone = PreparedDesign(design, device, with_data=False).time()
    times = time_launches(row_of(*case), device)
    assert times.status[0] == TIMED
    assert times.ticks[0] == alone.ticks
    assert tuple(times.budget_ticks[0]) == alone.budget_ticks
    assert times.bytes_read[0] == sum(alone.host_read)
    assert times.bytes_written[0] == sum(alone.host_written)


@given(launches())
@settings(max_examples=150, deadline=None)
def test_a_walk_is_refused_in_a_batch_where_the_design_is_refused_for_it(case):
    device, gemm, mapping = case
    found = find_problems(make_plan(gemm, mapping).launches[0].design, device)
    kinds = {problem.what for problem in found}
    of_walks = {what for what in kinds if "walk" in what or "DMA" in what}
    refused = time_launches(row_of(*case), device).status[0] == WALK_DOES_NOT_FIT
    assert refused == bool(of_walks)


@given(launches())
@settings(max_examples=200, deadline=None)
def test_a_batch_bounds_a_launch_no_higher_than_the_roofline_does(case):
    device, gemm, mapping = case
    ticks = least_ticks(row_of(*case), device)[0]
    if ticks < 0:
        assert time_launches(row_of(*case), device).status[0] == WALK_DOES_NOT_FIT
    else:
        us = ticks / TimeBase.of(device).tick_hz * 1e6
        assert 0 < us <= mapping_bound_us(gemm, mapping, device) * (1 + 1e-9)


@given(launches())
@settings(max_examples=60, deadline=None)
def test_no_launch_of_a_batch_is_faster_than_its_bound(case):
    device = case[0]
    times = time_launches(row_of(*case), device)
    assume(times.status[0] == TIMED)
    assert times.ticks[0] >= least_ticks(row_of(*case), device)[0] * (1 - 1e-12)


def seven_rows():
    device = load_device("npu1")
    gemm = Gemm("any", 64, 320, 768, "bfloat16")
    base = Mapping("fused-k", (16, 16, 16), (4, 4), emulation=None)
    tiles = [(16, n, k) for n in (16, 32, 80) for k in (16, 32, 64, 96)]
    mappings = [replace(base, core_tile=tile) for tile in tiles]
    return device, np.concatenate([row_of(device, gemm, mapping) for mapping in mappings])


def test_times_do_not_depend_on_the_number_of_threads():
    device, rows = seven_rows()
    one, four = time_launches(rows, device, threads=1), time_launches(rows, device, threads=4)
    assert np.array_equal(one.ticks, four.ticks)
    assert np.array_equal(one.budget_ticks, four.budget_ticks)


def test_budgets_of_a_batch_close():
    device, rows = seven_rows()
    times = time_launches(rows, device)
    assert np.array_equal(times.budget_ticks.sum(axis=1), times.ticks)
    assert np.all(times.ticks > 0)


def test_a_queue_that_overflows_is_a_launch_that_cannot_finish():
    """Three blocks are in flight, and with a queue of one the third task of C finds no room."""
    device, rows = seven_rows()
    short = device.with_overrides({"shim_queue_depth": 1})
    statuses = set(time_launches(rows, short).status.tolist())
    assert CANNOT_FINISH in statuses


def test_no_launches_take_no_time():
    device, rows = seven_rows()
    assert time_launches(rows[:0], device).ticks.shape == (0,)


@pytest.mark.parametrize("column", ["m", "tile_k", "staged_k", "rows"])
def test_sizes_that_are_no_whole_blocks_are_refused(column):
    device, rows = seven_rows()
    rows[0, LAUNCH_COLUMNS.index(column)] = 7
    with pytest.raises(ValueError, match="whole blocks"):
        time_launches(rows, device)
