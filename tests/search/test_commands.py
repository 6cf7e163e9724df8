"""Is a command what a profile was made with, and no longer than it must be?"""

from __future__ import annotations

import pytest

from tilescope.designs.request import MappingRequest
from tilescope.profiling.products import ProductSettings
from tilescope.search.commands import command, search_command
from tilescope.workloads.cases import LinearProjectionTestCase, default_test_cases

SEVEN = default_test_cases()
OWN = LinearProjectionTestCase("my", 64, 128, 256)
DECODE = LinearProjectionTestCase("q_proj", 1, 960, 768)


@pytest.mark.parametrize(
    ("cases", "words"),
    [
        (SEVEN, "tilescope linear"),
        (SEVEN[:2], "tilescope linear --test-case q_proj,k_proj"),
        ([OWN], "tilescope linear --case my:64x128x256"),
        ([*SEVEN, OWN], "tilescope linear --test-case all --case my:64x128x256"),
        ([SEVEN[0], OWN], "tilescope linear --test-case q_proj --case my:64x128x256"),
        ([DECODE], "tilescope linear --case q_proj_1x960x768:1x960x768"),
    ],
)
def test_cases_are_named_as_shortly_as_they_can_be(
    cases: list[LinearProjectionTestCase], words: str
) -> None:
    assert command(cases, ProductSettings()) == words


def test_what_is_at_its_default_is_left_out_and_everything_else_is_said() -> None:
    settings = ProductSettings(
        op="gemm",
        device="npu2",
        runtime="xrt-linux",
        dtype="bf16",
        mapping=MappingRequest(
            "fused-k",
            core_tile=(16, 32, 64),
            grid=(2, 4),
            ports="spread",
            bf16="native",
            c_dtype="bfloat16",
            k_mt=128,
            c_depth=1,
            b_layout="column",
            toolchain="chess",
        ),
        seed=7,
        timing_only=True,
        baseline=True,
        changes=("ddr_gbps=30", "columns=2"),
    )
    assert command([OWN], settings) == (
        "tilescope gemm 64 128 256 --mapping fused-k --tile 16,32,64 --grid 2x4 --ports spread "
        "--k-mt 128 --c-depth 1 --b-layout column --bf16 native --out-dtype bfloat16 "
        "--toolchain chess --dtype bf16 --device npu2 --seed 7 --set ddr_gbps=30 --set columns=2 "
        "--timing-only --baseline"
    )


def test_each_verb_has_a_mapping_of_its_own_that_need_not_be_said() -> None:
    whole = MappingRequest("whole-array")
    assert command([OWN], ProductSettings(op="gemm", mapping=whole)) == "tilescope gemm 64 128 256"
    assert command(SEVEN, ProductSettings(mapping=whole)).endswith("--mapping whole-array")
    per_tile = ProductSettings(op="gemm", mapping=MappingRequest())
    assert command([OWN], per_tile).endswith("--mapping per-tile")


@pytest.mark.parametrize(
    ("cases", "words"),
    [
        (SEVEN, "tilescope search linear"),
        (SEVEN[:2], "tilescope search q_proj,k_proj"),
        ([OWN], "tilescope search 64x128x256"),
        ([DECODE], "tilescope search 1x960x768"),
        ([OWN, SEVEN[0]], None),
    ],
)
def test_a_search_is_of_projections_or_of_one_product(
    cases: list[LinearProjectionTestCase], words: str | None
) -> None:
    assert search_command(cases, ProductSettings()) == words


def test_a_search_takes_the_place_and_the_arithmetic_and_leaves_the_mapping_open() -> None:
    settings = ProductSettings(
        device="npu2",
        dtype="bf16",
        mapping=MappingRequest("fused-k", ports="spread", c_dtype="bfloat16", toolchain="chess"),
        changes=("launch_us=20",),
    )
    assert search_command([OWN], settings) == (
        "tilescope search 64x128x256 --dtype bf16 --out-dtype bfloat16 --device npu2 "
        "--toolchain chess --set launch_us=20"
    )
