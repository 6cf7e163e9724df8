"""The ledger: every row beside its prediction, and what the errors come to."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

import numpy as np

from tilescope.evidence.model import Model
from tilescope.evidence.predictions import Answer, Prediction
from tilescope.evidence.predictors import predict
from tilescope.evidence.records import Row

LAGGARDS = 5


@dataclass(frozen=True)
class Entry:
    """One row and what the model says about it."""

    row: Row
    answer: Answer

    @property
    def error(self) -> float | None:
        """(predicted − measured) ÷ measured, None where nothing was predicted."""
        if not isinstance(self.answer, Prediction):
            return None
        return self.answer.value / self.row.value - 1


@dataclass(frozen=True)
class Summary:
    """The errors of a group of rows; figures are shares, None where nothing was predicted."""

    name: str
    rows: int
    covered: int
    bias: float | None
    median: float | None
    p90: float | None
    worst: float | None
    laggards: tuple[Entry, ...]


def make_ledger(rows: Iterable[Row], model: Model | None = None) -> tuple[Entry, ...]:
    """Predict every row, in order."""
    judged = model or Model()
    return tuple(Entry(row, predict(row, judged)) for row in rows)


def summarise(name: str, entries: Iterable[Entry]) -> Summary:
    """How many of the rows are covered, and what their errors come to."""
    listed = tuple(entries)
    covered = [entry for entry in listed if entry.error is not None]
    if not covered:
        return Summary(name, len(listed), 0, None, None, None, None, ())
    signed = np.array([entry.error for entry in covered], dtype=float)
    absolute = np.abs(signed)
    order = np.argsort(-absolute, kind="stable")[:LAGGARDS]
    return Summary(
        name=name,
        rows=len(listed),
        covered=len(covered),
        bias=float(np.median(signed)),
        median=float(np.median(absolute)),
        p90=float(np.quantile(absolute, 0.9)),
        worst=float(absolute.max()),
        laggards=tuple(covered[place] for place in order),
    )


def group(entries: Iterable[Entry], key: Callable[[Entry], str]) -> tuple[Summary, ...]:
    """A summary for each value of a key, sorted by it."""
    groups: dict[str, list[Entry]] = {}
    for entry in entries:
        groups.setdefault(key(entry), []).append(entry)
    return tuple(summarise(name, groups[name]) for name in sorted(groups))
