"""Is a case's time the engine's and the runtime's, and nothing else?"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from tilescope.designs.mapping import Mapping, choose_mapping
from tilescope.devices import load_device
from tilescope.errors import InputError
from tilescope.quantities.dtypes import numpy_dtype
from tilescope.runs.terms import ARRAY_TERMS
from tilescope.targets.conformance import check_outcome, check_target
from tilescope.targets.simulated import SimulatedNpu
from tilescope.workloads import Gemm, LlamaBlockConfig

LAUNCHES = {
    "q_proj": 180,  # 64/64 · 960/64 · 768/64 = 1 · 15 · 12
    "k_proj": 60,  # 1 · 5 · 12
    "v_proj": 60,
    "o_proj": 180,  # 1 · 12 · 15
    "up_proj": 576,  # 1 · 48 · 12
    "gate_proj": 576,
    "down_proj": 576,  # 1 · 12 · 48
}


def projection(name: str, dtype: str = "float32") -> Gemm:
    gemms = LlamaBlockConfig().linear_projections(dtype)
    return next(gemm for gemm in gemms if gemm.name == name)


def mapping_of(gemm: Gemm, family: str) -> Mapping:
    return choose_mapping(gemm, family, load_device("npu1"))


def matrices(gemm: Gemm) -> tuple[Any, Any]:
    generator = np.random.default_rng(0)
    dtype = numpy_dtype(gemm.dtype)
    a = generator.standard_normal((gemm.m, gemm.k)).astype(dtype)
    b = generator.standard_normal((gemm.k, gemm.n)).astype(dtype)
    return a, b


@pytest.mark.parametrize("runtime", ["xrt-linux", "allo-profile", "allo-call"])
def test_it_conforms(runtime: str) -> None:
    check_target(SimulatedNpu("npu1", runtime))


@pytest.mark.parametrize(("name", "launches"), LAUNCHES.items())
def test_per_tile_launches_both_kernels_for_every_block(name: str, launches: int) -> None:
    gemm = projection(name)
    result = SimulatedNpu().run(gemm, mapping_of(gemm, "per-tile"))
    check_outcome(result)
    matmul, accumulate = result.kernels
    assert (matmul.name, matmul.launches) == ("linear_matmul", launches)
    assert (accumulate.name, accumulate.launches) == ("linear_accumulate", launches)
    assert result.tiles == launches
    # 4×4 cores call the product once each, 2×4 cores the addition
    assert matmul.core_calls == 16 * launches
    assert accumulate.core_calls == 8 * launches


@pytest.mark.parametrize("name", LAUNCHES)
def test_fused_k_launches_once(name: str) -> None:
    gemm = projection(name)
    result = SimulatedNpu().run(gemm, mapping_of(gemm, "fused-k"))
    check_outcome(result)
    assert result.launches == 1
    assert [share.name for share in result.kernels] == ["linear_fused"]
    m, n, k = mapping_of(gemm, "fused-k").core_tile
    assert result.kernels[0].core_calls * m * n * k >= gemm.macs


def test_runtimes_differ_in_host_and_launch_alone() -> None:
    gemm = projection("k_proj")
    mapping = mapping_of(gemm, "per-tile")
    results = [
        SimulatedNpu("npu1", runtime).run(gemm, mapping)
        for runtime in ("xrt-linux", "allo-profile", "allo-call")
    ]
    device = [{term: result.budget[term] for term in ARRAY_TERMS} for result in results]
    assert device[0] == device[1] == device[2]
    assert results[1].budget["host"] == 0
    assert results[2].npu_us > 120 * 27_000  # 60 launches of each of two kernels, 27 ms each


def test_host_part_is_what_the_page_says_for_the_tiles_that_are_handed_over() -> None:
    gemm = projection("q_proj")
    target = SimulatedNpu("npu1", "xrt-linux")
    result = target.run(gemm, mapping_of(gemm, "per-tile"))
    tile = 64 * 64 * 4
    # both kernels take two tiles in and give one out, 180 times each
    host_us = 360 * target.costs.host_us((tile, tile), (tile,))
    assert result.budget["host"] == pytest.approx(float(host_us), abs=1e-6)


def test_padding_is_paid_for() -> None:
    target = SimulatedNpu("npu1", "xrt-linux")
    even = Gemm("even", 64, 128, 128, "float32")
    odd = Gemm("odd", 1, 65, 65, "float32")
    times = [target.run(gemm, mapping_of(gemm, "per-tile")).npu_us for gemm in (even, odd)]
    assert times[0] == times[1]  # both are 1 · 2 · 2 blocks


def test_output_is_the_product_without_its_padding() -> None:
    gemm = Gemm("odd", 3, 70, 65, "bfloat16")
    a, b = matrices(gemm)
    result = SimulatedNpu().run(gemm, mapping_of(gemm, "per-tile"), a, b)
    exact = a.astype(np.float64) @ b.astype(np.float64)
    assert result.output is not None
    assert result.output.shape == (3, 70)
    error = np.max(np.abs(result.output.astype(np.float64) - exact))
    assert error <= 1e-2 * np.max(np.abs(exact))


def test_time_is_the_same_with_and_without_data() -> None:
    gemm = projection("k_proj", "bfloat16")
    mapping = mapping_of(gemm, "fused-k")
    target = SimulatedNpu()
    assert target.run(gemm, mapping, *matrices(gemm)).budget == target.run(gemm, mapping).budget


def test_one_input_alone_is_refused() -> None:
    gemm = projection("k_proj")
    a, _ = matrices(gemm)
    with pytest.raises(InputError, match="both A and B, or neither"):
        SimulatedNpu().run(gemm, mapping_of(gemm, "per-tile"), a)


def test_a_runtime_without_data_for_the_device_is_refused_at_once() -> None:
    other = replace(load_device("npu1"), name="npu9")
    with pytest.raises(InputError, match="no data for device npu9"):
        SimulatedNpu(other, "xrt-linux")
