"""What a run took beside its time: memory, energy, caches, and PyTorch under other conditions."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence

from tilescope.quantities.units import format_bytes, format_us, significant
from tilescope.reports.memory import traffic_sentence
from tilescope.runs.counters import Cache, Energy
from tilescope.runs.figures import SampledStatistics
from tilescope.runs.models import Case, Run

LEVELS = {"l1": "a core's L1", "l2": "a mem tile"}
SCALES = ((1e6, "J"), (1e3, "mJ"), (1.0, "µJ"))


def beside_time(run: Run) -> list[str]:
    """A sentence for each kind of thing that was obtained, or that is known to be missing."""
    told = [_conditions(run.cases), _memory(run.cases), traffic_sentence(run.cases)]
    told += [_baseline_memory(run.cases), _energy(run.cases), *_caches(run.cases)]
    return [sentence for sentence in told if sentence]


def _conditions(cases: Sequence[Case]) -> str | None:
    """PyTorch hot, cold and after a pause, and its first calls."""
    hot_us = _summed(cases, lambda case: case.baseline_us)
    if hot_us is None:
        return None
    told = []
    for name, us in (
        ("with cold caches", _summed(cases, lambda case: case.baseline_cold_us)),
        ("after a pause", _summed(cases, lambda case: case.baseline_idle_us)),
    ):
        if us is not None:
            told.append(f"{format_us(us)} {name} ({significant(us / hot_us)}×)")
    if not told:
        return None
    first = [case.baseline_first_us for case in cases if case.baseline_first_us is not None]
    if len(first) == len(cases):
        told.append(f"{format_us(math.fsum(first))} for the very first calls")
    return f"PyTorch takes {format_us(hot_us)} hot and sustained, {', '.join(told)}"


def _summed(
    cases: Sequence[Case], figure: Callable[[Case], SampledStatistics | None]
) -> float | None:
    """The sum of the medians of a figure; None where a case has none."""
    found = [time.median for case in cases if (time := figure(case))]
    return math.fsum(found) if len(found) == len(cases) else None


def _memory(cases: Sequence[Case]) -> str | None:
    """The fullest tile of each kind."""
    told = []
    for level, name in LEVELS.items():
        tiles = [
            tile
            for case in cases
            if case.memory
            for found in case.memory.levels
            if found.level == level
            for tile in found.tiles
        ]
        if tiles:
            fullest = max(tiles, key=lambda tile: tile.peak_bytes / max(tile.capacity_bytes, 1))
            told.append(
                f"{name} holds at most {format_bytes(fullest.peak_bytes)} of "
                f"{format_bytes(fullest.capacity_bytes)}"
            )
    return f"Memory: {', '.join(told)}" if told else None


def _baseline_memory(cases: Sequence[Case]) -> str | None:
    held = [case.memory.baseline_peak_rss_bytes for case in cases if case.memory]
    made = [case.memory.baseline_allocated_bytes for case in cases if case.memory]
    peaks = [size for size in held if size is not None]
    if not peaks:
        return None
    told = f"PyTorch's process holds at most {format_bytes(max(peaks))}, our side included"
    sizes = [size for size in made if size is not None]
    if sizes:
        told += f"; one call allocates up to {format_bytes(max(sizes))}"
    return told


def _energy(cases: Sequence[Case]) -> str | None:
    """The NPU's and PyTorch's energy over all cases, each with its kind or its reason."""
    sides = (("npu", "the NPU"), ("baseline", "PyTorch"))
    told = []
    for subject, name in sides:
        found = [one for case in cases for one in case.energy if one.of == subject]
        if found:
            told.append(f"{name} {_joules(found, len(cases))}")
    return f"Energy: {'; '.join(told)}" if told else None


def _joules(found: Sequence[Energy], cases: int) -> str:
    low = [one.low_uj for one in found if one.low_uj is not None]
    high = [one.high_uj for one in found if one.high_uj is not None]
    missing = dict.fromkeys(one.missing for one in found if one.missing)
    if missing or len(low) != cases or len(high) != cases:
        return f"not available ({'; '.join(missing) or 'not for every case'})"
    lowest, highest = math.fsum(low), math.fsum(high)
    scale, unit = next(pair for pair in SCALES if highest >= pair[0] or pair is SCALES[-1])
    if found[0].kind == "band":
        return (
            f"{significant(lowest / scale)} to {significant(highest / scale)} {unit} (a band, no "
            f"measurement: {found[0].source.partition(';')[0]})"
        )
    return f"{significant(highest / scale)} {unit} a call of each (measured by {found[0].source})"


def _caches(cases: Sequence[Case]) -> list[str]:
    counted = [(case, cache) for case in cases for cache in case.cache]
    missing = dict.fromkeys(cache.missing for _, cache in counted if cache.missing)
    told = [f"PyTorch's caches: not available ({reason})" for reason in missing]
    told += [f"PyTorch's caches, {case.name}: {_misses(one)}" for case, one in counted if one.kind]
    return told


def _misses(cache: Cache) -> str:
    levels = []
    for level in cache.levels:
        text = f"{level.level} {level.misses:,.0f} misses"
        if level.accesses:
            text += f" of {level.accesses:,.0f}"
        levels.append(text)
    return f"{', '.join(levels)} a call ({cache.kind} by {cache.source})"
