"""From what a search found to cases: the best run with data and verified, the others timed."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

from tilescope.designs.mapping import Mapping
from tilescope.designs.request import MappingRequest, resolve
from tilescope.errors import TilescopeError
from tilescope.kernels.catalog import BFLOAT16_EMULATIONS, FLOAT32_EMULATIONS
from tilescope.profiling.cases import profile_case
from tilescope.profiling.products import ProductSettings
from tilescope.profiling.recording import mapping_choice
from tilescope.quantities.dtypes import is_integer
from tilescope.runs.models import Case, MappingChoice
from tilescope.search.alternatives import Otherwise
from tilescope.search.commands import command
from tilescope.search.numerics import ErrorMeter
from tilescope.search.prices import LATENCY, THROUGHPUT
from tilescope.search.reasons import why
from tilescope.search.results import Alternative, Candidate, SearchedProduct
from tilescope.search.searching import Findings, Point
from tilescope.search.settings import SearchSettings
from tilescope.search.verifying import verify
from tilescope.targets.bounds import workload_bound
from tilescope.workloads.cases import LinearProjectionTestCase
from tilescope.workloads.gemm import Gemm

MOST_MACS = 1 << 36  # of a product whose best mapping is run with data

OUTSIDE = {LATENCY: (), THROUGHPUT: ("host", "launch")}
"""Budget terms that an objective's time leaves out."""

Notify = Callable[[str], None]


def finished(
    gemm: Gemm,
    findings: Findings,
    settings: SearchSettings,
    meter: ErrorMeter,
    kernels: Sequence[Mapping],
    otherwise: Sequence[Otherwise],
    notify: Notify,
) -> SearchedProduct:
    """The product's part of the answer; `kernels` are mappings that call each kernel considered.

    `otherwise`: the fastest that makes each of the best's choices otherwise.

    Raises:
        WrongResultError: the best mapping's output breaks its kernel's contract.
    """
    best_point = findings.ranked[0]
    on_front = {point.mapping for point in findings.front}
    points = list(findings.ranked)
    ranked = {point.mapping: place for place, point in enumerate(points, start=1)}
    points += [point for point in findings.front if point.mapping not in ranked]
    listed = {point.mapping for point in points}
    others = {one.point.mapping: one.point for one in otherwise if one.point.mapping not in listed}
    count, points = len(points), [*points, *others.values()]
    cases: list[Case] = []
    for point in points:
        notify(f"finishing {len(cases) + 1} of {len(points)}")
        with_data = point is best_point and _without_data(gemm, settings) is None
        cases.append(_case(gemm, point, settings, with_data=with_data))
    best = cases[0]
    made = [
        _candidate(
            gemm,
            case,
            point,
            settings,
            meter,
            rank=ranked.get(point.mapping),
            on_front=point.mapping in on_front,
            why=""
            if point is best_point
            else why(case, best, point.us, best_point.us, OUTSIDE[settings.objective]),
        )
        for case, point in zip(cases, points, strict=True)
    ]
    by_mapping = dict(zip((point.mapping for point in points), made, strict=True))
    candidates = tuple(made[:count])
    notify("printing the best design and reading it back")
    bound_us = min(_bound(gemm, base, settings) for base in kernels)
    return SearchedProduct(
        name=gemm.name,
        best=candidates[0],
        candidates=candidates,
        alternatives=tuple(
            Alternative(choice=one.choice, candidate=by_mapping[one.point.mapping])
            for one in otherwise
        ),
        considered=findings.counts.considered,
        pruned=findings.counts.pruned,
        simulated=findings.counts.simulated,
        bound_us=bound_us,
        times_bound=objective_us(best, settings) / bound_us,
        per_tile_us=_per_tile_us(gemm, settings, best_point.mapping),
        verified=verify(gemm, best_point.mapping, settings.device, _without_data(gemm, settings)),
        command=command_of(gemm, best_point.mapping, settings),
    )


def objective_us(case: Case, settings: SearchSettings) -> float:
    """The time of a case that the search ranks by."""
    if settings.objective == LATENCY:
        return case.npu_us.median
    assert case.device_us is not None  # every simulated case has it
    return case.device_us


def request_of(mapping: Mapping) -> MappingRequest:
    """What to ask for to get a mapping."""
    return request_of_choice(mapping_choice(mapping))


def request_of_choice(choice: MappingChoice) -> MappingRequest:
    """What to ask for to get the mapping that a case was run under."""
    per_tile = choice.family == "per-tile"
    floats = choice.emulation in FLOAT32_EMULATIONS
    tile = choice.core_tile
    return MappingRequest(
        family=choice.family,
        core_tile=(tile.m, tile.n, tile.k),
        grid=(choice.grid.rows, choice.grid.cols),
        ports=choice.ports,
        kernel=choice.kernel,
        emulation=str(choice.emulation) if floats else "safe",
        bf16=choice.emulation if choice.emulation in BFLOAT16_EMULATIONS else None,
        c_dtype=choice.c_dtype,
        k_mt=None if per_tile else choice.k_mt,
        c_depth=None if per_tile else choice.c_depth,
        b_layout=choice.b_layout or "row",
        toolchain=choice.toolchain or "peano",
    )


def command_of(gemm: Gemm, mapping: Mapping, settings: SearchSettings) -> str:
    """What to type to run a mapping."""
    case = LinearProjectionTestCase("gemm", gemm.m, gemm.n, gemm.k)
    profile = ProductSettings(
        op="gemm",
        device=settings.device_name,
        runtime=settings.runtime_name,
        dtype=gemm.dtype,
        mapping=request_of(mapping),
        seed=settings.seed,
        changes=settings.changes,
    )
    return command([case], profile)


def command_of_all(gemms: Sequence[Gemm], settings: SearchSettings) -> str | None:
    """What to type to run several products under their best mappings, None where nothing does.

    `--mapping best` looks for the least latency, among all families, with one way of float32.
    """
    limits, dtype = settings.limits, gemms[0].dtype
    unsaid = (limits.family, limits.b_layout, limits.kernel, limits.max_error)
    any_way = dtype == "float32" and limits.emulation is None
    if (
        len(gemms) == 1
        or settings.objective != LATENCY
        or any_way
        or any(one is not None for one in unsaid)
    ):
        return None
    request = MappingRequest(
        family="best",
        core_tile=limits.core_tile,
        grid=limits.grid,
        ports=limits.ports,
        bf16=limits.emulation if dtype == "bfloat16" else None,
        c_dtype=limits.c_dtype,
        k_mt=limits.k_mt,
        c_depth=limits.c_depth,
        toolchain=limits.toolchain,
    )
    if dtype == "float32":
        request = replace(request, emulation=str(limits.emulation))
    profile = ProductSettings(
        device=settings.device_name,
        runtime=settings.runtime_name,
        dtype=dtype,
        mapping=request,
        seed=settings.seed,
        changes=settings.changes,
    )
    return command([LinearProjectionTestCase(g.name, g.m, g.n, g.k) for g in gemms], profile)


def _without_data(gemm: Gemm, settings: SearchSettings) -> str | None:
    """Why the best mapping is not run with data; None where it is."""
    if settings.timing_only:
        return "only the time was asked for"
    if gemm.macs > MOST_MACS:
        return f"it takes more than {MOST_MACS:,} multiply-accumulates"
    return None


def _case(gemm: Gemm, point: Point, settings: SearchSettings, *, with_data: bool) -> Case:
    bench = replace(settings.bench(), timing_only=not with_data)
    return profile_case(gemm, point.mapping, bench, lambda text: None)


def _candidate(
    gemm: Gemm,
    case: Case,
    point: Point,
    settings: SearchSettings,
    meter: ErrorMeter,
    *,
    rank: int | None,
    on_front: bool,
    why: str,
) -> Candidate:
    if case.max_rel_error is not None:
        error, basis = case.max_rel_error, "its own output"
    else:
        error, basis = point.error, error_basis(gemm, meter)
    return Candidate.model_validate(
        {
            **dict(case),
            "rank": rank,
            "on_front": on_front,
            "moved_bytes": point.moved_bytes,
            "expected_error": error,
            "error_basis": basis,
            "why": why,
        }
    )


def error_basis(gemm: Gemm, meter: ErrorMeter) -> str:
    """What the errors of candidates that were not run with data were measured on."""
    if is_integer(gemm.dtype):
        return "whole numbers are exact in the kernel's units"
    taken = meter.taken_on
    if (taken.m, taken.n) == (gemm.m, gemm.n):
        return "its kernel, run on this product's data"
    return f"its kernel, run on the first {taken.m}×{taken.n} of this product's C"


def _bound(gemm: Gemm, base: Mapping, settings: SearchSettings) -> float:
    if settings.objective == LATENCY:
        return workload_bound(gemm, base, settings.device, settings.costs)
    from tilescope.designs.bounds import workload_bound_us

    return workload_bound_us(gemm, base, settings.device)


def _per_tile_us(gemm: Gemm, settings: SearchSettings, best: Mapping) -> float | None:
    """What per-tile takes by default with the kernel of the best; None where there is no such."""
    request = request_of(best)
    try:
        mapping = resolve(
            MappingRequest(
                family="per-tile",
                kernel=request.kernel,
                emulation=request.emulation,
                bf16=request.bf16,
                c_dtype=request.c_dtype,
                toolchain=request.toolchain,
            ),
            gemm,
            settings.device,
        )
        outcome = settings.npu.run(gemm, mapping)
    except TilescopeError:
        return None
    return outcome.npu_us if settings.objective == LATENCY else outcome.device_us
