"""Is a case's bound below its time, named for its largest part, and never passed?"""

from __future__ import annotations

import pytest

from tilescope.designs.bounds import DeviceLimit
from tilescope.designs.mapping import Mapping, choose_mapping
from tilescope.devices import load_device
from tilescope.targets.bounds import (
    bounded_by,
    case_bound,
    launch_floor_us,
    workload_bound,
)
from tilescope.targets.runtimes import load_runtime
from tilescope.targets.simulated import SimulatedNpu
from tilescope.workloads import Gemm, LlamaBlockConfig

NPU1 = load_device("npu1")
XRT = load_runtime("xrt-linux", "npu1")


def small() -> tuple[Gemm, Mapping]:
    return (
        Gemm("small", 64, 64, 64, "bfloat16"),
        Mapping("fused-k", (16, 16, 64), (4, 4), emulation=None),
    )


def test_a_launch_costs_its_submission_and_its_copies_whatever_the_array_does() -> None:
    """41.57 + 67.83 to launch; 8 KiB in twice at 17.9 + 10.6 µs/MB, 16 KiB out at 11.6 + 39.3.

    Each buffer's sync has 2.6 µs besides.
    """
    copies = 2 * 8192 / 1e6 * (17.9 + 10.6) + 16384 / 1e6 * (11.6 + 39.3)
    floor = launch_floor_us(*small(), XRT)
    assert float(floor) == pytest.approx(41.57 + 67.83 + copies + 3 * 2.6)


def test_the_bound_is_the_launch_floor_and_the_busiest_resource_and_the_gap_is_the_rest() -> None:
    outcome = SimulatedNpu().run(*small())
    bound = outcome.bound
    assert bound is not None
    launch, *array = bound.limits
    assert launch.by == "launch"
    assert bound.us == pytest.approx(launch.us + max(limit.us for limit in array))
    assert bound.us + bound.gap_us == pytest.approx(outcome.npu_us)
    assert bound.gap_us >= 0
    assert bound.by == "launch"
    assert all(limit.basis for limit in bound.limits)


def test_a_time_below_the_bound_is_an_error_and_not_a_figure() -> None:
    gemm, mapping = small()
    bound = SimulatedNpu().run(gemm, mapping).bound
    assert bound is not None
    at_the_bound = case_bound(gemm, mapping, NPU1, XRT, bound.us)
    assert at_the_bound.gap_us == 0
    with pytest.raises(RuntimeError, match="less than the bound"):
        case_bound(gemm, mapping, NPU1, XRT, bound.us - 0.001)


@pytest.mark.parametrize(
    ("floor_us", "by"),
    [
        (40.0, "launch"),  # the launch is most of 40 + 35
        (10.0, "compute"),  # the cores' 25 of their 35 are more than the controller's 20
    ],
)
def test_a_bound_is_named_for_its_largest_part(floor_us: float, by: str) -> None:
    limits = (
        DeviceLimit("issue", 30.0, 20.0, ""),
        DeviceLimit("compute", 35.0, 25.0, ""),
        DeviceLimit("ddr", 20.0, 15.0, ""),
    )
    assert bounded_by(floor_us, limits) == by


def test_an_array_that_mostly_waits_for_its_controller_is_bound_by_issue() -> None:
    """22 µs of instructions stand around 3 µs of calls."""
    limits = (DeviceLimit("issue", 22.0, 22.0, ""), DeviceLimit("compute", 25.0, 3.0, ""))
    assert bounded_by(0.0, limits) == "issue"


@pytest.mark.parametrize("name", ["npu1", "npu2"])
def test_no_mapping_of_a_projection_beats_the_bound_of_its_workload(name: str) -> None:
    npu = SimulatedNpu(name)
    for gemm in LlamaBlockConfig().linear_projections("bfloat16"):
        for family, ports in (("whole-array", "spread"), ("fused-k", "single")):
            mapping = choose_mapping(gemm, family, npu.device, ports=ports)
            took_us = npu.run(gemm, mapping).npu_us
            assert workload_bound(gemm, mapping, npu.device, npu.costs) < took_us


def test_a_bound_never_stands_above_a_time_that_it_is_but_for_rounding() -> None:
    """A picosecond less or more is the arithmetic of floats; a nanosecond more is a gap."""
    gemm, mapping = small()
    bound_us = case_bound(gemm, mapping, NPU1, XRT, 1e6).us
    for off_us in (-1e-6, 0.0, 1e-6):
        found = case_bound(gemm, mapping, NPU1, XRT, bound_us + off_us)
        assert (found.us, found.gap_us) == (bound_us + off_us, 0.0)
    found = case_bound(gemm, mapping, NPU1, XRT, bound_us + 1e-3)
    assert (found.us, found.gap_us) == (bound_us, pytest.approx(1e-3))
