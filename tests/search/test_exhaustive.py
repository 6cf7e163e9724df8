"""A search that leaves out what cannot win gives the answer of one that tries everything."""

import numpy as np
import pytest

from tilescope.devices import load_device
from tilescope.search.limits import Limits
from tilescope.search.searching import BY_BOUND
from tilescope.targets.runtimes import load_runtime
from tilescope.targets.simulated import SimulatedNpu
from tilescope.workloads import Gemm

SMALL = [
    pytest.param(
        Gemm("small", 32, 32, 64, "bfloat16"), "npu1", Limits(ports="spread"), id="bfloat16"
    ),
    pytest.param(
        Gemm("small", 32, 48, 48, "bfloat16"),
        "npu1",
        Limits(c_dtype="bfloat16", grid=(2, 3)),
        id="narrow C",
    ),
    pytest.param(
        Gemm("small", 24, 40, 32, "float32"), "npu1", Limits(grid=(2, 2)), id="float32, 2×2"
    ),
    pytest.param(
        Gemm("small", 32, 64, 64, "bfloat16"), "npu2", Limits(grid=(2, 3)), id="npu2, 2×3"
    ),
    pytest.param(
        Gemm("small", 64, 96, 64, "int8"),
        "npu1",
        Limits(b_layout="column", grid=(4, 2)),
        id="int8, B by columns",
    ),
]


@pytest.mark.parametrize("objective", ["latency", "throughput"])
@pytest.mark.parametrize(("gemm", "device", "limits"), SMALL)
def test_the_answer_is_that_of_an_unpruned_enumeration(searched, gemm, device, limits, objective):
    asked = {"device": device, "limits": limits, "objective": objective}
    quick = searched(gemm, **asked).run()
    whole = searched(gemm, **asked, prune=False).run()
    assert BY_BOUND not in whole.counts.pruned
    assert whole.counts.simulated > quick.counts.simulated
    assert [point.key for point in quick.ranked] == [point.key for point in whole.ranked]
    assert quick.ranked == whole.ranked
    assert [(p.us, p.error, p.moved_bytes) for p in quick.front] == [
        (p.us, p.error, p.moved_bytes) for p in whole.front
    ]


@pytest.mark.parametrize(("gemm", "device", "limits"), SMALL)
def test_what_is_considered_is_left_out_or_simulated(searched, gemm, device, limits):
    for prune in (True, False):
        counts = searched(gemm, device=device, limits=limits, prune=prune).run().counts
        assert counts.considered == sum(counts.pruned.values()) + counts.simulated


@pytest.mark.parametrize("family", ["per-tile", "fused-k", "whole-array"])
def test_a_time_of_the_search_is_that_of_the_mapping_run_by_itself(searched, family):
    gemm = Gemm("small", 32, 64, 64, "bfloat16")
    target = SimulatedNpu(load_device("npu1"), load_runtime("xrt-linux", "npu1"))
    limits = Limits(family=family, grid=(2, 2))
    found = searched(gemm, prune=False, limits=limits, top=1000).run()
    assert len(found.ranked) > 26
    for point in found.ranked[::13]:
        assert point.mapping.family == family
        alone = target.run(gemm, point.mapping)
        assert point.us == pytest.approx(alone.npu_us, rel=1e-12, abs=2e-6)
        moved = sum(
            launch.planned.count * sum((*launch.outcome.host_read, *launch.outcome.host_written))
            for launch in alone.outcome.launches
        )
        assert point.moved_bytes == moved


@pytest.mark.parametrize("objective", ["latency", "throughput"])
def test_no_candidate_is_faster_than_its_bound_nor_than_that_of_its_sides(searched, objective):
    gemm = Gemm("small", 32, 64, 64, "bfloat16")
    search = searched(gemm, prune=False, objective=objective, limits=Limits(grid=(3, 1)))
    sides = [search.judge.pairs(group)[0] for group in search.groups]
    search.run()
    for found in search.simulated:
        candidates = found.candidates
        assert np.all(found.us >= candidates.bound_us)
        for place in range(len(found)):
            pairs = sides[int(candidates.group[place])]
            same = (pairs.tiles.m == candidates.tiles.m[place]) & (
                pairs.tiles.n == candidates.tiles.n[place]
            )
            assert candidates.bound_us[place] >= pairs.bound_us[same][0] * (1 - 1e-9)
            assert candidates.moved_bytes[place] >= pairs.moved_bytes[same][0]
            assert candidates.error[place] >= pairs.error[same][0]


def test_a_search_gives_the_same_answer_each_time(searched):
    gemm, limits = Gemm("small", 64, 96, 64, "bfloat16"), Limits(grid=(2, 4))
    assert searched(gemm, limits=limits).run() == searched(gemm, limits=limits).run()


def test_what_was_simulated_before_is_not_simulated_again(searched, monkeypatch):
    gemm = Gemm("small", 64, 96, 64, "bfloat16")
    known = {}
    first = searched(gemm, known=known, limits=Limits(grid=(2, 2))).run()
    assert len(known) >= first.counts.simulated
    monkeypatch.setattr(
        "tilescope.search.timing.time_launches",
        lambda *given: pytest.fail("a launch was simulated again"),
    )
    assert searched(gemm, known=known, limits=Limits(grid=(2, 2))).run() == first


@pytest.mark.parametrize(("gemm", "device", "limits"), SMALL)
def test_the_fastest_few_are_the_same_where_the_time_alone_counts(searched, gemm, device, limits):
    asked = {"device": device, "limits": limits}
    whole, timed = (searched(gemm, **asked, timed_only=only).run() for only in (False, True))
    assert timed.ranked == whole.ranked
    assert timed.front == ()
    assert timed.counts.simulated <= whole.counts.simulated
