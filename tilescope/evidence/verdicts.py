"""What two times say of each other: FAST, SLOW, SAME or AMBIGUOUS, and why.

A ratio is after over before. A measured one comes as an interval, and the verdict is where that
lies: beyond the threshold on one side, within it on both, or across an edge, which is AMBIGUOUS. A
simulated time is exact, and so is its ratio.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from tilescope.profiling.samples import CONFIDENCE, FEWEST_FOR_INTERVAL, resampled_medians

Word = Literal["FAST", "SLOW", "SAME", "AMBIGUOUS"]
WORDS: tuple[Word, ...] = ("SLOW", "FAST", "AMBIGUOUS", "SAME")

EXACT = "exact"
"""The reason of a verdict on simulated times, where nothing else is to be said."""

THRESHOLD = 0.03
BLOCKS = 20
"""Stretches that a long series falls into: what disturbs one sample disturbs its neighbours."""
PAIRS_PER_BLOCK = 10
FEWEST_FOR_BLOCKS = 100
DRAWS = 2000
DRAWN_AT_ONCE = 4_000_000

Logs = NDArray[np.float64]


@dataclass(frozen=True)
class Verdict:
    """What two times say of each other.

    ratio: after over before, None where there is none; low and high: its 95 % interval, the ratio
    itself where it is exact; p: the chance of such samples if both were alike (Mann-Whitney).
    """

    word: Word
    reason: str
    ratio: float | None = None
    low: float | None = None
    high: float | None = None
    p: float | None = None


def judge_exact(before_us: float, after_us: float, threshold: float = 0.0) -> Verdict:
    """The verdict on two times without noise: any difference beyond the threshold counts.

    A threshold t is a factor: up to 1 + t either way.
    """
    if before_us == after_us:
        return Verdict("SAME", "exactly equal", 1.0, 1.0, 1.0)
    if before_us <= 0 or after_us <= 0:
        return Verdict("AMBIGUOUS", "a time of 0 has no ratio")
    ratio = after_us / before_us
    word: Word = "SLOW" if ratio > 1 else "FAST"
    if max(ratio, 1 / ratio) <= 1 + threshold:
        return Verdict("SAME", "exact, within the threshold", ratio, ratio, ratio)
    return Verdict(word, EXACT, ratio, ratio, ratio)


def judge_samples(
    before_us: Sequence[float], after_us: Sequence[float], threshold: float = THRESHOLD
) -> Verdict:
    """The verdict on two series that were taken one after the other.

    A long series counts as the medians of twenty stretches of it, so that a disturbance which lasts
    over many samples is not taken for as many pieces of evidence.
    """
    if problem := _problem(before_us, after_us):
        return Verdict("AMBIGUOUS", problem)
    before, after = (np.sort(np.log(_stretches(times))) for times in (before_us, after_us))
    generators = np.random.default_rng(0).spawn(2)
    differences = resampled_medians(after, generator=generators[0]) - resampled_medians(
        before, generator=generators[1]
    )
    verdict = _judged(float(np.median(after) - np.median(before)), differences, threshold)
    return Verdict(
        verdict.word,
        f"{verdict.reason}; {len(before_us)} and {len(after_us)} samples",
        verdict.ratio,
        verdict.low,
        verdict.high,
        _mann_whitney(before_us, after_us),
    )


def judge_pairs(
    before_us: Sequence[float], after_us: Sequence[float], threshold: float = THRESHOLD
) -> Verdict:
    """The verdict on two series that were taken in turns: the n-th samples of both are neighbours.

    Each pair gives one ratio, of times that were taken within the same moment: whatever drifts more
    slowly drops out. The middle half of the ratios is averaged, so that what strikes single samples
    drops out as well, and the interval is that of drawing blocks of ten pairs. Fewer than a hundred
    pairs count by their median alone.

    Raises:
        ValueError: the series are not of one length.
    """
    if len(before_us) != len(after_us):
        raise ValueError("pairs need series of one length")
    if problem := _problem(before_us, after_us):
        return Verdict("AMBIGUOUS", problem)
    ratios = np.log(np.asarray(after_us)) - np.log(np.asarray(before_us))
    if len(ratios) < FEWEST_FOR_BLOCKS:
        verdict = _judged(float(np.median(ratios)), resampled_medians(np.sort(ratios)), threshold)
    else:
        verdict = _judged(float(_middle(ratios[None])[0]), _drawn_middles(ratios), threshold)
    return Verdict(
        verdict.word,
        f"{verdict.reason}; {len(before_us)} pairs",
        verdict.ratio,
        verdict.low,
        verdict.high,
    )


def geometric_mean(ratios: Sequence[float]) -> float | None:
    """The n-th root of the product of n ratios; None of none."""
    if not ratios:
        return None
    return math.exp(math.fsum(map(math.log, ratios)) / len(ratios))


def _judged(difference: float, drawn: Logs, threshold: float) -> Verdict:
    """The word for a difference of logarithms, by where its interval lies."""
    edge = math.log1p(threshold)
    low, high = np.quantile(drawn, [(1 - CONFIDENCE) / 2, (1 + CONFIDENCE) / 2])
    word: Word
    if low > edge:
        word, reason = "SLOW", "the whole interval is slower than the threshold"
    elif high < -edge:
        word, reason = "FAST", "the whole interval is faster than the threshold"
    elif -edge <= low and high <= edge:
        word, reason = "SAME", "the whole interval is within the threshold"
    else:
        word, reason = "AMBIGUOUS", "the interval reaches across the threshold; take more samples"
    return Verdict(word, reason, math.exp(difference), math.exp(low), math.exp(high))


def _drawn_middles(ratios: Logs) -> Logs:
    """The middles of series that are made of blocks of this one, drawn with replacement."""
    count = len(ratios) // PAIRS_PER_BLOCK
    blocks = ratios[: count * PAIRS_PER_BLOCK].reshape(count, PAIRS_PER_BLOCK)
    generator = np.random.default_rng(0)
    rows = max(DRAWN_AT_ONCE // len(ratios), 1)
    middles = []
    for start in range(0, DRAWS, rows):
        drawn = generator.integers(0, count, (min(rows, DRAWS - start), count))
        middles.append(_middle(blocks[drawn].reshape(len(drawn), -1)))
    return np.concatenate(middles)


def _middle(rows: Logs) -> Logs:
    """The mean of the middle half of each row."""
    count = rows.shape[1]
    cut = count // 4
    ends = [cut, count - 1 - cut]
    middle: Logs = np.partition(rows, ends, axis=1)[:, cut : count - cut].mean(axis=1)
    return middle


def _problem(before_us: Sequence[float], after_us: Sequence[float]) -> str | None:
    """Why two series give no interval; None where they do."""
    fewest = min(len(before_us), len(after_us))
    if fewest < FEWEST_FOR_INTERVAL:
        few = "1 sample is" if fewest == 1 else f"{fewest} samples are"
        return f"{few} too few; an interval needs {FEWEST_FOR_INTERVAL}"
    if min(*before_us, *after_us) <= 0:
        return "a sample of 0 has no ratio"
    return None


def _stretches(times_us: Sequence[float]) -> Logs:
    return _medians(times_us, BLOCKS if len(times_us) >= 2 * BLOCKS else len(times_us))


def _medians(times_us: Sequence[float], blocks: int) -> Logs:
    """The medians of that many stretches, as equal in length as can be."""
    stretches = np.array_split(np.asarray(times_us, dtype=np.float64), blocks)
    return np.array([np.median(stretch) for stretch in stretches])


def _mann_whitney(before_us: Sequence[float], after_us: Sequence[float]) -> float:
    from scipy.stats import mannwhitneyu

    return float(mannwhitneyu(before_us, after_us, method="asymptotic").pvalue)
