"""What two times say of each other."""

import math

import numpy as np
import pytest

from tilescope.evidence.verdicts import (
    geometric_mean,
    judge_exact,
    judge_pairs,
    judge_samples,
)


def times(us: float, count: int, seed: int, noise: float = 0.05) -> list[float]:
    """Times about a median with noise, and one in twenty late by half."""
    random = np.random.default_rng(seed)
    late = 0.5 * (random.random(count) < 0.05)
    return list(us * (np.exp(noise * random.standard_normal(count)) + late))


def test_simulated_times_that_are_equal_are_the_same_and_no_others() -> None:
    assert judge_exact(100.0, 100.0).word == "SAME"
    assert judge_exact(100.0, math.nextafter(100.0, 101)).word == "SLOW"
    assert judge_exact(100.0, math.nextafter(100.0, 99)).word == "FAST"


@pytest.mark.parametrize(
    ("after", "word"),
    [(103.0, "SAME"), (103.1, "SLOW"), (100 / 1.03, "SAME"), (97.0, "FAST")],
)
def test_a_threshold_is_a_factor_either_way(after: float, word: str) -> None:
    # Up to 1.03 times as long, and down to 1/1.03 = 0.9709 of it.
    assert judge_exact(100.0, after, 0.03).word == word


def test_a_time_of_nothing_has_no_ratio() -> None:
    assert judge_exact(0.0, 0.0).word == "SAME"
    verdict = judge_exact(0.0, 1.0)
    assert (verdict.word, verdict.ratio) == ("AMBIGUOUS", None)


def test_the_same_samples_are_the_same() -> None:
    # 1,000 samples: σ of the median is 1.2533·5 %/√1000 = 0.2 %, of the ratio 0.28 %.
    verdict = judge_samples(times(100, 1000, 1), times(100, 1000, 2))
    assert verdict.word == "SAME"
    assert verdict.low is not None
    assert verdict.high is not None
    assert verdict.low < 1 < verdict.high or verdict.ratio == pytest.approx(1, abs=0.01)


def test_five_percent_is_slow_and_its_inverse_fast() -> None:
    before, after = times(100, 1000, 1), times(105, 1000, 2)
    slow, fast = judge_samples(before, after), judge_samples(after, before)
    assert (slow.word, fast.word) == ("SLOW", "FAST")
    assert slow.ratio == pytest.approx(1.05, rel=0.01)
    assert slow.p is not None
    assert slow.p < 1e-10


def test_three_percent_cannot_be_told_from_the_threshold_of_three() -> None:
    verdict = judge_samples(times(100, 200, 1), times(103, 200, 2))
    assert verdict.word == "AMBIGUOUS"
    assert "take more samples" in verdict.reason


def test_a_wider_threshold_makes_the_same_samples_the_same() -> None:
    before, after = times(100, 1000, 1), times(105, 1000, 2)
    assert judge_samples(before, after, 0.10).word == "SAME"


@pytest.mark.parametrize(("count", "word"), [(4, "AMBIGUOUS"), (5, "SLOW")])
def test_five_samples_are_the_fewest_that_judge(count: int, word: str) -> None:
    before, after = [100.0] * count, [200.0] * count
    assert judge_samples(before, after).word == word
    assert judge_pairs(before, after).word == word


def test_a_disturbance_over_many_samples_is_one_piece_of_evidence() -> None:
    # 400 of 1,000 late samples in one stretch leave the median alone, but not its certainty: as
    # 1,000 independent samples they would be; as 20 stretches, of which 8 are late, they are not.
    disturbed = times(100, 600, 1) + times(130, 400, 2)
    verdict = judge_samples(times(100, 1000, 3), disturbed)
    assert verdict.word == "AMBIGUOUS"


def test_a_sample_of_nothing_judges_nothing() -> None:
    verdict = judge_samples([0.0] + [1.0] * 9, [1.0] * 10)
    assert (verdict.word, verdict.ratio) == ("AMBIGUOUS", None)


def test_what_both_drift_by_drops_out_of_pairs() -> None:
    # Both slow down twofold over the series; one after the other that would be SLOW.
    drift = np.linspace(1, 2, 1000)
    before = list(np.array(times(100, 1000, 1)) * drift)
    after = list(np.array(times(100, 1000, 2)) * drift)
    assert judge_pairs(before, after).word == "SAME"
    slow = judge_pairs(before, list(np.array(after) * 1.05))
    assert slow.word == "SLOW"
    assert slow.ratio == pytest.approx(1.05, rel=0.01)


def test_steps_that_strike_both_drop_out_of_pairs() -> None:
    levels = np.repeat([1.0, 3.0, 1.0, 2.0], 250)
    before = list(np.array(times(100, 1000, 1)) * levels)
    after = list(np.array(times(105, 1000, 2)) * levels)
    assert judge_pairs(before, after).word == "SLOW"


def test_pairs_that_are_no_pairs_are_a_fault() -> None:
    with pytest.raises(ValueError, match="one length"):
        judge_pairs([1.0] * 5, [1.0] * 6)


def test_alike_and_five_percent_slower_are_told_apart_in_nineteen_of_twenty_series() -> None:
    # 1,000 pairs with 7 % of noise: the middle is known to 1.09·√2·7 %/√1000 = 0.34 %, its interval
    # is ± 0.67 %, and 5 % lies 1.9 % beyond the threshold. Of 60 series each, 57 are the least.
    words = []
    for seed in range(60):
        before, after = times(100, 1000, 2 * seed, 0.07), times(100, 1000, 2 * seed + 1, 0.07)
        alike = judge_pairs(before, after).word
        slower = judge_pairs(before, list(np.array(after) * 1.05)).word
        words.append((alike, slower))
    assert sum(alike == "SAME" for alike, _ in words) >= 57
    assert sum(slower == "SLOW" for _, slower in words) >= 57


def test_the_geometric_mean_of_a_ratio_and_its_inverse_is_one() -> None:
    assert geometric_mean([2.0, 0.5]) == pytest.approx(1.0)
    assert geometric_mean([2.0, 8.0]) == pytest.approx(4.0)
    assert geometric_mean([]) is None
