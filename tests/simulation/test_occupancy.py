"""What do the memories hold, and from when to when?"""

import numpy as np
import pytest
from hypothesis import given, settings

from tests.simulation.products import DEVICE, products
from tilescope.designs.ir import Tile
from tilescope.designs.mapping import choose_mapping
from tilescope.designs.plan import make_plan
from tilescope.designs.problems import memory_demand
from tilescope.simulation.occupancy import occupancy
from tilescope.simulation.outcomes import ACTIVITIES
from tilescope.simulation.simulate import PreparedDesign, simulate_plan
from tilescope.workloads import Gemm

FEW = settings(deadline=None, max_examples=20, derandomize=True)
CORE = Tile(0, 2)


def prepared(family, m=64, n=64, k=64):
    """The first launch of a float32 product."""
    gemm = Gemm("one", m, n, k, "float32")
    plan = make_plan(gemm, choose_mapping(gemm, family, DEVICE))
    return PreparedDesign(plan.launches[0].design, DEVICE, with_data=False)


def test_a_core_of_one_block_holds_one_object_of_each_tensor():
    """A is 16×64, B 64×16 and C 16×16 of 4 bytes: 4,096 + 4,096 + 1,024 = 9,216 on each of 16."""
    held = occupancy(prepared("per-tile").time(objects=True))
    assert held.tiles[CORE].peak_bytes == 9_216
    assert held.l1.peak_bytes == 16 * 9_216


def test_an_object_is_there_from_its_first_transfer_on():
    """Its buffer is acquired at once, but nothing is in it until the stream begins to move."""
    outcome = prepared("per-tile").time(spans=True)
    channels = [
        len(outcome.lowered.core_names) + place
        for place, name in enumerate(outcome.lowered.channel_names)
        if name.startswith(f"{CORE} S2MM")
    ]
    transfer = ACTIVITIES.index("transfer")
    spans = outcome.spans
    arrivals = spans[np.isin(spans[:, 0], channels) & (spans[:, 1] == transfer)]
    core = outcome.lowered.core_names.index(str(CORE))
    wait = ACTIVITIES.index("wait")
    acquired = spans[(spans[:, 0] == core) & (spans[:, 1] != wait)][:, 3].min()
    held = occupancy(outcome).tiles[CORE]
    # first C, which the core makes from when it has acquired it, then A and B as they come
    assert held.ticks[0] == acquired < arrivals[:, 3].min()
    assert held.held_bytes[0] == 1_024
    assert held.ticks[1] == arrivals[:, 3].min()
    assert held.held_bytes[1] == 1_024 + 4_096


def test_an_object_is_gone_with_its_release():
    """After the only call A and B are given back; C leaves, and another is cleared for a block
    that never comes: 1,024 bytes stay.
    """
    held = occupancy(prepared("per-tile").time(objects=True))
    assert held.tiles[CORE].held_bytes[-1] == 1_024
    assert held.tiles[Tile(0, 1)].held_bytes[-1] == 0


def test_a_steady_state_that_is_repeated_has_the_peaks_of_one_that_is_evaluated():
    design = prepared("whole-array", 1024, 1024, 1024)
    quick, slow = (design.time(objects=True, extrapolate=yes) for yes in (True, False))
    assert quick.extrapolated_steps > 0
    one, other = occupancy(quick), occupancy(slow)
    assert one.l1.peak_bytes == other.l1.peak_bytes
    assert one.l2.peak_bytes == other.l2.peak_bytes
    for tile, held in one.tiles.items():
        assert held.peak_bytes == other.tiles[tile].peak_bytes


@pytest.mark.parametrize("objects", [True, False])
def test_objects_are_noted_where_it_is_asked_for_and_change_no_figure(objects):
    design = prepared("fused-k", 64, 128, 256)
    outcome = design.time(objects=objects)
    assert bool(len(outcome.notes.objects)) is objects
    assert bool(len(occupancy(outcome).l1.ticks)) is objects
    plain = design.time()
    assert (outcome.ticks, outcome.steps) == (plain.ticks, plain.steps)
    assert outcome.usage.tolist() == plain.usage.tolist()


@FEW
@given(product=products())
def test_no_tile_ever_holds_more_than_is_reserved_or_less_than_nothing(product):
    plan = make_plan(*product)
    for found in simulate_plan(plan, DEVICE, objects=True).launches:
        held = occupancy(found.outcome)
        demand = memory_demand(found.planned.design)
        assert set(held.tiles) == set(demand)
        for tile, holding in held.tiles.items():
            assert 0 < holding.peak_bytes <= demand[tile]
            assert (holding.held_bytes >= 0).all()
            assert (np.diff(holding.ticks) > 0).all()
