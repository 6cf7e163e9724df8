"""A mapping from what was asked: what is left open is chosen, what contradicts is refused."""

import re

import pytest

from tilescope.designs.gemm import gemm_design
from tilescope.designs.mapping import Mapping, l1_demand
from tilescope.designs.plan import make_plan
from tilescope.designs.problems import find_problems
from tilescope.designs.request import MappingRequest, resolve
from tilescope.devices.catalog import load_device
from tilescope.errors import DesignError, InputError
from tilescope.workloads.gemm import Gemm

NPU1, NPU2 = load_device("npu1"), load_device("npu2")
GEMM = Gemm("gemm", 512, 512, 512, "bfloat16")


@pytest.mark.parametrize("family", ["fused-k", "whole-array"])
def test_one_launch_uses_the_whole_device_unless_a_grid_is_asked_for(family: str) -> None:
    assert resolve(MappingRequest(family), GEMM, NPU1).grid == (4, 4)
    assert resolve(MappingRequest(family), GEMM, NPU2).grid == (4, 8)
    assert resolve(MappingRequest(family, grid=(2, 2)), GEMM, NPU2).grid == (2, 2)


@pytest.mark.parametrize("device", [NPU1, NPU2])
def test_per_tile_stays_the_block_of_64_on_16_cores(device: object) -> None:
    mapping = resolve(MappingRequest("per-tile"), GEMM, device)  # type: ignore[arg-type]
    assert (mapping.grid, mapping.block) == ((4, 4), (64, 64, 64))


def test_per_tile_on_another_grid_keeps_its_block() -> None:
    # 64 rows on 2 rows of cores are 32 each, 64 columns on 4 are 16.
    mapping = resolve(MappingRequest("per-tile", grid=(2, 4)), GEMM, NPU1)
    assert (mapping.core_tile, mapping.block) == ((32, 16, 64), (64, 64, 64))


def test_a_tile_that_is_asked_for_is_kept_and_c_buffered_twice_where_there_is_room() -> None:
    # A and B twice, 2·(64·64 + 64·64)·2 B = 32,768, and C twice, 2·64·64·4 = 32,768: 65,536 bytes
    # are more than the 64,512 of L1, so C is buffered once.
    tight = resolve(MappingRequest("fused-k", core_tile=(64, 64, 64)), GEMM, NPU1)
    assert (tight.core_tile, tight.c_depth) == ((64, 64, 64), 1)
    # With C in bfloat16 it is 49,152.
    roomy = MappingRequest("fused-k", core_tile=(64, 64, 64), c_dtype="bf16")
    assert resolve(roomy, GEMM, NPU1).c_depth == 2
    assert resolve(roomy, GEMM, NPU1).c_dtype == "bfloat16"


def test_ports_are_single_unless_the_whole_array_is_used() -> None:
    ports = [
        resolve(MappingRequest(family), GEMM, NPU1).ports for family in ("per-tile", "fused-k")
    ]
    assert ports == ["single", "single"]
    assert resolve(MappingRequest("whole-array"), GEMM, NPU1).ports == "spread"


@pytest.mark.parametrize("family", ["fused-k", "whole-array"])
def test_a_staged_k_that_is_asked_for_steers_the_tile(family: str) -> None:
    mapping = resolve(MappingRequest(family, k_mt=192), Gemm("g", 64, 64, 768, "bf16"), NPU1)
    assert mapping.staged_k == 192
    assert 192 % mapping.core_tile[2] == 0


@pytest.mark.parametrize("depth", [1, 2])
def test_a_depth_of_c_that_is_asked_for_is_kept(depth: int) -> None:
    for family in ("fused-k", "whole-array"):
        mapping = resolve(MappingRequest(family, c_depth=depth), GEMM, NPU1)
        assert mapping.c_depth == depth
        assert l1_demand(mapping, GEMM.dtype) <= NPU1.l1_bytes - NPU1.l1_reserved_bytes


@pytest.mark.parametrize("device", [NPU1, NPU2])
@pytest.mark.parametrize("dtype", ["bfloat16", "float32", "int8", "int32"])
@pytest.mark.parametrize(
    "shape",
    [(1, 1, 1), (64, 960, 768), (64, 768, 3072), (100, 100, 100), (1, 4096, 64), (5000, 64, 64)],
)
@pytest.mark.parametrize("grid", [None, (1, 1), (2, 1), (4, 2)])
def test_the_chosen_whole_array_tile_has_no_problems(
    device: object, dtype: str, shape: tuple[int, int, int], grid: tuple[int, int] | None
) -> None:
    gemm = Gemm("g", *shape, dtype)
    mapping = resolve(MappingRequest("whole-array", grid=grid), gemm, device)  # type: ignore[arg-type]
    (launch,) = make_plan(gemm, mapping).launches
    assert find_problems(launch.design, device) == []  # type: ignore[arg-type]


def test_the_whole_array_tile_moves_less_than_the_smallest_that_fits() -> None:
    # Each of A's elements is read once for every column of blocks, so a wide block reads less.
    gemm = Gemm("g", 4096, 4096, 4096, "bfloat16")
    m, n, _ = resolve(MappingRequest("whole-array"), gemm, NPU1).core_tile
    assert 4096 // (4 * n) < 4096 // (4 * 32)
    assert 4096 // (4 * m) < 4096 // (4 * 32)


def test_the_block_of_a_tile_is_the_product_launch_of_per_tile() -> None:
    per_tile = Mapping("per-tile", (16, 16, 64), (4, 4), c_depth=2)
    fused = Mapping("fused-k", (16, 16, 64), (4, 4), c_depth=2)
    designs = [gemm_design("one", 64, 64, 64, "float32", mapping) for mapping in (per_tile, fused)]
    assert designs[0] == designs[1]


@pytest.mark.parametrize(
    ("request_", "said"),
    [
        (MappingRequest("array"), "Unknown mapping 'array'"),
        (MappingRequest("fused-k", ports="one"), "Unknown port rule"),
        (MappingRequest("fused-k", kernel="simd"), "Unknown kernel"),
        (MappingRequest("fused-k", emulation="exact"), "Unknown float32 emulation"),
        (MappingRequest("fused-k", c_dtype="double"), "Unknown dtype 'double'"),
        (MappingRequest("fused-k", c_dtype="int16"), "not int16"),
        (MappingRequest("per-tile", k_mt=128), "per-tile brings one block a launch"),
        (MappingRequest("per-tile", c_depth=1), "per-tile brings one block a launch"),
        (MappingRequest("whole-array", ports="single"), "its ports are spread"),
        (MappingRequest("fused-k", c_depth=3), "once or twice"),
        (MappingRequest("fused-k", k_mt=0), "stages 0 of K"),
        (MappingRequest("fused-k", k_mt=100, core_tile=(16, 16, 64)), "no multiple of 64"),
        (MappingRequest("whole-array", k_mt=100), "with 100 of K staged"),
        (MappingRequest("fused-k", emulation="native"), "Unknown float32 emulation 'native'"),
        (MappingRequest("fused-k", bf16="fast"), "Unknown way of bfloat16"),
        (MappingRequest("fused-k", bf16="bfp16"), "bfp16 is a way of bfloat16 on aie2p"),
        (MappingRequest("fused-k", toolchain="gcc"), "Unknown toolchain"),
        (MappingRequest("fused-k", b_layout="diagonal"), "Unknown layout of B"),
    ],
)
def test_what_cannot_be_had_is_refused(request_: MappingRequest, said: str) -> None:
    with pytest.raises(InputError, match=re.escape(said)):
        resolve(request_, GEMM, NPU1)


@pytest.mark.parametrize(
    ("request_", "said"),
    [
        (MappingRequest("fused-k", grid=(4, 5)), "larger than npu1, which has 4×4"),
        (MappingRequest("per-tile", grid=(5, 4)), "larger than npu1"),
        (MappingRequest("fused-k", core_tile=(3, 16, 64)), "multiple of"),
        # A and B twice, 2·(64·512 + 512·64)·2 B = 262,144, and C once, 64·64·4 = 16,384.
        (MappingRequest("fused-k", core_tile=(64, 64, 512)), "needs 278,528 bytes of L1"),
        (MappingRequest("whole-array", core_tile=(16, 16, 64), k_mt=640_000), "bytes of L2"),
    ],
)
def test_what_does_not_fit_says_what_it_needs_and_what_there_is(
    request_: MappingRequest, said: str
) -> None:
    with pytest.raises(DesignError, match=re.escape(said)):
        resolve(request_, GEMM, NPU1)


def test_npu2_multiplies_bfloat16_by_way_of_bfp16_unless_told_otherwise() -> None:
    ways = [
        resolve(MappingRequest("fused-k", bf16=way), GEMM, NPU2).emulation
        for way in (None, "bfp16", "native")
    ]
    assert ways == ["bfp16", "bfp16", "native"]
    assert resolve(MappingRequest("fused-k", bf16="native"), GEMM, NPU1).emulation is None


def test_a_way_of_bfloat16_is_refused_for_another_dtype() -> None:
    whole = Gemm("g", 64, 64, 64, "int8")
    with pytest.raises(InputError, match="native is a way of bfloat16, and the dtype is int8"):
        resolve(MappingRequest("fused-k", bf16="native"), whole, NPU2)


@pytest.mark.parametrize("dtype", ["int8", "bfloat16"])
def test_the_toolchain_changes_cycles_and_nothing_else(dtype: str) -> None:
    gemm = Gemm("g", 256, 256, 256, dtype)
    peano, chess = (
        resolve(MappingRequest("fused-k", (64, 64, 64), toolchain=name), gemm, NPU1).matmul(dtype)
        for name in ("peano", "chess")
    )
    assert peano.symbol == chess.symbol
    # Chess's loops are tuned by hand: never slower than Peano's.
    assert chess.cycles(NPU1, 64, 64, 64) <= peano.cycles(NPU1, 64, 64, 64)


def test_a_launch_of_endless_transfers_is_refused_before_it_is_made() -> None:
    # 2^20 / 64 blocks in either direction are 2^28 of them, 12 transfers each.
    gemm = Gemm("g", 2**20, 2**20, 1, "bfloat16")
    with pytest.raises(DesignError, match="3,221,225,472 transfers"):
        resolve(MappingRequest("fused-k", core_tile=(16, 16, 16)), gemm, NPU1)
