"""Does the array compute the product?"""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings

from tests.simulation.products import DEVICE, matrices, problem, products
from tilescope.designs.mapping import choose_mapping
from tilescope.designs.plan import make_plan
from tilescope.simulation.simulate import simulate_plan
from tilescope.workloads import Gemm, LlamaBlockConfig

KERNELS = {
    "safe": ("float32", "vector", "safe"),
    "fast": ("float32", "vector", "fast"),
    "low": ("float32", "vector", "low"),
    "scalar": ("float32", "scalar", "safe"),
    "bfloat16": ("bfloat16", "vector", "safe"),
}


@pytest.mark.parametrize("shape", [(64, 64, 64), (65, 70, 130), (1, 1, 1)], ids=str)
@pytest.mark.parametrize("kernel", KERNELS)
@pytest.mark.parametrize("ports", ["single", "spread"])
@pytest.mark.parametrize("family", ["per-tile", "fused-k", "whole-array"])
def test_every_mapping_computes_the_product_within_its_kernels_contract(
    family, ports, kernel, shape
):
    """Shapes are M, N, K: one block, one that is padded on every side, and a single element."""
    dtype, variant, emulation = KERNELS[kernel]
    gemm = Gemm("any", *shape, dtype)
    mapping = choose_mapping(gemm, family, DEVICE, ports, variant, emulation)
    a, b = matrices(gemm)
    output = simulate_plan(make_plan(gemm, mapping), DEVICE, (a, b)).output
    assert problem(gemm, mapping, output, a, b) is None


@pytest.mark.parametrize("ports", ["single", "spread"])
def test_a_bfloat16_c_is_rounded_as_its_contract_says(ports):
    gemm = Gemm("any", 65, 70, 130, "bfloat16")
    mapping = choose_mapping(gemm, "fused-k", DEVICE, ports, c_dtype="bfloat16")
    a, b = matrices(gemm)
    output = simulate_plan(make_plan(gemm, mapping), DEVICE, (a, b)).output
    assert problem(gemm, mapping, output, a, b) is None


@pytest.mark.parametrize("kernel", ["safe", "scalar", "bfloat16"])
@pytest.mark.parametrize("ports", ["single", "spread"])
@pytest.mark.parametrize("family", ["per-tile", "fused-k", "whole-array"])
def test_b_may_lie_by_columns(family, ports, kernel):
    """The caller gives B as ever; the plan turns it round and the kernel takes its blocks so."""
    dtype, variant, emulation = KERNELS[kernel]
    gemm = Gemm("any", 65, 70, 130, dtype)
    chosen = choose_mapping(gemm, family, DEVICE, ports, variant, emulation)
    mapping = replace(chosen, b_layout="column")
    a, b = matrices(gemm)
    output = simulate_plan(make_plan(gemm, mapping), DEVICE, (a, b)).output
    assert problem(gemm, mapping, output, a, b) is None


@settings(deadline=None, max_examples=40, derandomize=True)
@given(product=products())
def test_any_tile_and_grid_computes_any_product(product):
    gemm, mapping = product
    a, b = matrices(gemm)
    output = simulate_plan(make_plan(gemm, mapping), DEVICE, (a, b)).output
    assert problem(gemm, mapping, output, a, b) is None


def test_whole_numbers_come_out_exactly():
    """|C| <= 130 · 2 · 2 = 520: every product and sum is exact in float32, in any order."""
    gemm = Gemm("whole", 65, 70, 130, "float32")
    generator = np.random.default_rng(3)
    a = generator.integers(-2, 3, (65, 130)).astype(np.float32)
    b = generator.integers(-2, 3, (130, 70)).astype(np.float32)
    for family in ("per-tile", "fused-k"):
        plan = make_plan(gemm, choose_mapping(gemm, family, DEVICE))
        assert np.array_equal(simulate_plan(plan, DEVICE, (a, b)).output, a @ b)


@pytest.mark.parametrize(("emulation", "holds"), [("safe", True), ("low", False)])
@pytest.mark.parametrize("family", ["per-tile", "fused-k"])
def test_safe_emulation_keeps_3e_6_on_a_projection_and_low_does_not(family, emulation, holds):
    gemm = next(g for g in LlamaBlockConfig().linear_projections("float32") if g.name == "k_proj")
    mapping = choose_mapping(gemm, family, DEVICE, emulation=emulation)
    a, b = matrices(gemm)
    output = simulate_plan(make_plan(gemm, mapping), DEVICE, (a, b)).output
    exact = a.astype(np.float64) @ b.astype(np.float64)
    assert (np.abs(output - exact).max() / np.abs(exact).max() <= 3e-6) == holds
