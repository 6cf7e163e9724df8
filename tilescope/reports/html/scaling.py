"""A run over batches or sequence lengths: time and rate over rows, and where the NPU is ahead."""

from __future__ import annotations

import base64
from dataclasses import dataclass

from tilescope.profiling.crossovers import find_crossover
from tilescope.reports.scaling import crossover_text, goes_over_rows, together
from tilescope.reports.scaling_plot import SIZE, scaling_svg
from tilescope.runs.models import Run


@dataclass(frozen=True)
class ScalingView:
    """The picture as a data URI, with what it shows in words."""

    source: str
    width: int
    height: int
    alt: str
    told: str
    several: bool


def scaling_of(run: Run) -> ScalingView | None:
    """The picture of a run over rows; None of any other run."""
    if not goes_over_rows(run):
        return None
    points = together(run.cases)
    rows = [point[0].shape.m for point in points]
    found = find_crossover(points)
    told = f"NPU faster than PyTorch: {crossover_text(found)}." if found else ""
    picture = base64.b64encode(scaling_svg(run).encode()).decode()
    alt = f"Time and rate at {len(rows)} numbers of rows from {rows[0]:,} to {rows[-1]:,}. {told}"
    return ScalingView(
        f"data:image/svg+xml;base64,{picture}",
        *SIZE,
        alt.rstrip(),
        told,
        len(points[0]) > 1,
    )
