"""Does the budget close, and do the kernels' shares sum to the whole?"""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tilescope.runs.terms import ARRAY_TERMS, SIMULATED_TERMS
from tilescope.targets.composition import LaunchTimes, apportion, compose
from tilescope.targets.runtimes import load_runtime

TILE_BYTES = 64 * 64 * 4


def launch(
    kernel: str,
    count: int,
    device_us: float | Fraction,
    budget_us: Mapping[str, float | Fraction],
    core_calls: Mapping[str, int],
) -> LaunchTimes:
    """A launch with two tiles in and one out."""
    inputs, outputs = (TILE_BYTES, TILE_BYTES), (TILE_BYTES,)
    return LaunchTimes(kernel, count, device_us, budget_us, core_calls, inputs, outputs)


def seed_launches() -> tuple[LaunchTimes, LaunchTimes]:
    """q_proj under the seed's mapping: 1 × 15 × 12 launches of each of two kernels."""
    matmul = launch(
        "linear_matmul",
        180,
        Fraction(20),
        {"issue": Fraction(5), "compute": Fraction(7), "sync": Fraction(8)},
        {"linear_matmul": 16, "linear_zero": 16},
    )
    accumulate = launch(
        "linear_accumulate",
        180,
        Fraction(16),
        {"issue": Fraction(4), "shim_port": Fraction(4), "sync": Fraction(8)},
        {"linear_accumulate": 8},
    )
    return matmul, accumulate


def decimal_sum(values: list[float]) -> Decimal:
    return sum((Decimal(repr(value)) for value in values), Decimal(0))


def test_budget_is_count_times_each_launchs_parts() -> None:
    costs = load_runtime("xrt-linux", "npu1")
    result = compose(seed_launches(), costs, tiles=180)
    assert list(result.budget) == list(SIMULATED_TERMS)
    assert result.budget["issue"] == 180 * (5 + 4)
    assert result.budget["sync"] == 180 * (8 + 8)
    host_us = costs.host_us((TILE_BYTES, TILE_BYTES), (TILE_BYTES,))
    assert result.budget["host"] == float(360 * host_us)
    assert result.budget["launch"] == float(360 * costs.launch_us)
    assert result.device_us == 180 * 36


def test_budget_and_shares_each_sum_to_the_whole_to_the_last_digit() -> None:
    result = compose(seed_launches(), load_runtime("xrt-linux", "npu1"), tiles=180)
    whole = Decimal(repr(result.npu_us))
    assert decimal_sum(list(result.budget.values())) == whole
    assert decimal_sum([share.total_us for share in result.kernels]) == whole


def test_launches_and_core_calls_are_counted_by_kernel() -> None:
    result = compose(seed_launches(), load_runtime("allo-profile", "npu1"), tiles=180)
    assert result.launches == 360
    matmul, accumulate = result.kernels
    assert (matmul.name, matmul.launches, matmul.core_calls) == ("linear_matmul", 180, 2880)
    assert (accumulate.launches, accumulate.core_calls) == (180, 8 * 180)
    assert matmul.per_launch_us == pytest.approx(matmul.total_us / 180, abs=1e-9)


def test_a_fused_launch_counts_the_matmul_calls_inside_it() -> None:
    fused = launch("linear_fused", 1, 5, {"compute": 5}, {"linear_zero": 16, "linear_matmul": 192})
    result = compose((fused,), load_runtime("allo-profile", "npu1"), tiles=12)
    assert (result.kernels[0].core_calls, result.launches, result.tiles) == (192, 1, 12)


def test_set_up_is_paid_once_for_each_design_and_is_no_part_of_the_time() -> None:
    costs = load_runtime("xrt-linux", "npu1")
    result = compose(seed_launches(), costs, tiles=180)
    assert result.setup_us == 2 * 3400
    assert result.npu_us == pytest.approx(
        float(360 * (costs.launch_us + costs.host_us((TILE_BYTES,) * 2, (TILE_BYTES,))) + 6480)
    )


def test_a_plan_of_two_designs_says_that_switching_between_them_is_left_out() -> None:
    costs = load_runtime("xrt-linux", "npu1")
    both = compose(seed_launches(), costs, tiles=180).notes
    one = compose(seed_launches()[:1], costs, tiles=180).notes
    assert both == (costs.notes["always"], costs.notes["alternating"])
    assert one == (costs.notes["always"],)


def test_terms_that_do_not_sum_to_the_launch_are_a_fault_of_the_engine() -> None:
    fused = launch("linear_fused", 1, 6.0, {"compute": 5.0}, {})
    with pytest.raises(RuntimeError, match=r"terms sum to -1\.0 µs more"):
        compose((fused,), load_runtime("allo-profile", "npu1"), tiles=1)


def test_a_term_that_is_not_in_the_vocabulary_is_a_fault_of_the_engine() -> None:
    fused = launch("linear_fused", 1, 5.0, {"thinking": 5.0}, {})
    with pytest.raises(RuntimeError, match="thinking"):
        compose((fused,), load_runtime("allo-profile", "npu1"), tiles=1)


@given(st.lists(st.fractions(min_value=0, max_value=10**9), max_size=12))
def test_whole_picoseconds_sum_to_the_rounded_whole_and_none_is_off_by_more_than_one(
    parts: list[Fraction],
) -> None:
    shares = apportion(parts)
    assert sum(shares) == round(sum(parts, Fraction(0)) * 10**6)
    assert all(abs(share - part * 10**6) <= 1 for share, part in zip(shares, parts, strict=True))


@given(
    st.lists(st.floats(min_value=0, max_value=1e6), min_size=8, max_size=8),
    st.integers(min_value=1, max_value=1000),
)
def test_any_budget_closes(terms: list[float], count: int) -> None:
    budget = dict(zip(ARRAY_TERMS, terms, strict=True))
    total = sum((Fraction(term) for term in terms), Fraction(0))
    fused = launch("linear_matmul", count, total, budget, {})
    result = compose((fused,), load_runtime("allo-call", "npu1"), tiles=1)
    assert decimal_sum(list(result.budget.values())) == Decimal(repr(result.npu_us))
