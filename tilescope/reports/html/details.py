"""One case in detail: how it was laid out, its kernels, limits, errors and surroundings."""

from __future__ import annotations

from dataclasses import dataclass

from tilescope.quantities.units import format_error, significant
from tilescope.reports.bounds import limit_name
from tilescope.reports.cells import shape_cell
from tilescope.reports.html import figures
from tilescope.reports.html.baselines import Baseline, Sampled, baseline_of, sampled_of
from tilescope.reports.html.figures import Figure
from tilescope.reports.html.memories import MemoryView, memory_of
from tilescope.reports.screen import dtypes
from tilescope.runs.counters import ErrorDetail, StepLoss
from tilescope.runs.limits import Bound
from tilescope.runs.models import Case

LAUNCH = "launch"


@dataclass(frozen=True)
class KernelRow:
    """One kernel's share of a case."""

    name: str
    launches: Figure
    core_calls: Figure
    each: Figure | None
    whole: Figure | None


@dataclass(frozen=True)
class LimitRow:
    """The least time that one resource needs, and why."""

    by: str
    us: Figure | None
    basis: str
    decides: str


@dataclass(frozen=True)
class UlpRow:
    """How many outputs lie up to so many units in the last place off; share in %."""

    up_to: str
    count: str
    share: float


@dataclass(frozen=True)
class LossRow:
    """One step of the arithmetic: its share of the error's power in %, and its signal to noise."""

    step: str
    share: float
    told: str


@dataclass(frozen=True)
class ErrorView:
    """How the output differs from its reference, and which step of the arithmetic loses that."""

    facts: tuple[tuple[str, Figure], ...]
    losses: tuple[LossRow, ...]
    ulps: tuple[UlpRow, ...]
    reference: str


@dataclass(frozen=True)
class CaseDetails:
    """What a report says of one case beside its row of the table."""

    name: str
    kind: str
    facts: tuple[tuple[str, str | Figure | None], ...]
    notes: tuple[str, ...]
    kernels: tuple[KernelRow, ...]
    limits: tuple[LimitRow, ...]
    bound: Figure | None
    workload_bound: Figure | None
    error: ErrorView | None
    memory: MemoryView | None
    baseline: Baseline
    npu_samples: Sampled | None


def details_of(case: Case) -> CaseDetails:
    """The details that the run file has."""
    kind = case.npu_us.kind
    return CaseDetails(
        name=case.name,
        kind=kind,
        facts=tuple(_facts(case)),
        notes=case.notes,
        kernels=tuple(
            KernelRow(
                kernel.name,
                figures.count(kernel.launches, "launches"),
                figures.count(kernel.core_calls, "core_calls"),
                figures.time(kernel.per_launch_us, "npu_us", kind),
                figures.time(kernel.total_us, "npu_us", kind),
            )
            for kernel in case.kernels
        ),
        limits=tuple(_limits(case)),
        bound=figures.time(case.bound.us, "bound_us", kind) if case.bound else None,
        workload_bound=figures.time(case.bound.workload_us, "bound_us", kind)
        if case.bound
        else None,
        error=_error(case),
        memory=memory_of(case.memory, kind),
        baseline=baseline_of(case),
        npu_samples=sampled_of(case.npu_us),
    )


def _facts(case: Case) -> list[tuple[str, str | Figure | None]]:
    mapping = case.mapping
    kernel = [mapping.kernel, *filter(None, (mapping.emulation, mapping.toolchain))]
    told: dict[str, str | Figure | None] = {
        "what": case.description,
        "product": f"{shape_cell(case.shape)} (M×N×K), {dtypes(case)}",
        "padded to": shape_cell(case.padded) if case.padded else "",
        "on": f"{case.device}, runtime {case.runtime}",
        "mapping": f"{mapping.family}, ports {mapping.ports}",
        "block": f"{shape_cell(mapping.block)} on {mapping.grid.rows}×{mapping.grid.cols} cores",
        "core tile": shape_cell(mapping.core_tile),
        "mem tiles stage": f"{mapping.k_mt} of K" if mapping.k_mt else "",
        "B lies": "by columns" if mapping.b_layout == "column" else "",
        "kernel": ", ".join(kernel),
        "the array's part": figures.time(case.device_us, "device_us", case.npu_us.kind),
        "set-up, once": figures.time(case.setup_us, "setup_us", case.npu_us.kind),
    }
    return [(label, text) for label, text in told.items() if text]


def _limits(case: Case) -> list[LimitRow]:
    bound = case.bound
    if bound is None:
        return []
    return [
        LimitRow(
            limit_name(limit.by),
            figures.time(limit.us, "bound_us", case.npu_us.kind),
            limit.basis,
            _role(limit.by, bound),
        )
        for limit in bound.limits
    ]


def _role(by: str, bound: Bound) -> str:
    """What a limit is to the bound, which is the launches' and the largest of the array."""
    array = [limit for limit in bound.limits if limit.by != LAUNCH]
    largest = max(array, key=lambda limit: limit.us).by if array else None
    roles = ["the larger part"] if by == bound.by else []
    return ", ".join([*roles, *(["the array's largest"] if by == largest else [])])


def _error(case: Case) -> ErrorView | None:
    if case.max_rel_error is None:
        return None
    values = [
        ("largest", case.max_abs_error, ""),
        ("largest, relative", case.max_rel_error, ""),
    ]
    if (more := case.error) is not None:
        values += [
            ("root mean square", more.rms, ""),
            ("signal to noise", more.snr_db, " dB"),
        ]
        if more.cosine is not None:
            values.append(("1 - cosine", max(0.0, 1 - more.cosine), ""))
    return ErrorView(
        tuple(
            (label, Figure(_short(value) + unit, "error", "computed", f"{value:.6g}{unit}"))
            for label, value, unit in values
            if value is not None
        ),
        tuple(map(_loss, more.steps)) if more else (),
        _ulps(more) if more else (),
        case.reference or "",
    )


def _loss(loss: StepLoss) -> LossRow:
    alone = "loses nothing" if loss.snr_db is None else f"alone {loss.snr_db:.1f} dB"
    without = "" if loss.without_snr_db is None else f", without it {loss.without_snr_db:.1f} dB"
    told = f"{loss.step}: {loss.fraction * 100:.1f} % of the error's power, {alone}{without}"
    return LossRow(loss.step, 100 * loss.fraction, told)


def _ulps(error: ErrorDetail) -> tuple[UlpRow, ...]:
    whole = sum(one.count for one in error.ulps)
    return tuple(
        UlpRow(f"{one.up_to:,}", f"{one.count:,}", 100 * one.count / whole)
        for one in error.ulps
        if whole and one.count
    )


def _short(value: float) -> str:
    return significant(value) if value == 0 or abs(value) >= 1e-2 else format_error(value)
