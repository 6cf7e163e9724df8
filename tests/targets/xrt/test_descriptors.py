"""Do a shim's sixteen descriptors last, and is a transfer called done only when it must be?"""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tilescope.designs.ir import Await, Design
from tilescope.designs.mapping import Mapping
from tilescope.designs.mlir.printing import print_design
from tilescope.designs.mlir.reading import read_design
from tilescope.designs.plan import make_plan
from tilescope.devices import load_device
from tilescope.errors import DesignError
from tilescope.simulation.simulate import simulate_design
from tilescope.targets.xrt.descriptors import in_use, most, returning, with_descriptors
from tilescope.targets.xrt.refusals import require_compilable
from tilescope.workloads import Gemm

NPU1 = load_device("npu1")
FUSED = Mapping("fused-k", (16, 16, 64), (4, 4), "single", emulation=None)


def design(blocks: tuple[int, int], mapping: Mapping = FUSED, k: int = 64) -> Design:
    """One launch over so many blocks along M and N."""
    m, n, _ = mapping.block
    gemm = Gemm("x", blocks[0] * m, blocks[1] * n, k, "bfloat16")
    return make_plan(gemm, mapping).launches[0].design


def test_a_transfer_has_a_descriptor_until_it_is_awaited() -> None:
    """Shim 0 has A and C: a block's 2; of 9 blocks 2 × 9 where nobody awaits column 0's C."""
    assert in_use(design((1, 1)))[design((1, 1)).fifo("A").producer] == 2
    assert most(design((3, 3))) == 18


def test_a_design_that_needs_too_many_awaits_every_column_and_calls_its_inputs_done() -> None:
    """Three blocks are under way and a fourth's is issued after its await: 3 blocks of 2."""
    one = design((3, 3))
    changed, freed = returning(one)
    assert most(changed, freed) == 6
    assert changed.started == one.started


def test_a_design_that_has_enough_stays_as_it_is() -> None:
    plan = make_plan(Gemm("x", 64, 64, 64, "bfloat16"), FUSED)
    compiled = with_descriptors(plan, NPU1)
    assert compiled.plan == plan
    assert compiled.freed == ({},)


@st.composite
def designs(draw: st.DrawFn) -> Design:
    """Products of some blocks, under either rule of ports."""
    grid = draw(st.sampled_from([(2, 2), (4, 4), (4, 2), (1, 4)]))
    ports = draw(st.sampled_from(["single", "spread"]))
    blocks = (draw(st.integers(1, 4)), draw(st.integers(1, 5)))
    return design(blocks, replace(FUSED, grid=grid, ports=ports), 64 * draw(st.integers(1, 3)))


@settings(deadline=None, max_examples=40)
@given(designs())
def test_a_transfer_is_called_done_once_and_after_all_outputs_of_its_block(one: Design) -> None:
    changed, freed = returning(one)
    written = {n for n, t in enumerate(one.tasks) if one.fifo(t.fifo).producer.kind != "shim"}
    outputs_of: dict[int, set[int]] = {}  # of an input's block
    block: set[int] = set()
    for task in range(len(one.tasks)):
        if task in written:
            block = {task} | (block if task - 1 in written else set())
        outputs_of[task] = block
    arrived: set[int] = set()
    done: set[int] = set()
    for step in changed.sequence:
        if not isinstance(step, Await):
            continue
        assert step.task not in arrived
        arrived.add(step.task)
        for task in freed.get(step.task, ()):
            assert task not in written
            assert task not in done
            done.add(task)
            assert outputs_of[task] <= arrived
    assert most(changed, freed) <= NPU1.shim_bds


@settings(deadline=None, max_examples=10)
@given(designs())
def test_it_reads_back_as_itself_and_takes_no_less_time(one: Design) -> None:
    changed, freed = returning(one)
    text = print_design(changed, "aie2", freed=freed)
    assert text.count("dma_free_task") == sum(map(len, freed.values()))
    assert read_design(text, "x.mlir", {}).design == changed
    before, after = (simulate_design(each, NPU1).device_us for each in (one, changed))
    assert before <= after


def test_what_cannot_be_given_back_is_refused_with_the_demand_and_the_bound() -> None:
    with pytest.raises(DesignError, match=r"needs 18 buffer descriptors at once and has 16"):
        require_compilable(design((3, 3)), FUSED, NPU1, {})
