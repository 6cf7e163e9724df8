"""Is no simulated launch faster than the bounds of its resources, whatever the mapping?"""

from dataclasses import replace

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from tilescope.designs.bounds import (
    LIMITS,
    mapping_bound_us,
    mapping_limits,
    workload_bound_us,
    workload_limits,
)
from tilescope.designs.mapping import FAMILIES, Mapping, base_mapping, choose_mapping
from tilescope.designs.plan import make_plan
from tilescope.designs.problems import find_problems
from tilescope.designs.workload_bounds import peak
from tilescope.devices import load_device
from tilescope.errors import InputError
from tilescope.kernels.matmuls import MATMULS
from tilescope.quantities.dtypes import dtype_bytes
from tilescope.simulation.simulate import simulate_plan
from tilescope.workloads import Gemm, LlamaBlockConfig

NPU1, NPU2 = load_device("npu1"), load_device("npu2")
HALO = load_device("npu2:strix-halo")  # whose DDR has pages, and whose shims take runs one by one
OUTPUTS = {
    "float32": ["float32"],
    "bfloat16": ["bfloat16", "float32"],
    "int8": ["int32", "int16", "int8"],
    "int16": ["int32", "int16"],
    "int32": ["int32"],
}
OTHERWISE = (
    {},
    {"ddr_gbps": 3.0},
    {"ddr_gbps": 400.0},
    {"shim_run_ns": 90.0, "ddr_page_ns": 300.0},
    {"issue_task_cycles": 5, "token_other_cycles": 10, "token_last_cycles": 20},
    {"shim_mm2s_cold_cycles": 1, "shim_mm2s_task_cycles": 1, "bd_setup_cycles": 40},
    {"shim_s2mm_cold_cycles": 23_475, "shim_s2mm_task_cycles": 2_000},
)
ROUNDING = 1 + 1e-9  # of floats


@st.composite
def laid_out(draw):
    """A product, a device as on its page or otherwise, and any mapping that fits it."""
    device = draw(st.sampled_from([NPU1, NPU2, HALO])).with_overrides(
        draw(st.sampled_from(OTHERWISE))
    )
    dtype = draw(st.sampled_from(list(OUTPUTS)))
    sides = [st.integers(1, 300), st.integers(1, 400), st.integers(1, 1200)]
    gemm = Gemm("any", *map(draw, sides), dtype)
    family = draw(st.sampled_from(FAMILIES))
    kernel = draw(st.sampled_from(["vector", "scalar"])) if dtype == "float32" else "vector"
    ways = (
        ["bfp16", "native"]
        if (dtype, device.generation) == ("bfloat16", "aie2p")
        else ["safe", "low"]
    )
    base = base_mapping(
        gemm,
        family,
        draw(st.sampled_from(["single", "spread"])),
        kernel,
        draw(st.sampled_from(ways)),
        draw(st.sampled_from(OUTPUTS[dtype])),
        device.generation,
    )
    r, s, t = base.matmul(dtype).block or (2, 2, 2)
    times = [draw(st.integers(1, 8)) for _ in range(3)]
    tile = (r * times[0], t * times[1], s * times[2])
    grid = (draw(st.integers(1, device.core_rows)), draw(st.integers(1, device.columns)))
    mapping = replace(
        base,
        core_tile=tile,
        grid=(4, 4) if family == "per-tile" else grid,
        c_depth=draw(st.sampled_from([1, 2])),
        b_layout=draw(st.sampled_from(["row", "column"])) if kernel == "vector" else "row",
        toolchain=draw(st.sampled_from(["peano", "chess"])),
        k_mt=None if family == "per-tile" else tile[2] * draw(st.integers(1, 5)),
    )
    blocks = [side // step for side, step in zip(mapping.padded(gemm), mapping.block, strict=True)]
    assume(family == "per-tile" or blocks[0] * blocks[1] <= 200)
    plan = make_plan(gemm, mapping)
    assume(not any(find_problems(launch.design, device) for launch in plan.launches))
    return gemm, mapping, device


def simulated_us(gemm, mapping, device):
    plan = make_plan(gemm, mapping)
    launches = simulate_plan(plan, device).launches
    return float(sum(one.planned.count * one.outcome.device_us for one in launches))


@settings(deadline=None, max_examples=150, derandomize=True)
@given(case=laid_out())
def test_nothing_is_faster_than_any_resource_allows_under_its_mapping_or_any(case):
    took_us = simulated_us(*case)
    limits = mapping_limits(*case)
    assert [limit.by for limit in limits] == list(LIMITS)
    for limit in limits:
        assert 0 < limit.busy_us <= limit.us * ROUNDING
        assert limit.us <= took_us * ROUNDING, limit
    assert mapping_bound_us(*case) == pytest.approx(max(limit.us for limit in limits), rel=1e-12)
    anyhow = workload_limits(*case)
    bound_us = workload_bound_us(*case)
    assert max(limit.us for limit in anyhow) <= bound_us * ROUNDING
    assert bound_us <= took_us * ROUNDING


@pytest.mark.parametrize("device", [NPU1, NPU2], ids=lambda device: device.name)
@pytest.mark.parametrize("dtype", ["bfloat16", "int8"])
def test_bounds_of_the_projections_are_within_a_fifth_of_what_is_simulated(device, dtype):
    for gemm in LlamaBlockConfig().linear_projections(dtype):
        for family, ports in (("whole-array", "spread"), ("per-tile", "single")):
            mapping = choose_mapping(gemm, family, device, ports=ports)
            bound_us = mapping_bound_us(gemm, mapping, device)
            assert 0.8 < bound_us / simulated_us(gemm, mapping, device) <= ROUNDING


def one_block(**changes):
    """64×64×64 bfloat16 as one block on 4×4 cores, a launch of six transfers."""
    mapping = Mapping("fused-k", (16, 16, 64), (4, 4), emulation=None, **changes)
    return Gemm("one", 64, 64, 64, "bfloat16"), mapping


def test_the_controller_needs_its_six_transfers_and_four_tokens():
    """4 of C, 1 of A, 1 of B: 6 × 627 + 3 × 1576 + 4669 = 13,159 cycles of 600 MHz."""
    limits = {limit.by: limit for limit in mapping_limits(*one_block(), NPU1)}
    assert limits["issue"].busy_us == pytest.approx(13_159 / 600)


def test_ddr_serves_every_byte_and_every_run():
    """A is one run of 8 KiB; B has 64 rows in 4 columns, C 64 rows in 4: 513 runs of 1.9 ns."""
    device = NPU1.with_overrides({"ddr_gbps": 10.0, "ddr_run_ns": 1.9})
    limits = {limit.by: limit for limit in mapping_limits(*one_block(), device)}
    bytes_moved = 2 * 64 * 64 * 2 + 64 * 64 * 4
    assert limits["ddr"].busy_us == pytest.approx((bytes_moved / 10 + 513 * 1.9) / 1000, rel=2e-5)


def test_cores_make_their_calls_one_after_the_other():
    """K = 640 is ten calls a core; each has 4 locks of 15 cycles and 20 around the kernel."""
    gemm, mapping = one_block()
    limits = mapping_limits(replace(gemm, k=640), mapping, NPU1)
    kernel = mapping.matmul("bfloat16").cycles(NPU1, 16, 64, 16)
    assert limits[-1].by == "compute"
    assert limits[-1].busy_us == pytest.approx(10 * (kernel + 80) / 1028)


def test_a_workloads_bound_is_refused_where_there_is_no_such_kernel():
    gemm, mapping = one_block()
    with pytest.raises(InputError, match="float16"):
        workload_bound_us(replace(gemm, dtype="float16"), mapping, NPU1)


@pytest.mark.parametrize("kernel", MATMULS, ids=lambda kernel: kernel.symbol)
def test_no_core_tile_beats_the_peak_of_its_kernel(kernel):
    """Every tile that fits 64,512 bytes of L1 with A and B twice and C once, its locks included."""
    device = NPU1 if "aie2" in kernel.generations else NPU2
    best = peak(device, kernel)
    r, s, t = kernel.block or (7, 5, 3)
    size, c_size = dtype_bytes(kernel.dtype_in), dtype_bytes(kernel.dtype_out)
    found = []
    for m in range(r, 161, r):
        for n in range(t, 161, t):
            k = (64_512 - m * n * c_size) // (2 * size * (m + n)) // s * s
            if k > 0:
                found.append((80 + kernel.cost.cycles(device, m, k, n)) / (m * n * k))
    assert 0.94 * min(found) < best.cycles_per_mac <= min(found) * ROUNDING


@pytest.mark.parametrize("slices", [127, 128, 129, 130, 131])
def test_a_last_task_that_brings_less_than_a_core_holds_is_no_more_bounded(slices):
    """After 64 slices a new task starts; with 129 the last one brings but one of B's."""
    device = NPU2.with_overrides({"shim_mm2s_millicycles_per_word": 3000})
    base = base_mapping(Gemm("any", 1, 1, 1, "int32"), "fused-k", "spread", generation="aie2p")
    mapping = replace(base, core_tile=(24, 32, 14), grid=(2, 6), b_layout="column")
    gemm = Gemm("any", 37, 91, 14 * slices, "int32")
    assert mapping_bound_us(gemm, mapping, device) <= simulated_us(gemm, mapping, device)
