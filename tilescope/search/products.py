"""Searches of products: one by one, each shape once, and the whole as one answer."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from tilescope.designs.mapping import Mapping
from tilescope.errors import InputError
from tilescope.profiling import provenance
from tilescope.search.alternatives import Otherwise, alternatives
from tilescope.search.finishing import command_of_all, finished, objective_us
from tilescope.search.fusing import fused_products
from tilescope.search.judging import Judge
from tilescope.search.nothing import refuse
from tilescope.search.numerics import ErrorMeter
from tilescope.search.results import Candidate, Fusion, SearchedProduct, SearchRun
from tilescope.search.searching import Findings, ProductSearch
from tilescope.search.settings import SearchSettings
from tilescope.search.space import groups, kernels
from tilescope.search.states import SearchState
from tilescope.workloads.gemm import Gemm

Notify = Callable[[str], None]


@dataclass(frozen=True)
class _Searched:
    findings: Findings
    meter: ErrorMeter
    kernels: tuple[Mapping, ...]
    otherwise: tuple[Otherwise, ...]


def search(
    workload: str,
    gemms: Sequence[Gemm],
    settings: SearchSettings,
    *,
    state: SearchState | None = None,
    notify: Notify = lambda text: None,
    fuse: bool = True,
) -> SearchRun:
    """The best mapping of each product, and of those fused that take the same A.

    Of one product alone, also the fastest that makes each of the best's choices otherwise. What an
    interruption leaves in `state` is not simulated again.

    Raises:
        InputError: limits that contradict each other, or that leave nothing legal.
        WrongResultError: an output that breaks its kernel's contract.
    """
    if not gemms:
        raise InputError("There is no product to search for.")
    settings.check(gemms[0].dtype)
    kept = state or SearchState("", None)
    fused = fused_products(gemms) if fuse and len(gemms) > 1 else []
    work = [*gemms, *(gemm for gemm, _ in fused)]
    searched: dict[tuple[int, int, int], _Searched] = {}
    found: dict[str, SearchedProduct] = {}
    for number, gemm in enumerate(work, start=1):
        heard = _prefixed(notify, f"{gemm.name} ({number} of {len(work)}): ")
        shape = (gemm.m, gemm.n, gemm.k)
        if shape not in searched:
            searched[shape] = _searched(gemm, settings, kept, heard, choices=len(work) == 1)
        one = searched[shape]
        found[gemm.name] = finished(
            gemm, one.findings, settings, one.meter, one.kernels, one.otherwise, heard
        )
    fusions = tuple(_fusion(gemm, parts, found, settings) for gemm, parts in fused)
    return _answer(workload, gemms, found, fusions, settings)


def best_mapping(
    gemm: Gemm, settings: SearchSettings, notify: Notify = lambda text: None
) -> Mapping:
    """The mapping of one product that the search finds.

    Raises InputError as search does.
    """
    settings.check(gemm.dtype)
    state = SearchState("", None)
    found = _searched(gemm, replace(settings, top=1), state, notify, timed_only=True)
    return found.findings.ranked[0].mapping


def _searched(
    gemm: Gemm,
    settings: SearchSettings,
    state: SearchState,
    notify: Notify,
    *,
    timed_only: bool = False,
    choices: bool = False,
) -> _Searched:
    space = list(groups(gemm, settings.device, settings.limits))
    meter = ErrorMeter(gemm, settings.seed)
    judge = Judge(
        settings.device, settings.costs, settings.objective, meter, settings.limits.max_error
    )
    known = state.of(f"{gemm.m}x{gemm.n}x{gemm.k}")
    findings = ProductSearch(
        space, judge, settings.top, prune=settings.prune, timed_only=timed_only, known=known
    ).run(notify)
    if not findings.ranked:
        refuse(gemm, settings, findings, meter)
    bases = tuple(base for base, _ in kernels(gemm, settings.device, settings.limits))
    otherwise: tuple[Otherwise, ...] = ()
    if choices:
        notify("trying each of the best's choices otherwise")
        otherwise = alternatives(space, judge, findings.ranked[0].mapping)
    return _Searched(findings, meter, bases, otherwise)


def _fusion(
    gemm: Gemm,
    parts: tuple[str, ...],
    found: dict[str, SearchedProduct],
    settings: SearchSettings,
) -> Fusion:
    apart = sum(objective_us(found[part].best, settings) for part in parts)
    return Fusion(
        name=gemm.name,
        parts=parts,
        fused_us=objective_us(found[gemm.name].best, settings),
        apart_us=apart,
    )


def _answer(
    workload: str,
    gemms: Sequence[Gemm],
    found: dict[str, SearchedProduct],
    fusions: tuple[Fusion, ...],
    settings: SearchSettings,
) -> SearchRun:
    gaining = [fusion for fusion in fusions if fusion.gains]
    inside = {part: fusion.name for fusion in gaining for part in fusion.parts}
    chosen = list(dict.fromkeys(inside.get(gemm.name, gemm.name) for gemm in gemms))
    best: tuple[Candidate, ...] = tuple(found[name].best for name in chosen)
    products = tuple(found.values())
    dtype = gemms[0].dtype
    return SearchRun(
        workload=workload,
        objective=settings.objective,
        device=settings.device.name,
        runtime=settings.costs.label,
        dtype=dtype,
        best=best[0] if len(gemms) == 1 else best,
        best_us=sum(objective_us(case, settings) for case in best),
        bound_us=sum(found[name].bound_us for name in chosen),
        considered=sum(one.considered for one in products),
        pruned=sum(sum(one.pruned.values()) for one in products),
        simulated=sum(one.simulated for one in products),
        candidates=tuple(candidate for one in products for candidate in one.candidates),
        products=products,
        fusions=fusions,
        changed=settings.changed,
        command=command_of_all(gemms, settings),
        provenance=provenance.gather(
            device=settings.device.name,
            runtime=settings.costs.label,
            seed=settings.seed,
            torch={},
        ),
    )


def _prefixed(notify: Notify, prefix: str) -> Notify:
    return lambda text: notify(prefix + text)
