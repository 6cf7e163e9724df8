"""Does what follows from a product's sizes say what its design's own problems say?"""

from __future__ import annotations

from dataclasses import replace

from hypothesis import assume, event, given, settings
from hypothesis import strategies as st

from tilescope.designs.capacity import fits
from tilescope.designs.mapping import FAMILIES, base_mapping
from tilescope.designs.plan import make_plan
from tilescope.designs.problems import find_problems
from tilescope.devices import load_device
from tilescope.workloads import Gemm

WALKS = {
    "levels of a DMA walk",
    "bytes in each DMA run",
    "bytes (or a multiple) in each DMA stride",
    "steps in one level of a walk",
}


@st.composite
def mapped(draw):
    """A product and a mapping that may or may not fit."""
    device = load_device(draw(st.sampled_from(["npu1", "npu2"])))
    dtype = draw(st.sampled_from(["float32", "bfloat16", "int8"]))
    gemm = Gemm("any", *(draw(st.sampled_from([60, 200, 640])) for _ in "mnk"), dtype)
    family = draw(st.sampled_from(FAMILIES))
    ports = "spread" if family == "whole-array" else draw(st.sampled_from(["single", "spread"]))
    base = base_mapping(gemm, family, ports, generation=device.generation)
    r, s, t = base.matmul(dtype).block
    tile = tuple(draw(st.sampled_from([2, 4, 8, 16])) * side for side in (r, t, s))
    times = 1 if family == "per-tile" else draw(st.sampled_from([1, 2, 4, 8, 12]))
    return (
        gemm,
        device,
        replace(
            base,
            core_tile=tile,
            grid=(draw(st.integers(1, 4)), draw(st.integers(1, device.columns))),
            c_depth=2 if family == "per-tile" else draw(st.sampled_from([1, 2])),
            k_mt=tile[2] * times if times > 1 else None,
            b_layout=draw(st.sampled_from(["row", "column"])),
        ),
    )


@given(mapped())
@settings(max_examples=120, deadline=None)
def test_a_product_fits_by_its_sizes_exactly_where_its_design_does(case):
    gemm, device, mapping = case
    m, n, _ = mapping.padded(gemm)
    assume((m // mapping.block[0]) * (n // mapping.block[1]) <= 128)  # designs are slow to make
    problems = find_problems(make_plan(gemm, mapping).launches[0].design, device)
    besides = [one for one in problems if one.what not in WALKS]
    event("fits" if not besides else "does not fit")
    assert fits(gemm, mapping, device) == (not besides)
