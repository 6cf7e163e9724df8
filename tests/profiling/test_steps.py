"""Staircases in a series of times are found, and noise is none."""

import numpy as np
import pytest

from tilescope.profiling.steps import FEWEST, MOST_STEPS, find_steps


def level(us: float, count: int, seed: int = 0) -> list[float]:
    """Times about a level with 3 % of noise and a tail of late ones."""
    random = np.random.default_rng(seed)
    late = random.exponential(0.2, count) * (random.random(count) < 0.05)
    return list(us * (1 + 0.03 * random.standard_normal(count) + late))


def test_a_step_is_found_where_it_is() -> None:
    (step,) = find_steps(level(500, 43) + level(620, 57, seed=1))
    assert abs(step.after - 43) <= 2
    assert step.before_us == pytest.approx(500, rel=0.02)
    assert step.after_us == pytest.approx(620, rel=0.02)


def test_up_and_down_again_are_two_steps() -> None:
    steps = find_steps(level(500, 60) + level(700, 60, 1) + level(500, 60, 2))
    assert [round(step.after, -1) for step in steps] == [60, 120]
    assert [step.after_us > step.before_us for step in steps] == [True, False]


def test_noise_is_no_step() -> None:
    # The chance of one in 10,000 is taken for each series; 300 series should show none.
    assert [find_steps(level(500, 100, seed)) for seed in range(300)] == [()] * 300


def test_a_change_of_less_than_five_percent_is_not_named() -> None:
    assert find_steps([100.0] * 200 + [104.9] * 200) == ()
    assert len(find_steps([100.0] * 200 + [105.1] * 200)) == 1


def test_a_few_late_samples_at_the_end_are_outliers_and_no_step() -> None:
    assert find_steps([100.0] * 50 + [300.0] * (FEWEST - 1)) == ()


@pytest.mark.parametrize("count", [1, 2, 2 * FEWEST - 1])
def test_too_few_samples_have_no_steps(count: int) -> None:
    assert find_steps([float(value) for value in range(1, count + 1)]) == ()


def test_a_drift_is_told_in_a_few_steps() -> None:
    steps = find_steps(list(np.linspace(100, 1000, 2000)))
    assert 1 <= len(steps) <= MOST_STEPS
    assert all(step.after_us > step.before_us for step in steps)
