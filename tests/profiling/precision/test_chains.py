"""Is the chain the array's arithmetic, and does the error split over its steps?"""

from __future__ import annotations

import math

import numpy as np
import pytest

from tilescope.designs.request import MappingRequest, resolve
from tilescope.devices.catalog import load_device
from tilescope.profiling.precision.attribution import attribute
from tilescope.profiling.precision.chains import (
    CORE_TILE,
    INPUT,
    OUTPUT,
    PARTIAL_SUMS,
    QUANTISATION,
    Chain,
)
from tilescope.profiling.precision.formats import DEFAULT_FORMATS, parse_formats
from tilescope.profiling.precision.partial_sums import partial_sums_over_k
from tilescope.targets.simulated import SimulatedNpu
from tilescope.workloads.gemm import Gemm

M, N, K = 60, 100, 300  # nothing divides
FORMATS = f"{DEFAULT_FORMATS},int8:int16,int8:int8,int16:int16,int32"


def chain_of(label: str, family: str, device: str = "npu1", shape=(M, N, K)) -> Chain:
    (form,) = parse_formats(label)
    m, n, k = shape
    generator = np.random.default_rng(7)
    x = generator.standard_normal((m, k), dtype=np.float32)
    w = generator.standard_normal((k, n), dtype=np.float32)
    gemm = Gemm("chain", m, n, k, form.operands)
    request = MappingRequest(family=family, c_dtype=form.c_dtype)
    return Chain(x, w, form, resolve(request, gemm, load_device(device)))


@pytest.mark.parametrize("device", ["npu1", "npu2"])
@pytest.mark.parametrize("family", ["per-tile", "fused-k", "whole-array"])
@pytest.mark.parametrize("label", FORMATS.split(","))
def test_the_chain_gives_the_arrays_output_to_the_last_bit(
    label: str, family: str, device: str
) -> None:
    chain = chain_of(label, family, device)
    gemm = Gemm("chain", M, N, K, chain.form.operands)
    outcome = SimulatedNpu(device, "xrt-linux").run(gemm, chain.mapping, *chain.operands)
    assert outcome.output is not None
    np.testing.assert_array_equal(chain.run(), chain.delivered(outcome.output))


@pytest.mark.parametrize("family", ["per-tile", "fused-k", "whole-array"])
@pytest.mark.parametrize("label", FORMATS.split(","))
def test_the_parts_come_within_a_tenth_of_the_whole(label: str, family: str) -> None:
    found = attribute(chain_of(label, family, shape=(64, 128, 512)))
    assert found.whole > 0
    assert abs(found.unexplained) <= 0.10
    assert found.closes
    assert found.snr_db is not None
    assert found.parts_snr_db == pytest.approx(found.snr_db, abs=10 * math.log10(1.1))


@pytest.mark.parametrize("label", FORMATS.split(","))
def test_a_chain_with_every_step_exact_is_the_product(label: str) -> None:
    chain = chain_of(label, "fused-k")
    exact = chain.run(frozenset(chain.steps))
    np.testing.assert_allclose(exact, chain.exact_product, rtol=0, atol=1e-11)


def test_a_planted_rounding_is_charged_to_its_own_step() -> None:
    """Inputs that bfloat16 holds lose nothing when rounded, and sums of ones nothing at all."""
    (form,) = parse_formats("bfloat16:bfloat16")
    ones = np.ones((16, 512), dtype=np.float32)
    gemm = Gemm("ones", 16, 16, 512, "bfloat16")
    request = MappingRequest(family="fused-k", c_dtype="bfloat16", core_tile=(16, 16, 64))
    mapping = resolve(request, gemm, load_device("npu1"))
    found = attribute(Chain(ones, ones.T.copy(), form, mapping))
    assert found.whole == 0.0  # 64, 128 ... 512 are bfloat16 numbers
    # 513 ones: 8 calls of 64 give 512, the last gives 513, which bfloat16 rounds to 512
    more = np.ones((16, 513), dtype=np.float32)
    gemm = Gemm("ones", 16, 16, 513, "bfloat16")
    found = attribute(Chain(more, more.T.copy(), form, resolve(request, gemm, load_device("npu1"))))
    fractions = {part.step: part.fraction for part in found.parts}
    assert fractions == {INPUT: 0.0, CORE_TILE: 0.0, PARTIAL_SUMS: 0.0, OUTPUT: 1.0}
    assert found.whole == 1.0


def test_c_in_float32_loses_nothing_when_it_is_stored() -> None:
    parts = attribute(chain_of("bfloat16", "fused-k")).parts
    assert {part.step: part.power for part in parts}[OUTPUT] == 0.0


def test_partial_sums_lose_where_c_is_stored_between_calls_and_nowhere_else() -> None:
    (form,) = parse_formats("bfloat16:bfloat16")
    # the first 64 of K give 256 + 1 = 257, which is stored as 256; the rest adds zeros
    x = np.zeros((16, 128), dtype=np.float32)
    w = np.zeros((128, 16), dtype=np.float32)
    x[:, 0], w[0, :] = 256.0, 1.0
    x[:, 1], w[1, :] = 1.0, 1.0
    request = MappingRequest(family="fused-k", c_dtype="bfloat16", core_tile=(16, 16, 64))
    gemm = Gemm("planted", 16, 16, 128, "bfloat16")
    chain = Chain(x, w, form, resolve(request, gemm, load_device("npu1")))
    parts = {part.step: part for part in attribute(chain).parts}
    assert parts[PARTIAL_SUMS].fraction == 1.0
    assert parts[OUTPUT].power == 0.0
    # with partial sums exact, 257 meets its rounding only at the end: as large an error
    assert parts[PARTIAL_SUMS].without_snr_db == pytest.approx(20 * math.log10(257))


def test_without_quantisation_whole_numbers_lose_next_to_nothing() -> None:
    found = attribute(chain_of("int8", "fused-k"))
    first = found.parts[0]
    assert first.step == QUANTISATION
    assert first.fraction == pytest.approx(1.0, abs=1e-6)
    assert first.without_snr_db is not None
    assert first.without_snr_db > 140  # what float32 loses in dequantisation is left


def test_partial_sums_in_bfloat16_fail_from_k_1024_and_those_in_float32_never() -> None:
    """The published finding, with the seed's 64 of K a call and q_proj's 64×960 outputs."""
    gemm = Gemm("q_proj", 64, 960, 768, "bfloat16")
    request = MappingRequest(family="per-tile", c_dtype="bfloat16")
    mapping = resolve(request, gemm, load_device("npu1"))
    assert mapping.core_tile[2] == 64
    found = partial_sums_over_k(64, 960, mapping, seed=0)
    assert found.fails_from == 1024
    for point in found.points:
        assert (point.errors["bfloat16"] > 1e-2) == (point.k >= 1024)
        assert point.errors["float32"] < 1e-6
        assert point.calls == point.k // 64


def test_a_longer_k_a_call_stores_c_less_often_and_loses_less() -> None:
    gemm = Gemm("q_proj", 64, 320, 768, "bfloat16")
    device = load_device("npu1")
    errors = {}
    for k_call in (32, 128):
        tile = (16, 16, k_call)
        request = MappingRequest(family="fused-k", c_dtype="bfloat16", core_tile=tile)
        found = partial_sums_over_k(64, 320, resolve(request, gemm, device), 0, (2048,))
        errors[k_call] = found.points[0].errors["bfloat16"]
    assert errors[128] < errors[32]


def test_an_error_that_passes_the_mark_by_chance_does_not_fail_from_there_on() -> None:
    gemm = Gemm("one", 1, 1, 1, "bfloat16")
    request = MappingRequest(family="per-tile", c_dtype="bfloat16")
    found = partial_sums_over_k(1, 1, resolve(request, gemm, load_device("npu1")), seed=0)
    above = [point.k for point in found.points if point.errors["bfloat16"] > found.mark]
    assert above == [2048]  # one output: 4096 happens to end close
    assert found.fails_from is None
