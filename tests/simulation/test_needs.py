"""Does no resource of a design need more than the design takes, and each what it does?"""

import pytest
from hypothesis import given

from tests.simulation.products import DEVICE, products
from tests.simulation.test_laws import FEW
from tilescope.designs.elementwise import smallest_design
from tilescope.designs.plan import make_plan
from tilescope.designs.product_bounds import LIMITS
from tilescope.designs.streaming import copy_design
from tilescope.simulation.needs import resource_needs
from tilescope.simulation.simulate import simulate_design, simulate_plan


@FEW
@given(product=products())
def test_no_resource_needs_more_than_its_design_takes(product):
    plan = make_plan(*product)
    for launch in simulate_plan(plan, DEVICE).launches:
        needs = resource_needs(launch.planned.design, DEVICE, launch.outcome)
        assert [need.by for need in needs] == list(LIMITS)
        assert all(0 < need.us <= launch.outcome.device_us for need in needs)


def test_a_small_addition_is_bound_by_its_controller():
    """Three transfers and the last token, 3 × 627 + 4669 = 6550 cycles of 600 MHz."""
    design = smallest_design(64, "float32")
    needs = resource_needs(design, DEVICE, simulate_design(design, DEVICE))
    most = max(needs, key=lambda need: need.us)
    assert most.by == "issue"
    assert most.us == pytest.approx(6550 / 600)


def test_a_design_without_cores_needs_none():
    """A copy of 1 MiB reads and writes 2 MiB: 2,097,152 B at 17.52 GB/s and its runs."""
    design = copy_design(1 << 18, "int32", 4)
    outcome = simulate_design(design, DEVICE)
    needs = {need.by: need for need in resource_needs(design, DEVICE, outcome)}
    assert set(needs) == {"issue", "ddr", "shim_port", "mem_tile_port"}
    runs = len(design.tasks)  # each one run
    served_us = (2 * (1 << 20) / DEVICE.ddr_gbps + runs * DEVICE.ddr_run_ns) / 1000
    assert needs["ddr"].us == pytest.approx(served_us, rel=2e-5)
