"""Does the smallest design meet the floor that hardware shows, once and only once?"""

from __future__ import annotations

from fractions import Fraction

import pytest

from tilescope.designs.elementwise import smallest_design
from tilescope.devices import load_device
from tilescope.simulation.simulate import simulate_design
from tilescope.targets.runtimes import load_runtime

FLOORS_US = {
    "xrt-linux": Fraction("124.2"),
    "xrt-linux:median": Fraction(117),
    "xrt-linux:min": Fraction(107),
    "allo-profile": Fraction(119),
    "allo-profile:min": Fraction(107),
    "allo-call": Fraction(27_290),
    "allo-call:median": Fraction(27_240),
}


def smallest_device_us(size_bytes: int) -> Fraction:
    """What the engine takes to add two buffers of so many bytes on one core."""
    design = smallest_design(size_bytes // 2, "bfloat16")
    return simulate_design(design, load_device("npu1")).device_us


@pytest.mark.parametrize(("runtime", "floor_us"), FLOORS_US.items())
def test_engine_and_submission_and_residual_meet_the_measured_floor(
    runtime: str, floor_us: Fraction
) -> None:
    costs = load_runtime(runtime, "npu1")
    device_us = smallest_device_us(costs.smallest_bytes)
    assert costs.floor_us == floor_us
    # submit and wait: device_us + submit_us + residual_us; a whole call also its files and start
    assert abs(costs.smallest_us(device_us) - floor_us) < Fraction(1, 10)


@pytest.mark.parametrize("runtime", ["xrt-linux", "allo-profile", "allo-profile:min"])
def test_a_floor_charged_on_top_of_the_engine_would_miss_by_all_that_the_engine_takes(
    runtime: str,
) -> None:
    costs = load_runtime(runtime, "npu1")
    device_us = smallest_device_us(costs.smallest_bytes)
    charged_twice = device_us + costs.floor_us
    assert charged_twice - costs.smallest_us(device_us) > 10  # µs: issue, fill and token


def test_the_smallest_launch_takes_on_the_array_what_a_traced_one_took() -> None:
    # a traced pass-through with two shim tasks took 11,781 cycles of 1.028 GHz, 11.46 µs; an
    # addition has a third task, 627 controller cycles of 600 MHz or 1.045 µs more to issue
    traced_us = 11_781 / 1028 + 627 / 600
    assert float(smallest_device_us(2048)) == pytest.approx(traced_us, rel=0.15)


def test_best_and_average_launch_differ_in_their_residual_alone() -> None:
    average, best = (load_runtime(name, "npu1") for name in ("allo-profile", "allo-profile:min"))
    assert average.submit_us == best.submit_us
    assert average.residual_us - best.residual_us == average.floor_us - best.floor_us == 12
