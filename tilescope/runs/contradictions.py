"""What a run file says of a case must hang together; where it does not, it was edited."""

from __future__ import annotations

import math

from tilescope.quantities.units import format_us
from tilescope.runs.models import Case, Run

TOLERANCE = 1e-6  # relative, of floats that were summed
TOLERANCE_US = 1e-3


def contradiction(run: Run) -> str | None:
    """The first contradiction in a run as a sentence without its full stop; None without any.

    A case's budget sums to its time, its time lies within its own least and most, a simulated
    time is its bound and the gap above it, a prediction beside a measured time has the error of the
    two, and speedup and rate follow from times and shape.
    """
    checks = (_of_budget, _of_range, _of_bound, _of_prediction, _of_ratios)
    for case in run.cases:
        if told := next((said for check in checks if (said := check(case))), None):
            return f"{told}; it was edited, or is not tilescope's"
    return None


def _of_budget(case: Case) -> str | None:
    parts_us, whole_us = math.fsum(term.us for term in case.budget), case.npu_us.median
    if not case.budget or _same(parts_us, whole_us):
        return None
    return (
        f"the terms of {case.name!r} sum to {format_us(parts_us)}, and its time is "
        f"{format_us(whole_us)}"
    )


def _of_range(case: Case) -> str | None:
    for time in (case.npu_us, case.baseline_us):
        if time and not (
            time.min <= time.median <= time.max
            or _same(time.min, time.median)
            or _same(time.median, time.max)
        ):
            return (
                f"a median of {case.name!r}, {format_us(time.median)}, lies outside "
                f"{format_us(time.min)} to {format_us(time.max)}"
            )
    return None


def _of_bound(case: Case) -> str | None:
    bound, whole_us = case.bound, case.npu_us.median
    if bound is None or case.npu_us.kind != "simulated":
        return None
    if _same(bound.us + bound.gap_us, whole_us):
        return None
    return (
        f"the bound of {case.name!r} is {format_us(bound.us)} and the gap above it "
        f"{format_us(bound.gap_us)}, and its time is {format_us(whole_us)}"
    )


def _of_prediction(case: Case) -> str | None:
    predicted, measured_us = case.predicted, case.npu_us.median
    if predicted is None:
        return None
    if case.npu_us.kind != "measured":
        return f"{case.name!r} is {case.npu_us.kind} and has a prediction beside it"
    error = (predicted.us - measured_us) / measured_us if measured_us else math.inf
    if math.isclose(error, predicted.error, rel_tol=TOLERANCE, abs_tol=TOLERANCE):
        return None
    return (
        f"the prediction of {case.name!r} is {format_us(predicted.us)}, its measured time "
        f"{format_us(measured_us)} and the error {predicted.error:+.4f}"
    )


def _of_ratios(case: Case) -> str | None:
    npu_us, shape = case.npu_us.median, case.shape
    if not npu_us:
        return None
    torch_us = case.baseline_us.median if case.baseline_us else None
    try:
        rate = 2 * shape.m * shape.n * shape.k / npu_us / 1e3
    except OverflowError:
        return f"{case.name!r} has more operations than any run could do"
    told = (
        ("speedup", case.speedup, torch_us / npu_us if torch_us is not None else None),
        ("rate, in 10^9 operations a second,", case.npu_gflops, rate),
    )
    for name, said, follows in told:
        if said is None or follows is None or math.isclose(said, follows, rel_tol=TOLERANCE):
            continue
        return (
            f"the {name} of {case.name!r} is {said:.4g}, and {follows:.4g} follows from its times"
        )
    return None


def _same(a_us: float, b_us: float) -> bool:
    return math.isclose(a_us, b_us, rel_tol=TOLERANCE, abs_tol=TOLERANCE_US)
