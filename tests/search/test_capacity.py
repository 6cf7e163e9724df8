"""What a search takes for legal is what a design's own problems say."""

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from tilescope.designs.capacity import CHANNELS, DESCRIPTORS, L1, L2
from tilescope.designs.plan import make_plan
from tilescope.designs.problems import find_problems
from tilescope.devices import load_device
from tilescope.quantities.shapes import ceil_div
from tilescope.search.capacity import Tiles, forbidden
from tilescope.search.judging import Judge
from tilescope.search.limits import Limits
from tilescope.search.numerics import ErrorMeter
from tilescope.search.space import groups
from tilescope.search.table import expanded
from tilescope.targets.runtimes import load_runtime
from tilescope.workloads import Gemm

WORDS = {"bytes of L1": L1, "bytes of L2": L2, "buffer descriptors": DESCRIPTORS}


@st.composite
def cases(draw):
    """A device, a group of a product's space and one of its core tiles."""
    device = load_device(draw(st.sampled_from(["npu1", "npu2"])))
    dtype = draw(st.sampled_from(["float32", "bfloat16", "int8"]))
    gemm = Gemm("any", *(draw(st.sampled_from([64, 100, 640])) for _ in "mnk"), dtype)
    grid = (draw(st.integers(1, 4)), draw(st.integers(1, device.columns)))
    kernel = "vector" if dtype != "float32" else draw(st.sampled_from(["vector", "scalar"]))
    space = [
        group
        for group in groups(gemm, device, Limits(grid=grid, kernel=kernel))
        if not group.per_tile
    ]
    group = draw(st.sampled_from(space))
    k, staged = draw(st.sampled_from(group.staged))
    tile = (draw(st.sampled_from(group.sides_m)), draw(st.sampled_from(group.sides_n)), k, staged)
    return device, group, tile


@given(cases())
@settings(max_examples=100, deadline=None)
def test_a_candidate_is_legal_exactly_where_its_design_fits(case):
    device, group, tile = case
    blocks = ceil_div(group.gemm.m, tile[0]) * ceil_div(group.gemm.n, tile[1])
    assume(blocks <= 512)  # a design of many transfers takes long to make
    problems = find_problems(make_plan(group.gemm, group.mapping(*tile)).launches[0].design, device)
    judge = Judge(device, load_runtime("xrt-linux", device.name), "latency", ErrorMeter(group.gemm))
    tiles = Tiles(*(np.array([size]) for size in tile))
    left, reasons = judge.candidates(0, group, tiles)
    assert (len(left) == 1) == (not problems)
    assert sum(reasons.values()) == (1 if problems else 0)
    said = {
        WORDS.get(problem.what, CHANNELS if "channels" in problem.what else "walks")
        for problem in problems
    }
    masks = {reason for reason, mask in forbidden(group, tiles, device) if mask[0]}
    assert masks == said - {"walks"}


def test_every_pair_of_sides_goes_with_every_staging():
    device = load_device("npu1")
    gemm = Gemm("any", 64, 96, 128, "bfloat16")
    for group in groups(gemm, device, Limits(grid=(2, 2))):
        m, n = np.meshgrid(group.sides_m, group.sides_n, indexing="ij")
        ones = np.ones(m.size, dtype=np.int64)
        tiles = expanded(group, Tiles(m.ravel(), n.ravel(), ones, ones))
        rows = set(
            zip(
                *(column.tolist() for column in (tiles.m, tiles.n, tiles.k, tiles.staged)),
                strict=True,
            )
        )
        assert len(tiles) == len(rows) == group.count


@pytest.mark.parametrize("device", ["npu1", "npu2"])
def test_per_tile_is_legal_where_its_additions_fit_too(device):
    """64×336 of float32: 32×84 on each of 2×4 cores, six times 10,752 bytes, is all of L1's 63 KiB.

    Sides of 4 more are too much: 84 is the last n that fits where a row of four cores adds up.
    """
    npu = load_device(device)
    gemm = Gemm("any", 64, 1024, 16, "bfloat16")
    (group, *_) = groups(gemm, npu, Limits(grid=(4, 4), family="per-tile", b_layout="row"))
    judge = Judge(npu, load_runtime("xrt-linux", npu.name), "latency", ErrorMeter(gemm))
    step = group.kernel.block[2]
    for n in (84 // step * step, 84 // step * step + step):
        mapping = group.mapping(16, n, 16, 16)
        problems = [
            problem.what
            for launch in make_plan(gemm, mapping).launches
            for problem in find_problems(launch.design, npu)
        ]
        left, _ = judge.candidates(0, group, Tiles(*(np.array([size]) for size in (16, n, 16, 16))))
        assert len(left) == (not problems) == (n <= 84)


@pytest.mark.parametrize("device", ["npu1", "npu2"])
def test_the_space_holds_what_the_families_choose_by_themselves_or_better(device):
    """fused-k and whole-array pick their tile by a rule; the search may not end above them."""
    from tilescope.designs.request import MappingRequest, resolve
    from tilescope.search.products import best_mapping
    from tilescope.search.settings import SearchSettings
    from tilescope.targets.simulated import SimulatedNpu

    gemm = Gemm("any", 64, 320, 768, "bfloat16")
    npu = SimulatedNpu(device)
    best_us = npu.run(gemm, best_mapping(gemm, SearchSettings(device_name=device))).npu_us
    for family in ("per-tile", "fused-k", "whole-array"):
        mapping = resolve(MappingRequest(family=family), gemm, npu.device)
        assert best_us <= npu.run(gemm, mapping).npu_us
