"""The output by tiles: padding left out, blocks in the host's order, cores in the array's."""

import numpy as np
import pytest

from tilescope.designs.mapping import Mapping
from tilescope.designs.request import MappingRequest
from tilescope.devices.catalog import load_device
from tilescope.profiling.details import profile_in_detail
from tilescope.profiling.output_tiles import output_tiles, tile_errors
from tilescope.profiling.products import ProductSettings, make_bench, plan_cases
from tilescope.profiling.timelines import timeline_of
from tilescope.runs.timeline import LaunchTimeline, Span
from tilescope.workloads.cases import LinearProjectionTestCase
from tilescope.workloads.gemm import Gemm

PER_TILE = Mapping("per-tile", (16, 16, 64), (4, 4))
FUSED = Mapping("fused-k", (16, 16, 64), (2, 2))


def test_the_errors_of_tiles_have_the_largest_error_of_the_case_among_them() -> None:
    reference = np.full((20, 40), 2.0)  # 2×3 tiles of 16×16, the last ones smaller
    output = reference.copy()
    output[19, 39] += 0.5
    output[0, 0] -= 0.25
    found = tile_errors(output, reference, PER_TILE)
    assert found.tolist() == [[0.125, 0.0, 0.0], [0.0, 0.0, 0.25]]  # over the largest, 2.0


def test_a_per_tile_block_is_complete_after_all_of_its_launches() -> None:
    gemm = Gemm("two", 64, 128, 256, "float32")  # two blocks of N, four of K: half the time each
    tiles = output_tiles(gemm, PER_TILE, (), 800.0, None)
    assert (tiles.rows, tiles.cols, tiles.since) == (4, 8, "call")
    assert tiles.done_us is not None
    assert set(tiles.done_us[:4]) == {400.0}
    assert set(tiles.done_us[4:8]) == {800.0}


def test_padding_beyond_c_has_no_tiles() -> None:
    gemm = Gemm("small", 20, 33, 64, "float32")
    tiles = output_tiles(gemm, PER_TILE, (), 100.0, None)
    assert (tiles.rows, tiles.cols) == (
        2,
        3,
    )  # ceil(20 / 16), ceil(33 / 16), though a block is 64×64


def test_a_fused_tile_is_complete_when_its_core_has_sent_it() -> None:
    gemm = Gemm("fused", 32, 64, 64, "float32")  # two blocks of 32×32 on 2×2 cores
    ends = {(0, 0): (1.0, 5.0), (1, 0): (2.0, 6.0), (0, 1): (3.0, 7.0), (1, 1): (4.0, 8.0)}
    spans = tuple(
        Span(f"core ({col},{row + 2}) MM2S0", "transfer", "", end - 0.5, end)
        for (col, row), pair in ends.items()
        for end in pair
    )
    tiles = output_tiles(gemm, FUSED, (LaunchTimeline("linear_fused", 1, 9.0, spans),), 200.0, None)
    assert tiles.since == "launch"
    # row 0: core (0,2), core (1,2) of the first block, then of the second
    assert tiles.done_us == (1.0, 2.0, 5.0, 6.0, 3.0, 4.0, 7.0, 8.0)


def test_spans_that_miss_a_tile_give_no_times() -> None:
    gemm = Gemm("fused", 32, 64, 64, "float32")
    tiles = output_tiles(gemm, FUSED, (LaunchTimeline("linear_fused", 1, 9.0, ()),), 200.0, None)
    assert tiles.done_us is None


@pytest.mark.parametrize("family", ["per-tile", "fused-k", "whole-array"])
def test_every_mapping_says_when_its_tiles_are_done_and_how_far_off_they_are(family: str) -> None:
    settings = ProductSettings(mapping=MappingRequest(family=family), num_runs=1, baseline=False)
    bench = make_bench(settings)
    cases = [LinearProjectionTestCase("c", 64, 160, 128, "")]
    ((gemm, mapping),) = plan_cases(cases, settings, bench.device)
    case, timeline = profile_in_detail(gemm, mapping, bench, lambda text: None)
    tiles = timeline.tiles
    assert tiles is not None
    assert tiles.done_us is not None
    assert tiles.errors is not None
    assert max(tiles.errors) == case.max_rel_error
    last = case.npu_us.median if family == "per-tile" else timeline.launches[0].device_us
    assert 0 < min(tiles.done_us) <= max(tiles.done_us) <= last * (1 + 1e-12)


def test_every_resource_of_a_timeline_is_busy_waiting_or_idle_all_the_time() -> None:
    device = load_device("npu1")
    gemm = Gemm("c", 64, 64, 128, "float32")
    for launch in timeline_of(gemm, PER_TILE, device).launches:
        assert len(launch.uses) > 16
        elapsed = {round(use.elapsed_us, 9) for use in launch.uses}
        assert len(elapsed) == 1
        assert elapsed.pop() >= round(launch.device_us, 9)
