"""Are launch costs exact, and does each step charge for each buffer?"""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

import pytest

from tilescope.targets.costs import RuntimeCosts, StepCost, exact


@pytest.fixture
def costs() -> RuntimeCosts:
    return RuntimeCosts(
        name="made-up",
        title="",
        summary="",
        device="npu1",
        statistic="avg",
        default_statistic="avg",
        floor_us=Fraction(100),
        floor_covers="launch",
        smallest_bytes=1000,
        setup_us=Fraction(7),
        submit_us=Fraction(40),
        residual_us=Fraction(50),
        call_us=Fraction(0),
        steps={
            "copy_in": StepCost(Fraction(0), Fraction(20)),
            "sync_in": StepCost(Fraction(2), Fraction(10)),
            "sync_out": StepCost(Fraction(3), Fraction(11)),
            "copy_out": StepCost(Fraction(0), Fraction(40)),
        },
        notes={},
        facts={},
        sources={},
    )


def test_a_decimal_of_the_page_is_taken_as_it_is_written() -> None:
    assert exact(10.6) == Fraction(106, 10)
    assert Fraction(10.6) != Fraction(106, 10)  # what a float would have made of it


def test_a_step_costs_its_fixed_part_and_its_rate_for_each_million_bytes() -> None:
    # 2 µs + 10 µs/MB · 16,384 B = 2.16384 µs
    assert StepCost(Fraction(2), Fraction(10)).us(16_384) == Fraction(216_384, 100_000)


def test_host_part_is_every_step_of_every_buffer(costs: RuntimeCosts) -> None:
    # in: (20 + 10) µs/MB and 2 µs for each of two buffers; out: (11 + 40) µs/MB and 3 µs
    expected = 30 * Fraction(5000, 10**6) + 2 * 2 + 51 * Fraction(1000, 10**6) + 3
    assert costs.host_us((4000, 1000), (1000,)) == expected


def test_a_runtime_without_steps_has_no_host_part(costs: RuntimeCosts) -> None:
    assert replace(costs, steps={}).host_us((4000, 1000), (1000,)) == 0


def test_launch_part_is_submission_residual_and_what_the_call_starts(costs: RuntimeCosts) -> None:
    assert costs.launch_us == 90
    assert replace(costs, call_us=Fraction(1000)).launch_us == 1090


def test_floor_of_a_launch_leaves_the_host_out(costs: RuntimeCosts) -> None:
    assert costs.smallest_us(Fraction(10)) == 10 + 40 + 50


def test_floor_of_a_call_takes_everything_in(costs: RuntimeCosts) -> None:
    call = replace(costs, floor_covers="call", call_us=Fraction(1000))
    host = call.host_us((1000, 1000), (1000,))
    assert call.smallest_us(Fraction(10)) == 10 + 40 + 50 + 1000 + host


def test_label_names_the_statistic_only_where_it_is_not_the_pages_own(
    costs: RuntimeCosts,
) -> None:
    assert costs.label == "made-up"
    assert replace(costs, statistic="min").label == "made-up:min"
