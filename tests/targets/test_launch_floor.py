"""Does the smallest design meet the floor that hardware shows, once and only once?"""

from __future__ import annotations

from fractions import Fraction

import pytest

from tilescope.designs.elementwise import smallest_design
from tilescope.devices import load_device
from tilescope.simulation.simulate import simulate_design
from tilescope.targets.costs import STATISTICS
from tilescope.targets.runtimes import load_runtime, runtime_devices, runtime_names

FLOORS_US = {
    ("allo-call", "npu1", "avg"): "27290",  # row m0247
    ("allo-call", "npu1", "median"): "27240",  # row m0246
    ("allo-profile", "npu1", "avg"): "119",
    ("allo-profile", "npu1", "min"): "107",
    ("iree", "npu2", "median"): "84.2",  # row m0727
    ("iree", "npu2", "min"): "83.3",  # row m0728
    ("xrt-linux", "npu1", "avg"): "124.2",  # 132, 107, 117, 148, 117, row m1069
    ("xrt-linux", "npu1", "median"): "117",
    ("xrt-linux", "npu1", "min"): "107",
    ("xrt-linux", "npu1:hawk-point", "avg"): "127.5",  # row m1143
    ("xrt-linux", "npu1:hawk-point", "min"): "120.7",  # row m1145
    ("xrt-linux", "npu2", "avg"): "106",  # row m1087
    ("xrt-linux", "npu2:strix-halo", "avg"): "108",  # rows m1087, m1058 less m1060
    ("xrt-python", "npu1", "avg"): "275",  # row m1123
    ("xrt-python", "npu2", "avg"): "82",  # row m0599
    ("xrt-windows", "npu1", "avg"): "110",  # row m1076
    ("xrt-windows", "npu2", "avg"): "144",  # row m0800
}


def smallest_device_us(size_bytes: int, device: str = "npu1") -> Fraction:
    """What the engine takes to add two buffers of so many bytes on one core."""
    design = smallest_design(size_bytes // 2, "bfloat16")
    return simulate_design(design, load_device(device)).device_us


def test_every_floor_of_every_page_is_tested_here() -> None:
    stated = {
        (name, device, statistic)
        for name in runtime_names()
        for device in runtime_devices(name)
        for statistic in STATISTICS
        if f"floor_us.{statistic}" in load_runtime(name, device).facts
    }
    assert stated == set(FLOORS_US)


@pytest.mark.parametrize(("page", "floor_us"), FLOORS_US.items())
def test_engine_and_submission_and_residual_meet_the_measured_floor(
    page: tuple[str, str, str], floor_us: str
) -> None:
    name, device, statistic = page
    costs = load_runtime(f"{name}:{statistic}", device)
    device_us = smallest_device_us(costs.smallest_bytes, device)
    assert costs.floor_us == Fraction(floor_us)
    # submit and wait: device_us + submit_us + residual_us; a whole call also its files and start
    assert abs(costs.smallest_us(device_us) - costs.floor_us) < Fraction(1, 10)


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
