"""A whole profile: refused before it starts, or kept as far as it got."""

from typing import Any

import pytest

from tilescope.designs.request import MappingRequest, resolve
from tilescope.devices.catalog import load_device
from tilescope.errors import InputError
from tilescope.profiling import products
from tilescope.profiling.cases import Bench
from tilescope.profiling.memory import BLOCK_BYTES, needed_bytes
from tilescope.profiling.products import ProductSettings, host_blocks, profile_products
from tilescope.runs.models import Case
from tilescope.workloads.cases import LinearProjectionTestCase, default_test_cases
from tilescope.workloads.gemm import Gemm

SMALL = [
    LinearProjectionTestCase("first", 64, 64, 64, "First"),
    LinearProjectionTestCase("second", 60, 70, 130, "No multiple of the block"),
]


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        (ProductSettings(device="npu9"), "Unknown device"),
        (ProductSettings(runtime="xrt"), "Unknown runtime"),
        (ProductSettings(dtype="f64"), "Unknown dtype"),
        (ProductSettings(dtype="float16"), "bfloat16"),
        (ProductSettings(mapping=MappingRequest(family="fused")), "Unknown mapping"),
        (ProductSettings(mapping=MappingRequest(ports="one")), "Unknown port"),
        (ProductSettings(mapping=MappingRequest(kernel="simd")), "Unknown kernel"),
        (ProductSettings(mapping=MappingRequest(emulation="exact")), "Unknown float32 emulation"),
        (ProductSettings(num_runs=0), "number of runs is 0"),
        (ProductSettings(seed=-1), "seed is -1"),
    ],
)
def test_what_cannot_be_had_is_refused_before_anything_runs(
    settings: ProductSettings, said: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(products, "profile_case", None)
    with pytest.raises(InputError, match=said):
        profile_products(SMALL, settings)


def test_two_cases_of_one_name_are_refused() -> None:
    with pytest.raises(InputError, match="Two cases are named 'first'"):
        profile_products([SMALL[0], SMALL[0]], ProductSettings())


def test_a_case_larger_than_memory_is_refused_before_anything_is_made() -> None:
    # 2^20 × 2^20 outputs of float32 alone are 4 TiB.
    huge = LinearProjectionTestCase("huge", 2**20, 2**20, 1, "")
    with pytest.raises(InputError, match="of memory"):
        profile_products([huge], ProductSettings())


def test_an_interruption_keeps_the_cases_that_are_finished(
    per_tile_case: Case, monkeypatch: pytest.MonkeyPatch
) -> None:
    finished = []

    def interrupted(gemm: object, mapping: object, bench: Bench, notify: object) -> Case:
        if finished:
            raise KeyboardInterrupt
        return per_tile_case

    monkeypatch.setattr(products, "profile_case", interrupted)
    profile = profile_products(default_test_cases(), ProductSettings(), on_case=finished.append)
    assert profile.run.cases == (per_tile_case,)
    assert not profile.run.complete


@pytest.mark.parametrize("mapping", ["per-tile", "fused-k"])
@pytest.mark.parametrize("dtype", ["float32", "bfloat16"])
def test_a_profile_of_the_real_engine_holds_its_promises(mapping: str, dtype: str) -> None:
    settings = ProductSettings(mapping=MappingRequest(family=mapping), dtype=dtype, num_runs=2)
    run = profile_products(SMALL, settings).run
    assert [case.name for case in run.cases] == ["first", "second"]
    for case in run.cases:
        total_us = case.npu_us.median
        assert sum(part.us for part in case.budget) == pytest.approx(total_us, rel=1e-9)
        assert sum(part.fraction for part in case.budget) == pytest.approx(1, rel=1e-9)
        assert sum(share.total_us for share in case.kernels) == pytest.approx(total_us, rel=1e-9)
        assert sum(share.launches for share in case.kernels) == case.launches
        assert case.device_us < total_us
    # Blocks of 64³: 60×70×130 takes 1×2×3 of them, each one launch of both kernels.
    if mapping == "per-tile":
        assert [case.launches for case in run.cases] == [2, 12]
    else:
        assert [case.launches for case in run.cases] == [1, 1]


def test_two_runs_give_the_same_simulated_bytes() -> None:
    def simulated_part(case: Case) -> str:
        measured = ("baseline_us", "baseline_first_us", "baseline_gflops", "speedup", "notes")
        varying: dict[str, Any] = dict.fromkeys(measured, True)
        varying["memory"] = {"baseline_peak_rss_bytes", "baseline_allocated_bytes"}
        return case.model_dump_json(exclude=varying)

    first, second = (profile_products(SMALL, ProductSettings(num_runs=1)).run for _ in range(2))
    assert list(map(simulated_part, first.cases)) == list(map(simulated_part, second.cases))


def test_timelines_name_every_resource_and_stay_within_the_launch() -> None:
    settings = ProductSettings(num_runs=1, timeline=True)
    (timeline,) = profile_products(SMALL[:1], settings).timelines
    assert [launch.kernel for launch in timeline.launches] == ["linear_matmul", "linear_accumulate"]
    for launch in timeline.launches:
        assert launch.spans
        assert all(0 <= span.start_us <= span.end_us for span in launch.spans)
        assert any(span.activity == "call" for span in launch.spans)


def test_the_table_of_a_per_tile_plan_counts_as_memory() -> None:
    # 128×64×256 in blocks of 64³ is 2·1·4 = 8 of them; one launch for all needs no table.
    gemm = Gemm("g", 128, 64, 256, "float32")
    device = load_device("npu1")
    per_tile, fused = (
        host_blocks(gemm, resolve(MappingRequest(family), gemm, device))
        for family in ("per-tile", "fused-k")
    )
    assert (per_tile, fused) == (8, 0)
    assert needed_bytes(gemm, per_tile) == needed_bytes(gemm) + 8 * BLOCK_BYTES
