"""Are inputs left alone, and are repeated launches and runs the same as fresh ones?"""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings

from tests.simulation.products import DEVICE, matrices, problem, products
from tilescope import _engine
from tilescope.designs.elementwise import accumulate_design, smallest_design
from tilescope.designs.ir import HostBuffer, shape_walk
from tilescope.designs.mapping import choose_mapping
from tilescope.designs.plan import make_plan
from tilescope.designs.streaming import add_design, copy_design
from tilescope.quantities.dtypes import numpy_dtype
from tilescope.simulation.simulate import (
    PreparedDesign,
    PreparedPlan,
    simulate_design,
    simulate_plan,
)
from tilescope.workloads import Gemm


@pytest.mark.parametrize("shape", [(64, 64, 64), (65, 70, 130)], ids=["whole", "padded"])
@pytest.mark.parametrize("family", ["per-tile", "fused-k"])
def test_inputs_are_not_changed(family, shape):
    gemm = Gemm("kept", *shape, "float32")
    a, b = matrices(gemm)
    before = a.tobytes(), b.tobytes()
    simulate_plan(make_plan(gemm, choose_mapping(gemm, family, DEVICE)), DEVICE, (a, b))
    assert (a.tobytes(), b.tobytes()) == before


@pytest.mark.parametrize("family", ["per-tile", "fused-k"])
def test_inputs_may_be_read_only_or_views_of_something_else(family):
    gemm = Gemm("viewed", 64, 64, 64, "float32")
    plan = make_plan(gemm, choose_mapping(gemm, family, DEVICE))
    a, b = matrices(gemm)
    expected = simulate_plan(plan, DEVICE, (a, b)).output.tobytes()
    turned = np.ascontiguousarray(a.T).T
    assert simulate_plan(plan, DEVICE, (turned, b)).output.tobytes() == expected
    a.flags.writeable = b.flags.writeable = False
    assert simulate_plan(plan, DEVICE, (a, b)).output.tobytes() == expected


@pytest.mark.parametrize("family", ["per-tile", "fused-k"])
def test_a_matrix_may_be_multiplied_by_itself(family):
    gemm = Gemm("square", 64, 64, 64, "float32")
    mapping = choose_mapping(gemm, family, DEVICE)
    a, _ = matrices(gemm)
    output = simulate_plan(make_plan(gemm, mapping), DEVICE, (a, a)).output
    assert problem(gemm, mapping, output, a, a) is None


def fresh_launches(plan, a, b):
    """The host's loop of the per-tile plan in numpy, every launch simulated by itself."""
    matmul, accumulate = (launch.design for launch in plan.launches)
    m, n, k = plan.padded
    bm, bn, bk = plan.mapping.block
    padded_a, padded_b = np.zeros((m, k), a.dtype), np.zeros((k, n), b.dtype)
    padded_a[: a.shape[0], : a.shape[1]] = a
    padded_b[: b.shape[0], : b.shape[1]] = b
    c = np.zeros((m, n), np.float32)
    for i in range(0, m, bm):
        for j in range(0, n, bn):
            for step in range(0, k, bk):
                arrays = {
                    "A": np.ascontiguousarray(padded_a[i : i + bm, step : step + bk]),
                    "B": np.ascontiguousarray(padded_b[step : step + bk, j : j + bn]),
                    "C": np.full((bm, bn), np.nan, np.float32),
                }
                simulate_design(matmul, DEVICE, arrays)
                sums = {
                    "C_in": np.ascontiguousarray(c[i : i + bm, j : j + bn]),
                    "P": arrays["C"],
                    "C_out": np.full((bm, bn), np.nan, np.float32),
                }
                simulate_design(accumulate, DEVICE, sums)
                c[i : i + bm, j : j + bn] = sums["C_out"]
    return c


@pytest.mark.parametrize("dtype", ["float32", "bfloat16"])
@pytest.mark.parametrize("ports", ["single", "spread"])
def test_launches_that_repeat_recorded_moves_give_the_bytes_of_fresh_ones(ports, dtype):
    gemm = Gemm("again", 70, 130, 150, dtype)
    plan = make_plan(gemm, choose_mapping(gemm, "per-tile", DEVICE, ports))
    a, b = matrices(gemm)
    output = simulate_plan(plan, DEVICE, (a, b)).output
    assert output.tobytes() == np.ascontiguousarray(fresh_launches(plan, a, b)[:70, :130]).tobytes()


@settings(deadline=None, max_examples=30, derandomize=True)
@given(product=products(families=("fused-k", "whole-array")))
def test_any_design_gives_the_same_bytes_when_it_is_repeated(product):
    """Launched three times in one plan on other data: the second and third repeat the first."""
    gemm, mapping = product
    plan = make_plan(gemm, mapping)
    inputs = [matrices(gemm, seed) for seed in range(3)]
    alone = [simulate_plan(plan, DEVICE, one).output.tobytes() for one in inputs]
    assert repeated(plan, inputs) == alone


def padded_arrays(plan, inputs):
    """A and B padded with zeros, C all NaN."""
    arrays = [np.zeros(shape, numpy_dtype(dtype)) for shape, dtype in plan.arrays]
    for array, matrix in zip(arrays, inputs, strict=False):
        array[: matrix.shape[0], : matrix.shape[1]] = matrix
    arrays[2].fill(np.nan)
    return arrays


def repeated(plan, inputs):
    """The outputs of one program launched on each of the inputs within one plan."""
    prepared = PreparedPlan(plan, DEVICE)
    sets = [padded_arrays(plan, pair) for pair in inputs]
    flat = [array.view(np.uint8).reshape(-1) for arrays in sets for array in arrays]
    table = np.zeros((len(inputs), 10), np.int64)
    for place in range(len(inputs)):
        table[place, :5] = [1, 0, 3 * place, 3 * place + 1, 3 * place + 2]
    prepared.engine_plan.run(flat, table, False)
    m, n = plan.gemm.m, plan.gemm.n
    return [np.ascontiguousarray(arrays[2][:m, :n]).tobytes() for arrays in sets]


def cut_rows():
    """A copy whose objects of 64 elements end anywhere within its rows of 40, 50 apart."""
    design = copy_design(640, "float32", 1, chunk=64)
    out, came, wait = design.sequence
    rows = replace(came, walk=shape_walk((16, 40), (50, 1)))
    buffers = (design.host_buffers[0], HostBuffer("In", (16, 50), "float32"))
    return replace(design, name="cut", sequence=(out, rows, wait), host_buffers=buffers)


def test_rows_may_be_cut_anywhere_by_the_objects_they_fill():
    given = np.arange(16 * 50, dtype=np.float32).reshape(16, 50)
    found = np.full(640, np.nan, np.float32)
    simulate_design(cut_rows(), DEVICE, {"In": given, "Out": found})
    assert np.array_equal(found.reshape(16, 40), given[:, :40])


@pytest.mark.parametrize(
    "design",
    [
        cut_rows(),
        accumulate_design("accumulate", 64, 64, "float32"),
        add_design(10_000, "float32", 4, 2, chunk=256),
        copy_design(10_000, "float32", 2, chunk=512),
        smallest_design(1024, "float32"),
    ],
    ids=lambda design: design.name,
)
def test_elementwise_designs_give_the_same_bytes_when_they_are_repeated(design):
    """Four launches in one plan, each on memory of its own, against each alone."""
    generator = np.random.default_rng(5)
    launches, alone = 4, []
    flat = []
    for _ in range(launches):
        arrays = {
            buffer.name: generator.standard_normal(buffer.shape, dtype=np.float32)
            for buffer in design.host_buffers
        }
        flat.extend(array.reshape(-1).view(np.uint8).copy() for array in arrays.values())
        simulate_design(design, DEVICE, arrays)
        alone.append([array.tobytes() for array in arrays.values()])
    count = len(design.host_buffers)
    table = np.zeros((launches, 10), np.int64)
    for place in range(launches):
        table[place, : 2 + count] = [1, 0, *range(count * place, count * (place + 1))]
    prepared = PreparedDesign(design, DEVICE, with_data=True)
    _engine.Plan([prepared.lowered.program]).run(flat, table, False)
    found = [array.tobytes() for array in flat]
    assert [found[count * i : count * (i + 1)] for i in range(launches)] == alone


def test_a_prepared_plan_forgets_the_run_before():
    gemm = Gemm("twice", 65, 70, 130, "float32")
    prepared = PreparedPlan(make_plan(gemm, choose_mapping(gemm, "per-tile", DEVICE)), DEVICE)
    first, other = matrices(gemm, 1), matrices(gemm, 2)
    once = prepared.run(first).output.tobytes()
    assert prepared.run(other).output.tobytes() != once
    assert prepared.run(first).output.tobytes() == once
