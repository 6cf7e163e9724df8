"""The figures of a run as flat series: each with its key, its unit and where it comes from.

The names are pinned by a test: a program that reads them today reads them tomorrow.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, Literal

from tilescope.reports.names import shown
from tilescope.runs.counters import Energy, MemoryLevel
from tilescope.runs.keys import case_key
from tilescope.runs.models import Case, Run
from tilescope.runs.terms import MEASURED_TERMS, SIMULATED_TERMS, TERMS

Value = str | int | float | None
Origin = Literal["choice", "npu", "baseline", "derived", "energy", "prediction"]

LEVELS = ("l1", "l2", "ddr")
LEVEL_BYTES = ("allocated", "peak", "capacity", "read", "written", "least")
NEVER = ("ddr_capacity_bytes", "l2_least_bytes")

FORMAT, VERSION = "tilescope-results", 1


@dataclass(frozen=True)
class Metric:
    """One column: its name with its unit, the unit alone, whose figure it is, and how to get it."""

    name: str
    unit: str
    origin: Origin
    of: Callable[[Case], Value]


def _choices() -> Iterator[Metric]:
    """What was asked for."""
    found: dict[str, Callable[[Case], Value]] = {
        "op": lambda case: case.op,
        "name": lambda case: case.name,
        "m": lambda case: case.shape.m,
        "n": lambda case: case.shape.n,
        "k": lambda case: case.shape.k,
        "dtype": lambda case: case.dtype,
        "c_dtype": lambda case: case.mapping.c_dtype,
        "device": lambda case: case.device,
        "runtime": lambda case: case.runtime,
        "mapping": lambda case: case.mapping.family,
        "ports": lambda case: case.mapping.ports,
        "kernel": lambda case: case.mapping.kernel,
        "grid_rows": lambda case: case.mapping.grid.rows,
        "grid_cols": lambda case: case.mapping.grid.cols,
        "core_tile_m": lambda case: case.mapping.core_tile.m,
        "core_tile_n": lambda case: case.mapping.core_tile.n,
        "core_tile_k": lambda case: case.mapping.core_tile.k,
        "launches": lambda case: case.launches,
        "npu_kind": lambda case: case.npu_us.kind,
    }
    for name, of in found.items():
        yield Metric(name, "", "choice", of)


def _times() -> Iterator[Metric]:
    for statistic in ("median", "min", "max", "p95"):
        yield _part(f"npu_{statistic}_us", "us", "npu", "npu_us", statistic)
    yield _part("npu_low_us", "us", "npu", "interval_us", "low")
    yield _part("npu_high_us", "us", "npu", "interval_us", "high")
    yield Metric("array_us", "us", "npu", lambda case: case.device_us)
    yield Metric("setup_us", "us", "npu", lambda case: case.setup_us)
    yield _part("bound_us", "us", "npu", "bound", "us")
    for term in TERMS:
        yield Metric(f"budget_{term}_us", "us", "npu", _budget(term))
    for statistic in ("median", "mean", "std", "min", "max", "p95", "iqr", "mad", "n"):
        unit = "" if statistic == "n" else "us"
        name = "pytorch_runs" if statistic == "n" else f"pytorch_{statistic}_us"
        yield _part(name, unit, "baseline", "baseline_us", statistic)
    for end in ("low", "high"):
        yield Metric(f"pytorch_median_{end}_us", "us", "baseline", _median(end))
    yield _part("pytorch_cold_median_us", "us", "baseline", "baseline_cold_us", "median")
    yield _part("pytorch_idle_median_us", "us", "baseline", "baseline_idle_us", "median")
    yield Metric("pytorch_first_us", "us", "baseline", lambda case: case.baseline_first_us)
    yield _part("numpy_median_us", "us", "baseline", "numpy_us", "median")


def _figures() -> Iterator[Metric]:
    yield Metric("speedup", "", "derived", lambda case: case.speedup)
    yield Metric("npu_gflops", "GFLOP/s", "npu", lambda case: case.npu_gflops)
    yield Metric("pytorch_gflops", "GFLOP/s", "baseline", lambda case: case.baseline_gflops)
    yield Metric("max_abs_error", "", "derived", lambda case: case.max_abs_error)
    yield Metric("max_rel_error", "", "derived", lambda case: case.max_rel_error)
    for level in LEVELS:
        for what in LEVEL_BYTES:
            if (name := f"{level}_{what}_bytes") not in NEVER:
                yield Metric(name, "bytes", "npu", _level(level, f"{what}_bytes"))
        if level != "ddr":
            yield Metric(f"{level}_reuse", "", "npu", _level(level, "reuse"))
    for name in ("broadcast_saved_bytes", "reread_bytes"):
        yield _part(name, "bytes", "npu", "memory", name)
    yield _part("pytorch_peak_rss_bytes", "bytes", "baseline", "memory", "baseline_peak_rss_bytes")
    for of in ("npu", "baseline"):
        whose = "npu" if of == "npu" else "pytorch"
        for end in ("low", "high"):
            yield Metric(f"{whose}_energy_{end}_uj", "uJ", "energy", _energy(of, f"{end}_uj"))


def _part(name: str, unit: str, origin: Origin, whole: str, part: str) -> Metric:
    return Metric(name, unit, origin, lambda case: getattr(getattr(case, whole), part, None))


def _median(end: str) -> Callable[[Case], Value]:
    """An end of the interval in which the median of PyTorch's times lies."""

    def found(case: Case) -> Value:
        times = case.baseline_us
        value: Value = getattr(times.median_interval, end, None) if times else None
        return value

    return found


def _budget(term: str) -> Callable[[Case], Value]:
    """A term that a budget leaves out took no time, where its kind of run tells it apart."""

    def found(case: Case) -> Value:
        told = SIMULATED_TERMS if case.npu_us.kind == "simulated" else MEASURED_TERMS
        none = 0.0 if case.budget and term in told else None
        return next((part.us for part in case.budget if part.term == term), none)

    return found


def _end_of_prediction(end: str) -> Callable[[Case], Value]:
    def found(case: Case) -> Value:
        value: Value = getattr(getattr(case.predicted, "interval_us", None), end, None)
        return value

    return found


def _level(name: str, figure: str) -> Callable[[Case], Value]:
    def of(case: Case) -> Value:
        levels: tuple[MemoryLevel, ...] = case.memory.levels if case.memory else ()
        found: Any = next((level for level in levels if level.level == name), None)
        value: Value = getattr(found, figure, None)
        return value

    return of


def _energy(of: str, end: str) -> Callable[[Case], Value]:
    def found(case: Case) -> Value:
        one: Energy | None = next((energy for energy in case.energy if energy.of == of), None)
        value: Value = getattr(one, end, None)
        return value

    return found


def _predictions() -> Iterator[Metric]:
    """What the simulation says of a measured case."""
    yield _part("predicted_us", "us", "prediction", "predicted", "us")
    for end in ("low", "high"):
        yield Metric(f"predicted_{end}_us", "us", "prediction", _end_of_prediction(end))
    yield _part("predicted_array_us", "us", "prediction", "predicted", "device_us")
    yield _part("prediction_error", "", "derived", "predicted", "error")


METRICS: tuple[Metric, ...] = (*_choices(), *_times(), *_figures(), *_predictions())
"""Every column beside the key, in order."""


def rows(run: Run) -> Iterator[dict[str, Value]]:
    """A row for each case: its key, then every metric; None where it was not obtained."""
    for case in run.cases:
        yield {"key": case_key(case), **{metric.name: _told(metric, case) for metric in METRICS}}


def results_json(run: Run) -> str:
    """The content as a file's text, ending in a newline."""
    return json.dumps(content(run), indent=1, ensure_ascii=False) + "\n"


def content(run: Run) -> dict[str, Any]:
    """The figures that were obtained, one entry each, as JSON takes them."""
    series = [
        {
            "key": case_key(case),
            "metric": metric.name,
            "value": value,
            **({"unit": metric.unit} if metric.unit else {}),
            "kind": _kind(metric, case),
        }
        for case in run.cases
        for metric in METRICS
        if metric.origin != "choice" and (value := _told(metric, case)) is not None
    ]
    return {
        "format": FORMAT,
        "version": VERSION,
        "tilescope": shown(run.provenance.tilescope),
        "date": shown(run.provenance.date),
        "complete": run.complete,
        "cases": [
            {
                "key": case_key(case),
                **{
                    metric.name: _told(metric, case)
                    for metric in METRICS
                    if metric.origin == "choice" and _told(metric, case) is not None
                },
                "notes": [shown(note) for note in case.notes],
            }
            for case in run.cases
        ],
        "series": series,
    }


def _told(metric: Metric, case: Case) -> Value:
    value = metric.of(case)
    return shown(value) if isinstance(value, str) else value


def _kind(metric: Metric, case: Case) -> str:
    """Where a figure comes from: a clock, the simulation, a band, or others of the file."""
    if metric.origin == "npu":
        return case.npu_us.kind
    if metric.origin == "energy":
        whose = "npu" if metric.name.startswith("npu") else "baseline"
        return next((one.kind or "" for one in case.energy if one.of == whose), "")
    kinds = {"baseline": "measured", "prediction": "simulated"}
    return kinds.get(metric.origin, "derived")
