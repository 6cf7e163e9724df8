"""Does a mapping cover the product, and does the chosen core tile fit?"""

from dataclasses import FrozenInstanceError, replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tilescope.designs.mapping import MAX_CORE_K, MAX_CORE_N, Mapping, choose_mapping, l1_demand
from tilescope.designs.plan import make_plan
from tilescope.designs.problems import find_problems
from tilescope.devices import load_device
from tilescope.errors import InputError
from tilescope.workloads import Gemm, LlamaBlockConfig

NPU1 = load_device("npu1")
L1_BYTES = 65536 - 1024  # less the stack
SIDES = st.integers(1, 5000)


def test_a_block_is_the_grid_times_the_core_tile():
    mapping = Mapping("fused-k", (16, 48, 64), (4, 3))
    assert mapping.block == (4 * 16, 3 * 48, 64)


def test_per_tile_is_the_seeds_block_on_the_whole_array():
    """64×64×64 on 4×4 cores: each holds 16 rows of A, 16 columns of B and all of its K."""
    mapping = choose_mapping(Gemm("any", 1, 2, 3, "float32"), "per-tile", NPU1)
    assert (mapping.core_tile, mapping.grid) == ((16, 16, 64), (4, 4))
    assert mapping.block == (64, 64, 64)


@pytest.mark.parametrize(
    ("shape", "padded"),
    [
        ((64, 128, 192), (64, 128, 192)),
        ((65, 127, 1), (128, 128, 64)),
        ((1, 1, 1), (64, 64, 64)),
    ],
)
def test_sides_are_padded_to_whole_blocks(shape, padded):
    gemm = Gemm("any", *shape, "float32")
    assert choose_mapping(gemm, "per-tile", NPU1).padded(gemm) == padded


def test_k_is_padded_to_what_a_mem_tile_stages():
    gemm = Gemm("any", 64, 64, 65, "float32")
    mapping = Mapping("fused-k", (16, 16, 32), (4, 4), k_mt=128)
    assert mapping.padded(gemm) == (64, 64, 128)
    assert replace(mapping, k_mt=None).padded(gemm) == (64, 64, 96)


@settings(deadline=None, max_examples=60)
@given(m=SIDES, n=SIDES, k=SIDES, dtype=st.sampled_from(["float32", "bfloat16"]))
def test_the_chosen_tile_fits_l1_and_leaves_no_row_of_cores_idle_for_long(m, n, k, dtype):
    gemm = Gemm("any", m, n, k, dtype)
    mapping = choose_mapping(gemm, "fused-k", NPU1)
    tile_m, tile_n, tile_k = mapping.core_tile
    assert l1_demand(mapping, dtype) <= L1_BYTES
    assert tile_n <= MAX_CORE_N
    assert tile_k <= MAX_CORE_K
    # the kernel's blocks are 4×8×4, its registers hold 16×16
    assert (tile_m % 16, tile_k % 8, tile_n % 16) == (0, 0, 0)
    padded_m, padded_n, padded_k = mapping.padded(gemm)
    assert padded_m - m < mapping.block[0]
    assert padded_n - n < mapping.block[1]
    assert padded_k - k < tile_k


@pytest.mark.parametrize("dtype", ["float32", "bfloat16"])
@pytest.mark.parametrize("ports", ["single", "spread"])
def test_every_projections_tile_fits_the_device_by_the_designs_own_count(dtype, ports):
    """`l1_demand` decides before there is a design; the design's problems must agree."""
    for gemm in LlamaBlockConfig().linear_projections(dtype):
        for family in ("per-tile", "fused-k"):
            plan = make_plan(gemm, choose_mapping(gemm, family, NPU1, ports))
            for launch in plan.launches:
                assert find_problems(launch.design, NPU1) == []


def test_what_a_core_holds_is_counted_buffer_by_buffer():
    """float32, 16×80×64: 2 × 16·64 of A, 2 × 64·80 of B, 2 × 16·80 of C, 4 bytes each."""
    mapping = Mapping("fused-k", (16, 80, 64), (4, 4))
    assert l1_demand(mapping, "float32") == (2 * 16 * 64 + 2 * 64 * 80 + 2 * 16 * 80) * 4 == 59392
    once = replace(mapping, c_depth=1)
    assert l1_demand(once, "float32") == 59392 - 16 * 80 * 4
    # bfloat16 operands halve A and B and leave C, which is float32
    assert l1_demand(mapping, "bfloat16") == (2 * 16 * 64 + 2 * 64 * 80) * 2 + 2 * 16 * 80 * 4


def test_a_larger_tile_than_the_chosen_one_would_not_fit_or_would_pad_more():
    """q_proj in float32, N = 960 over 4 columns: 80 wide divides 960 by 320, 96 wide pads to 1152.

    With 80 wide and K = 768 the steps of 64 are 12; of 96 they would be 8, and 16·96 + 96·80 twice
    with C in 4 bytes are 83,968 bytes and more than L1.
    """
    gemm = LlamaBlockConfig().linear_projections("float32")[0]
    mapping = choose_mapping(gemm, "fused-k", NPU1)
    assert mapping.core_tile == (16, 80, 64)
    assert l1_demand(replace(mapping, core_tile=(16, 80, 96)), "float32") == 83_968 > L1_BYTES
    wider = replace(mapping, core_tile=(16, 96, 64))
    assert wider.padded(gemm)[1] == 1152 > mapping.padded(gemm)[1] == 960


def test_c_is_buffered_once_where_twice_does_not_fit():
    """96 wide: A and B take (16·64 + 64·96) · 2 · 4 = 57,344; C is 6,144, so one fits, two do not.

    57,344 + 6,144 = 63,488 <= 64,512 < 69,632 = 57,344 + 2 · 6,144.
    """
    gemm = Gemm("o_proj", 64, 768, 960, "float32")
    mapping = choose_mapping(gemm, "fused-k", NPU1)
    assert (mapping.core_tile, mapping.c_depth) == ((16, 96, 64), 1)
    assert l1_demand(mapping, "float32") == 63_488


def test_partial_sums_are_float32_for_either_dtype():
    for dtype in ("float32", "bfloat16"):
        for family in ("per-tile", "fused-k"):
            gemm = Gemm("any", 64, 64, 64, dtype)
            assert choose_mapping(gemm, family, NPU1).c_dtype == "float32"


def test_emulation_belongs_to_the_float32_vector_kernel_alone():
    choices = {
        ("float32", "vector"): "fast",
        ("float32", "scalar"): None,
        ("bfloat16", "vector"): None,
    }
    for (dtype, kernel), emulation in choices.items():
        gemm = Gemm("any", 64, 64, 64, dtype)
        mapping = choose_mapping(gemm, "per-tile", NPU1, kernel=kernel, emulation="fast")
        assert mapping.emulation == emulation


@pytest.mark.parametrize(
    ("choice", "sentence"),
    [
        ({"family": "per-tiles"}, "Unknown mapping 'per-tiles'; there is per-tile, fused-k"),
        ({"ports": "double"}, "Unknown port rule 'double'; there is single, spread."),
        ({"kernel": "simd"}, "Unknown kernel variant 'simd'; there is vector, scalar."),
        ({"emulation": "quick"}, "Unknown float32 emulation 'quick'; there is safe, fast, low."),
    ],
)
def test_unknown_names_are_refused_with_those_that_exist(choice, sentence):
    gemm = Gemm("any", 64, 64, 64, "float32")
    with pytest.raises(InputError) as caught:
        choose_mapping(gemm, **{"family": "per-tile", "device": NPU1, **choice})
    assert str(caught.value).startswith(sentence)
    assert caught.value.exit_code == 2


def test_a_plan_of_an_unknown_family_is_refused():
    with pytest.raises(InputError, match="Unknown mapping 'fused'"):
        make_plan(Gemm("any", 64, 64, 64, "float32"), Mapping("fused", (16, 16, 64), (4, 4)))


def test_a_kernel_that_the_dtype_lacks_is_refused():
    with pytest.raises(InputError, match="no scalar kernel for bfloat16; use the vector kernel"):
        choose_mapping(Gemm("any", 64, 64, 64, "bfloat16"), "fused-k", NPU1, kernel="scalar")


def test_a_device_whose_l1_holds_no_tile_is_refused():
    tiny = NPU1.with_overrides({"l1_bytes": 4096})
    with pytest.raises(InputError, match=r"No fused-k core tile for .* fits the L1 .*4096 bytes"):
        choose_mapping(Gemm("any", 64, 64, 64, "float32"), "fused-k", tiny)


def test_mappings_and_designs_are_values():
    """Frozen, and equal when built twice."""
    gemm = Gemm("any", 100, 200, 300, "float32")
    one, other = (make_plan(gemm, choose_mapping(gemm, "per-tile", NPU1)) for _ in range(2))
    assert one == other
    assert one.launches[0].design == other.launches[0].design
    assert one.steps().tobytes() == other.steps().tobytes()
    for value, name in (
        (one.mapping, "grid"),
        (one, "gemm"),
        (one.launches[0].design, "fifos"),
        (one.launches[0].design.fifos[0], "name"),
        (one.launches[0].design.tasks[0], "offset"),
    ):
        with pytest.raises(FrozenInstanceError):
            setattr(value, name, None)
