"""Does everything finish, with the launches it should have?"""

import pytest

from tests.simulation.products import DEVICE, blocks
from tilescope.designs.mapping import choose_mapping
from tilescope.designs.plan import make_plan
from tilescope.designs.problems import find_problems
from tilescope.simulation.simulate import simulate_plan
from tilescope.workloads import Gemm, LlamaBlockConfig

# M/64 · N/64 · K/64
LAUNCHES = {
    "q_proj": 1 * 15 * 12,
    "k_proj": 1 * 5 * 12,
    "v_proj": 1 * 5 * 12,
    "o_proj": 1 * 12 * 15,
    "up_proj": 1 * 48 * 12,
    "gate_proj": 1 * 48 * 12,
    "down_proj": 1 * 12 * 48,
}
CHOICES = [
    ("float32", "vector", "safe"),
    ("float32", "vector", "fast"),
    ("float32", "vector", "low"),
    ("float32", "scalar", "safe"),
    ("bfloat16", "vector", "safe"),
]


def projection(name, dtype):
    gemms = LlamaBlockConfig().linear_projections(dtype)
    return next(gemm for gemm in gemms if gemm.name == name)


def test_the_counts_are_the_issues():
    assert LAUNCHES == {
        "q_proj": 180,
        "k_proj": 60,
        "v_proj": 60,
        "o_proj": 180,
        "up_proj": 576,
        "gate_proj": 576,
        "down_proj": 576,
    }


@pytest.mark.parametrize("choice", CHOICES, ids=lambda choice: "-".join(choice))
@pytest.mark.parametrize("ports", ["single", "spread"])
@pytest.mark.parametrize("name", LAUNCHES)
def test_per_tile_launches_both_kernels_once_for_every_block(name, ports, choice):
    dtype, kernel, emulation = choice
    gemm = projection(name, dtype)
    mapping = choose_mapping(gemm, "per-tile", DEVICE, ports, kernel, emulation)
    plan = make_plan(gemm, mapping)
    assert mapping.block == (64, 64, 64)
    outcome = simulate_plan(plan, DEVICE)
    counts = {launch.planned.kernel: launch.planned.count for launch in outcome.launches}
    assert counts == {"linear_matmul": LAUNCHES[name], "linear_accumulate": LAUNCHES[name]}
    assert plan.launch_count == 2 * LAUNCHES[name]
    assert plan.tiles == LAUNCHES[name]
    assert all(launch.outcome.device_us > 0 for launch in outcome.launches)


@pytest.mark.parametrize("choice", CHOICES, ids=lambda choice: "-".join(choice))
@pytest.mark.parametrize("ports", ["single", "spread"])
@pytest.mark.parametrize("family", ["fused-k", "whole-array"])
@pytest.mark.parametrize("name", LAUNCHES)
def test_fused_families_launch_once(name, family, ports, choice):
    dtype, kernel, emulation = choice
    gemm = projection(name, dtype)
    plan = make_plan(gemm, choose_mapping(gemm, family, DEVICE, ports, kernel, emulation))
    outcome = simulate_plan(plan, DEVICE)
    (launch,) = outcome.launches
    assert (launch.planned.kernel, launch.planned.count) == ("linear_fused", 1)
    assert plan.launch_count == 1
    m, n, k = blocks(plan)
    assert launch.outcome.kernel_calls["linear_matmul"] == m * n * k * 16


@pytest.mark.parametrize("family", ["per-tile", "fused-k", "whole-array"])
@pytest.mark.parametrize("ports", ["single", "spread"])
@pytest.mark.parametrize(
    "shape",
    [
        (1, 1, 1),
        (1, 4096, 64),
        (4096, 1, 64),
        (64, 64, 8192),  # more steps of K than one shim walk counts
        (100, 3000, 20_000),
        (4096, 4096, 4096),
    ],
    ids=lambda shape: "x".join(map(str, shape)),
)
def test_any_shape_finishes_and_fits(shape, ports, family):
    gemm = Gemm("any", *shape, "float32")
    plan = make_plan(gemm, choose_mapping(gemm, family, DEVICE, ports))
    for launch in plan.launches:
        assert find_problems(launch.design, DEVICE) == []
    outcome = simulate_plan(plan, DEVICE)
    assert all(launch.outcome.device_us > 0 for launch in outcome.launches)
