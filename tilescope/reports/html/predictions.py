"""Measured cases beside their predictions, each figure with its passport."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from tilescope.reports.html import figures
from tilescope.reports.html.figures import Figure
from tilescope.reports.predicted import PARTS, signed
from tilescope.runs.figures import BudgetTerm
from tilescope.runs.models import Case


@dataclass(frozen=True)
class PartView:
    """A part of a case's time, measured and predicted."""

    name: str
    measured: Figure | None
    predicted: Figure | None


@dataclass(frozen=True)
class PredictionView:
    """A measured case and what the simulation said of it."""

    name: str
    measured: Figure | None
    predicted: Figure | None
    error: Figure
    parts: tuple[PartView, ...]


def predictions_of(cases: Sequence[Case]) -> tuple[PredictionView, ...]:
    """A row for each case that was predicted."""
    return tuple(
        PredictionView(
            case.name,
            figures.median(case.npu_us, "npu_us"),
            figures.time(one.us, "predicted_us", "simulated"),
            Figure(signed(one.error), "prediction_error", "", f"{one.error:.6g}"),
            tuple(
                PartView(
                    label,
                    _part(case.budget, term, "budget", case.npu_us.kind),
                    _part(one.budget, term, "predicted_us", "simulated"),
                )
                for term, label in PARTS.items()
            ),
        )
        for case in cases
        if (one := case.predicted)
    )


def _part(budget: Sequence[BudgetTerm], term: str, passport: str, kind: str) -> Figure | None:
    us = next((part.us for part in budget if part.term == term), None)
    return figures.time(us, passport, kind)
