"""Which step loses the bits: the error of an output, split over the steps that made it."""

from __future__ import annotations

import itertools
import math
from dataclasses import dataclass

import numpy as np

from tilescope.profiling.error_detail import power, snr_db
from tilescope.profiling.precision.chains import INPUT, Chain, Matrix

CLOSES_WITHIN = 0.10
"""The parts close where their powers together lie this near to the whole's."""


@dataclass(frozen=True)
class StepError:
    """What one step adds to the error.

    power: the mean square of what changes when, after the steps before it, the step is taken as it
    is instead of exactly, all later ones being exact; fraction: that over the whole error's power;
    snr_db: the signal over it, None where the step loses nothing; without_snr_db: the signal over
    the error of a chain with this step alone exact, None where nothing is left or the kernel takes
    no exact inputs.
    """

    step: str
    power: float
    fraction: float
    snr_db: float | None
    without_snr_db: float | None


@dataclass(frozen=True)
class Attribution:
    """The steps' parts and the whole. unexplained: the whole less the parts, over the whole.

    correlated: the two steps whose errors hang together most, with what their product adds to the
    whole's power, as a fraction; None where there are no two.
    """

    parts: tuple[StepError, ...]
    signal: float
    whole: float
    unexplained: float
    correlated: tuple[str, str, float] | None

    @property
    def closes(self) -> bool:
        """Whether the parts together come within a tenth of the whole."""
        return abs(self.unexplained) <= CLOSES_WITHIN

    @property
    def snr_db(self) -> float | None:
        """The whole's SNR."""
        return snr_db(self.signal, self.whole)

    @property
    def parts_snr_db(self) -> float | None:
        """The SNR that the parts would make if they were independent."""
        return snr_db(self.signal, sum(part.power for part in self.parts))


def attribute(chain: Chain, output: Matrix | None = None) -> Attribution:
    """The parts of the chain's error; `output` is the result with no step exact, where known."""
    exact = chain.exact_product
    steps = chain.steps
    signal = power(exact)
    stages = [exact]
    for number in range(1, len(steps)):
        stages.append(chain.run(frozenset(steps[number:])))
    whole = chain.run() if output is None else output
    stages.append(whole)
    # two stages that are equal but for float64's own rounding differ in nothing
    grain = np.finfo(np.float64).eps * chain.x.shape[1] * math.sqrt(signal)
    changes = [after - before for before, after in itertools.pairwise(stages)]
    changes = [np.where(np.abs(one) > grain, one, 0.0) for one in changes]
    total = power(whole - exact)
    parts = tuple(
        _part(chain, step, power(change), signal, total)
        for step, change in zip(steps, changes, strict=True)
    )
    unexplained = 1.0 - sum(part.fraction for part in parts) if total else 0.0
    return Attribution(parts, signal, total, unexplained, _correlated(steps, changes, total))


def _part(chain: Chain, step: str, lost: float, signal: float, total: float) -> StepError:
    left = total
    if lost and step == INPUT and not chain.input_may_be_exact:
        left = 0.0
    elif lost:
        left = power(chain.run(frozenset({step})) - chain.exact_product)
    without = snr_db(signal, left)
    return StepError(step, lost, lost / total if total else 0.0, snr_db(signal, lost), without)


def _correlated(
    steps: tuple[str, ...], changes: list[Matrix], total: float
) -> tuple[str, str, float] | None:
    if not total:
        return None
    pairs = [
        (steps[i], steps[j], 2.0 * float(np.mean(changes[i] * changes[j])) / total)
        for i, j in itertools.combinations(range(len(steps)), 2)
    ]
    return max(pairs, key=lambda pair: abs(pair[2]))
