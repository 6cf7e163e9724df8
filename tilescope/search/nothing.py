"""Where nothing is legal: what forbids it, and the nearest mapping that is."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import replace
from typing import Any, NoReturn

import numpy as np

from tilescope.designs.mapping import Mapping
from tilescope.designs.plan import make_plan
from tilescope.designs.problems import require_fit
from tilescope.errors import DesignError, InputError
from tilescope.search.capacity import Tiles
from tilescope.search.finishing import command_of
from tilescope.search.judging import ERROR, Judge
from tilescope.search.limits import Limits
from tilescope.search.numerics import ErrorMeter
from tilescope.search.searching import Findings
from tilescope.search.settings import SearchSettings
from tilescope.search.space import Group, groups
from tilescope.search.table import expanded
from tilescope.workloads.gemm import Gemm


def refuse(gemm: Gemm, settings: SearchSettings, findings: Findings, meter: ErrorMeter) -> NoReturn:
    """Raises InputError: why no mapping is left, and what the nearest one is."""
    pruned = findings.counts.pruned
    if pruned.get(ERROR):
        raise InputError(_not_exact(gemm, settings, meter))
    said = _first_problem(gemm, settings) or _counted(pruned)
    nearest = _nearest(gemm, settings, meter)
    hint = (
        f" The nearest that fits: {command_of(gemm, nearest, settings)}"
        if nearest is not None
        else " Nothing else of the space fits either."
    )
    count = findings.counts.considered
    raise InputError(
        f"{f'None of {count:,} mappings' if count else 'No mapping'} of {gemm.label} in "
        f"{gemm.dtype} is legal on {settings.device.name}: {said}{hint}"
    )


def _not_exact(gemm: Gemm, settings: SearchSettings, meter: ErrorMeter) -> str:
    measured = meter.known()
    kind, least = min(measured.items(), key=lambda one: one[1].max_rel_error)
    where = " with sums on the host" if kind.on_host else ""
    return (
        f"No mapping of {gemm.label} in {gemm.dtype} that fits comes within an error of "
        f"{settings.limits.max_error:g}; the most exact is {kind.symbol}{where}, with "
        f"{least.max_rel_error:.2g}. Raise --max-error, or take another dtype."
    )


def _counted(pruned: dict[str, int]) -> str:
    told = ", ".join(f"{reason} forbids {count:,}" for reason, count in pruned.items())
    return f"{told}." if told else "the limits leave no core tile."


def _first_problem(gemm: Gemm, settings: SearchSettings) -> str | None:
    """What the smallest mapping of the space demands and has not, as its design says."""
    smallest: tuple[int, Mapping, Group] | None = None
    for group in groups(gemm, settings.device, settings.limits):
        if not group.staged:
            return (
                f"{settings.limits.k_mt} of K staged is no whole number of core tiles of any k "
                f"({', '.join(map(str, group.sides_k[:8]))} and so on)."
            )
        k, staged = min(group.staged)
        mapping = group.mapping(group.sides_m[0], group.sides_n[0], k, staged)
        m, n, k = mapping.core_tile
        problems = group.kernel.problems(m, k, n)
        if problems:
            return " ".join(problems)
        size = m * n * k * mapping.grid[0] * mapping.grid[1]
        if smallest is None or size < smallest[0]:
            smallest = (size, mapping, group)
    if smallest is None:
        return None
    try:
        for launch in make_plan(gemm, smallest[1]).launches:
            require_fit(launch.design, settings.device)
    except (DesignError, InputError) as error:
        return str(error)
    return None


def _nearest(gemm: Gemm, settings: SearchSettings, meter: ErrorMeter) -> Mapping | None:
    """The mapping that fits and is nearest to what was asked for, giving up as little as it can."""
    judge = Judge(settings.device, settings.costs, settings.objective, meter)
    for limits in _relaxed(settings.limits):
        best: tuple[float, float, Mapping] | None = None
        try:
            space = list(groups(gemm, settings.device, limits))
        except InputError:
            continue
        for place, group in enumerate(space):
            if group.per_tile and limits.family is None:
                continue
            pairs = np.meshgrid(group.sides_m, group.sides_n, indexing="ij")
            ones = np.ones(pairs[0].size, dtype=np.int64)
            tiles = expanded(group, Tiles(pairs[0].ravel(), pairs[1].ravel(), ones, ones))
            if not len(tiles):
                continue
            found, _ = judge.candidates(place, group, tiles)
            if not len(found):
                continue
            far = _distance(found.tiles, settings.limits)
            at = int(np.lexsort((found.bound_us, far))[0])
            score = (float(far[at]), float(found.bound_us[at]))
            if best is None or score < best[:2]:
                best = (*score, found.mapping(at, space))
        if best is not None:
            return best[2]
    return None


def _relaxed(limits: Limits) -> Iterator[Limits]:
    """The limits with one given up, then two: staging and buffers first, the tile last."""
    for given in (
        ("c_depth",),
        ("k_mt",),
        ("k_mt", "c_depth"),
        ("core_tile", "k_mt", "c_depth"),
        ("core_tile", "k_mt", "c_depth", "ports", "grid"),
        ("core_tile", "k_mt", "c_depth", "ports", "grid", "family", "b_layout"),
    ):
        changed: dict[str, Any] = {
            name: None for name in given if getattr(limits, name) is not None
        }
        if changed:
            yield replace(limits, **changed)


def _distance(tiles: Tiles, limits: Limits) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    """How far core tiles are from the one asked for, in doublings of their sides."""
    if limits.core_tile is None:
        return np.zeros(len(tiles))
    m, n, k = map(math.log2, limits.core_tile)
    return (
        np.abs(np.log2(tiles.m) - m) + np.abs(np.log2(tiles.n) - n) + np.abs(np.log2(tiles.k) - k)
    )
