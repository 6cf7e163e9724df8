"""The truth table: what each case takes here and there, and how far either can be trusted."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from tilescope.quantities.dtypes import is_integer
from tilescope.quantities.units import format_error, format_us, significant
from tilescope.reports.bounds import bounding, limit_name, percent
from tilescope.reports.budget import closing_percentages, largest_term, short
from tilescope.reports.cells import shape_cell
from tilescope.reports.html import figures
from tilescope.reports.html.figures import Figure
from tilescope.reports.screen import dtypes
from tilescope.reports.speedups import is_sure
from tilescope.runs.figures import Interval, SampledStatistics
from tilescope.runs.models import Case


@dataclass(frozen=True)
class TruthRow:
    """One case, or the totals of all; None for whatever was not obtained."""

    name: str
    shape: str
    dtype: str
    launches: Figure
    npu: Figure | None
    interval: Figure | None
    share: str
    torch: Figure | None
    torch_noise: str
    torch_missing: str
    speedup: Figure | None
    faster: bool
    bound: Figure | None
    bound_by: str
    gap: Figure | None
    reached: str
    workload_bound: Figure | None
    most: str
    error: Figure | None
    rate: Figure | None


@dataclass(frozen=True)
class TruthTable:
    """The rows in the order the cases ran, their totals, and what every row has in common."""

    rows: tuple[TruthRow, ...]
    totals: TruthRow
    has_torch: bool
    has_bound: bool
    has_interval: bool
    has_error: bool
    rate_unit: str


def truth_table(cases: Sequence[Case]) -> TruthTable:
    """The table of one case or more."""
    shares = closing_percentages([case.npu_us.median for case in cases])
    rows = tuple(_row(case, share) for case, share in zip(cases, shares, strict=True))
    return TruthTable(
        rows,
        _totals(cases),
        has_torch=any(case.baseline_us for case in cases),
        has_bound=any(case.bound for case in cases),
        has_interval=any(case.interval_us for case in cases),
        has_error=any(case.max_rel_error is not None for case in cases),
        rate_unit=rate_unit(cases),
    )


def rate_unit(cases: Sequence[Case]) -> str:
    """10^9 operations a second, by the name that the types' kind has."""
    return "GOPS" if all(is_integer(case.dtype) for case in cases) else "GFLOP/s"


def _row(case: Case, share: str) -> TruthRow:
    shape, bound = case.shape, case.bound
    most = largest_term([case])
    return TruthRow(
        name=case.name,
        shape=shape_cell(shape),
        dtype=dtypes(case),
        launches=figures.count(case.launches, "launches"),
        npu=figures.median(case.npu_us, "npu_us"),
        interval=_interval(case.interval_us),
        share=share,
        torch=figures.median(case.baseline_us, "baseline_us"),
        torch_noise=_noise(case.baseline_us),
        torch_missing=case.baseline_missing or "none was asked for",
        speedup=figures.ratio(case.speedup, "speedup"),
        faster=is_sure(case),
        bound=figures.time(bound.us, "bound_us", case.npu_us.kind) if bound else None,
        bound_by=limit_name(bound.by) if bound else "",
        gap=figures.time(bound.gap_us, "gap_us", case.npu_us.kind) if bound else None,
        reached=_reached(bound.us if bound else None, case.npu_us.median),
        workload_bound=None,
        most=short(most) if most else "",
        error=_error(case.max_rel_error),
        rate=_rate(case.npu_gflops, case.npu_us.kind),
    )


def _totals(cases: Sequence[Case]) -> TruthRow:
    npu_us = sum(case.npu_us.median for case in cases)
    kind = figures.common_kind(case.npu_us.kind for case in cases)
    torch = [case.baseline_us for case in cases if case.baseline_us]
    torch_us = sum(time.median for time in torch) if len(torch) == len(cases) else None
    bounds = [case.bound for case in cases if case.bound]
    workloads = [bound.workload_us for bound in bounds if bound.workload_us is not None]
    every_bound = len(bounds) == len(cases)
    operations = sum(2 * case.shape.m * case.shape.n * case.shape.k for case in cases)
    errors = [case.max_rel_error for case in cases if case.max_rel_error is not None]
    speedup = torch_us / npu_us if torch_us is not None and npu_us else None
    most = largest_term(cases)
    return TruthRow(
        name="total",
        shape="",
        dtype="",
        launches=figures.count(sum(case.launches for case in cases), "launches"),
        npu=figures.time(npu_us, "npu_us", kind),
        interval=None,
        share="100.0",
        torch=figures.time(
            torch_us, "baseline_us", figures.common_kind(time.kind for time in torch)
        ),
        torch_noise="",
        torch_missing="not every case has one",
        speedup=figures.ratio(speedup, "speedup"),
        faster=all(map(is_sure, cases)),
        bound=figures.time(sum(bound.us for bound in bounds), "bound_us", kind)
        if every_bound
        else None,
        bound_by=limit_name(most_bound) if (most_bound := bounding(cases)) else "",
        gap=figures.time(sum(bound.gap_us for bound in bounds), "gap_us", kind)
        if every_bound
        else None,
        reached=_reached(sum(bound.us for bound in bounds) if every_bound else None, npu_us),
        workload_bound=figures.time(sum(workloads), "bound_us", kind)
        if len(workloads) == len(cases)
        else None,
        most=short(most) if most else "",
        error=_error(max(errors) if errors else None),
        rate=_rate(operations / npu_us / 1e3 if npu_us else None, kind),
    )


def _noise(time: SampledStatistics | None) -> str:
    """`± 1.2 %`, half the median's interval over the median; nothing in older files."""
    if time is None or time.median_interval is None or not time.median:
        return ""
    known = time.median_interval
    return f"± {significant(50 * (known.high - known.low) / time.median)} %"


def _reached(bound_us: float | None, npu_us: float) -> str:
    return percent(bound_us / npu_us) if bound_us is not None and npu_us else ""


def _interval(interval: Interval | None) -> Figure | None:
    if interval is None:
        return None
    low, high = format_us(interval.low), format_us(interval.high)
    number, unit = low.split(" ")
    text = f"{number if high.endswith(f' {unit}') else low} to {high}"
    exact = f"{interval.low:,.6g} to {interval.high:,.6g} µs"
    return Figure(text, "interval_us", f"{interval.confidence * 100:.0f} % of measurements", exact)


def _error(error: float | None) -> Figure | None:
    if error is None:
        return None
    return Figure(format_error(error), "max_rel_error", "computed", f"{error:.6g}")


def _rate(rate: float | None, kind: str) -> Figure | None:
    if not rate:
        return None
    return Figure(significant(rate), "npu_gflops", kind, f"{rate:.6g} · 10⁹ operations/s")
