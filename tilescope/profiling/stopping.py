"""When there are enough samples: rules by name, ours found by entry point like anyone's.

A rule is asked between batches of samples, while no clock runs. Sampling ends once every rule that
was asked for agrees, or when the most time that it may take is over.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from tilescope import plugins
from tilescope.errors import InputError
from tilescope.quantities.names import check_choice
from tilescope.quantities.units import significant

GROUP = "tilescope.stopping_rules"
MAX_RUNS = 1_000_000
FEWEST_FOR_NOISE = 6  # all six lie on one side of the true median in 3 of 100 series
LATE_95 = 1.96  # standard deviations that hold 95 % of a normal distribution


class StoppingRule(Protocol):
    """Decides whether a series of samples is enough."""

    def enough(self, samples_us: Sequence[float]) -> bool:
        """Whether these samples, in µs in the order of taking, are enough."""
        ...

    def describe(self, samples_us: Sequence[float]) -> str:
        """How far these samples are, in a few words: `noise 1.4 % of at most 2 %`."""
        ...


@dataclass(frozen=True)
class Runs:
    """So many samples."""

    runs: float

    def __post_init__(self) -> None:
        if not (1 <= self.runs <= MAX_RUNS and self.runs == int(self.runs)):
            raise InputError(
                f"The number of runs is {significant(self.runs)}; it must be from 1 to "
                f"{MAX_RUNS:,}."
            )

    def enough(self, samples_us: Sequence[float]) -> bool:
        """Whether there are so many."""
        return len(samples_us) >= self.runs

    def describe(self, samples_us: Sequence[float]) -> str:
        """The number there is."""
        return f"{len(samples_us)} of {int(self.runs)} runs"


@dataclass(frozen=True)
class MinTime:
    """Samples that took so many seconds in all."""

    seconds: float

    def __post_init__(self) -> None:
        if not 0 < self.seconds < math.inf:
            raise InputError(f"The least time is {self.seconds} s; it must be more than 0.")

    def enough(self, samples_us: Sequence[float]) -> bool:
        """Whether they took that long."""
        return math.fsum(samples_us) >= self.seconds * 1e6

    def describe(self, samples_us: Sequence[float]) -> str:
        """The time they took."""
        taken = significant(math.fsum(samples_us) / 1e6)
        return f"{taken} s of at least {significant(self.seconds)} s"


@dataclass(frozen=True)
class MaxNoise:
    """Samples whose median is known to so many percent: half its 95 % interval over itself."""

    percent: float

    def __post_init__(self) -> None:
        if not 0 < self.percent < 100:
            raise InputError(
                f"The most noise is {self.percent} %; it must be above 0 and below 100."
            )

    def enough(self, samples_us: Sequence[float]) -> bool:
        """Whether the median is known well enough."""
        return noise(samples_us) * 100 <= self.percent

    def describe(self, samples_us: Sequence[float]) -> str:
        """How well it is known."""
        found = noise(samples_us) * 100
        told = f"{significant(found)} %" if found < math.inf else "not known yet"
        return f"noise {told}, at most {significant(self.percent)} % wanted"


def noise(samples_us: Sequence[float]) -> float:
    """Half the width of the median's 95 % interval over the median; infinite below six samples.

    The interval is that of ranks: each sample lies below the true median with a chance of a half,
    so about n/2 ± 0.98·√n of n samples do, in 19 cases of 20. It costs a sort, and no resampling.
    """
    count = len(samples_us)
    if count < FEWEST_FOR_NOISE:
        return math.inf
    low = math.floor((count - LATE_95 * math.sqrt(count)) / 2)
    ordered = sorted(samples_us)
    median = (ordered[(count - 1) // 2] + ordered[count // 2]) / 2
    return (ordered[-1 - low] - ordered[low]) / 2 / median if median else math.inf


def rule_names() -> tuple[str, ...]:
    """The names of the rules that are installed."""
    return tuple(plugins.load(GROUP))


def find_rule(name: str, value: float) -> StoppingRule:
    """A rule by name, at a value.

    Raises:
        InputError: there is no such rule, it cannot be imported, or it refuses the value.
    """
    rules = plugins.load(GROUP)
    rule: StoppingRule = rules[check_choice("stopping rule", name, tuple(rules))](value)
    return rule


def parse_rule(text: str) -> tuple[str, float]:
    """Read `NAME:VALUE`, as in max-noise:2.

    Raises:
        InputError: it is not of that form.
    """
    name, colon, value = text.partition(":")
    try:
        number = float(value)
    except ValueError:
        number = math.nan
    if not colon or not name or not math.isfinite(number):
        raise InputError(f"A stopping rule is NAME:VALUE, as in max-noise:2, not {text!r}.")
    return name, number
