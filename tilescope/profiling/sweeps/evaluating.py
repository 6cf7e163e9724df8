"""A stretch of a sweep's points, timed on the simulated NPU without data."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping as Named
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache
from typing import Any

import numpy as np

from tilescope.designs.capacity import fits
from tilescope.designs.elementwise import accumulate_design
from tilescope.designs.mapping import Mapping
from tilescope.designs.plan import launch_buffers
from tilescope.designs.problems import require_fit
from tilescope.designs.request import choose, resolve
from tilescope.devices.catalog import load_device
from tilescope.devices.device import Device
from tilescope.errors import InputError
from tilescope.profiling.intervals import PRODUCT, validated
from tilescope.profiling.sweeps.plan import Point, SweepPlan, point_of
from tilescope.profiling.sweeps.records import OK, Record, columns, failed
from tilescope.runs.terms import ARRAY_TERMS
from tilescope.simulation.batches import TIMED, BatchTimes, launch_row, time_launches
from tilescope.simulation.clocks import TimeBase
from tilescope.simulation.simulate import simulate_design
from tilescope.targets.bounds import bounding_limit
from tilescope.targets.composition import LaunchTimes, compose
from tilescope.targets.costs import RuntimeCosts
from tilescope.targets.outcome import TargetOutcome
from tilescope.targets.runtimes import load_runtime
from tilescope.targets.simulated import SimulatedNpu

KERNELS = ("linear_matmul", "linear_accumulate")


@dataclass(frozen=True)
class _Launch:
    """One launch as composition needs it: times in µs, bytes in DDR."""

    device_us: Fraction
    budget_us: Named[str, Fraction]
    read_bytes: int
    written_bytes: int


@dataclass(frozen=True)
class _Ready:
    """A point whose mapping is known and fits."""

    point: Point
    mapping: Mapping
    device: Device
    costs: RuntimeCosts


def evaluate(plan_text: str, start: int, stop: int) -> dict[str, list[Any]]:
    """The columns of a plan's points from start up to stop; what fails says why.

    `plan_text` is the plan's JSON, so that the call can be sent anywhere. One core does the work.
    """
    plan = _plan(plan_text)
    points = range(start, stop)
    found: list[Record] = [{} for _ in points]
    ready: dict[int, _Ready] = {}
    for place, point in enumerate(points):
        try:
            ready[place] = _prepared(point_of(plan.values(point), plan.base))
        except Exception as error:  # one point's fault is no reason to lose the others
            found[place] = failed(_reason(error))
    for place, record in _timed(ready).items():
        found[place] = record
    return columns(plan, points, found)


@lru_cache(maxsize=4)
def _plan(text: str) -> SweepPlan:
    return SweepPlan.from_json(text)


@lru_cache(maxsize=64)
def _device(name: str) -> Device:
    return load_device(name)


@lru_cache(maxsize=256)
def _costs(runtime: str, device: str) -> RuntimeCosts:
    return load_runtime(runtime, device)


def _reason(error: Exception) -> str:
    """Why a point has no time: what was asked is not to be had, or tilescope is at fault."""
    if isinstance(error, InputError):
        return str(error)
    return f"A fault of tilescope: {type(error).__name__}: {error}"


def _prepared(point: Point) -> _Ready:
    """The point's mapping on its device. Raises InputError for what does not exist or fit."""
    device = _device(point.device)
    costs = _costs(point.runtime, device.name)
    mapping = choose(point.request, point.gemm, device)
    if not _fits(point, mapping, device):
        mapping = resolve(point.request, point.gemm, device)  # which says why not
    return _Ready(point, mapping, device, costs)


def _fits(point: Point, mapping: Mapping, device: Device) -> bool:
    """Whether the designs fit, the product's walks aside, which the engine judges."""
    if not fits(point.gemm, mapping, device):
        return False
    if mapping.family == "per-tile":
        try:
            _addition(device, *mapping.block[:2], mapping.c_dtype)
        except InputError:
            return False
    return True


def _timed(ready: dict[int, _Ready]) -> dict[int, Record]:
    """The results of points by their places; those of one device are timed together."""
    by_device: dict[str, list[int]] = defaultdict(list)
    for place, one in ready.items():
        by_device[one.device.name].append(place)
    found = {}
    for places in by_device.values():
        device = ready[places[0]].device
        rows = np.stack([_row(ready[place]) for place in places])
        launches, where = np.unique(rows, axis=0, return_inverse=True)  # points may share one
        times = time_launches(launches, device, threads=1)
        for index, place in zip(where.ravel().tolist(), places, strict=True):
            try:
                found[place] = _result(ready[place], times, index)
            except Exception as error:
                found[place] = failed(_reason(error))
    return found


def _result(one: _Ready, times: BatchTimes, index: int) -> Record:
    """The row of a point from the time of its product launch.

    Raises InputError where there is none, for the reason that it cannot be had.
    """
    if times.status[index] != TIMED:
        resolve(one.point.request, one.point.gemm, one.device)
        outcome = SimulatedNpu(one.device, one.costs).run(one.point.gemm, one.mapping)
        return _figures(one, outcome)
    base = TimeBase.of(one.device)
    ticks = times.budget_ticks[index].tolist()
    launch = _Launch(
        base.us(int(times.ticks[index])),
        {term: base.us(tick) for term, tick in zip(ARRAY_TERMS, ticks, strict=True)},
        int(times.bytes_read[index]),
        int(times.bytes_written[index]),
    )
    return _record(one, launch)


def _row(one: _Ready) -> Any:
    tiled = one.mapping.family == "per-tile"
    sizes = one.mapping.block if tiled else one.mapping.padded(one.point.gemm)
    return launch_row(sizes, one.point.gemm.dtype, one.mapping, one.device)


def _record(one: _Ready, product: _Launch) -> Record:
    """The row of a point from its product launch, with the addition that per-tile launches."""
    gemm, mapping = one.point.gemm, one.mapping
    buffers = launch_buffers(gemm, mapping)
    launches = [product]
    if len(buffers) > 1:
        bm, bn, _ = mapping.block
        launches.append(_addition(one.device, bm, bn, mapping.c_dtype))
    names = KERNELS if len(buffers) > 1 else ("linear_fused",)
    times = [
        LaunchTimes(name, count, launch.device_us, launch.budget_us, {}, inputs, outputs)
        for name, launch, (count, inputs, outputs) in zip(names, launches, buffers, strict=True)
    ]
    outcome = compose(times, one.costs, tiles=1)
    read = sum(
        buffer[0] * launch.read_bytes for buffer, launch in zip(buffers, launches, strict=True)
    )
    written = sum(b[0] * launch.written_bytes for b, launch in zip(buffers, launches, strict=True))
    return _figures(one, outcome) | {"ddr_read_bytes": read, "ddr_written_bytes": written}


@lru_cache(maxsize=1024)
def _addition(device: Device, rows: int, columns_: int, dtype: str) -> _Launch:
    """The launch that adds a block's partial sums. Raises InputError where it does not fit."""
    design = accumulate_design("linear_accumulate", rows, columns_, dtype)
    require_fit(design, device)
    outcome = simulate_design(design, device)
    read, written = sum(outcome.bytes_read.values()), sum(outcome.bytes_written.values())
    return _Launch(outcome.device_us, outcome.budget_us, read, written)


def _figures(one: _Ready, outcome: TargetOutcome) -> Record:
    gemm, mapping = one.point.gemm, one.mapping
    padded = mapping.padded(gemm)
    found = validated(PRODUCT, gemm.dtype, one.device.name, one.costs.label)
    interval = found.interval(outcome.npu_us)
    return {
        "status": OK,
        "shape_m": gemm.m,
        "shape_n": gemm.n,
        "shape_k": gemm.k,
        **{f"padded_{side}": size for side, size in zip("mnk", padded, strict=True)},
        "operand_dtype": gemm.dtype,
        "c_dtype": mapping.c_dtype,
        "device_name": one.device.name,
        "runtime_name": one.costs.label,
        "family": mapping.family,
        **{f"core_tile_{s}": size for s, size in zip("mnk", mapping.core_tile, strict=True)},
        "grid_rows": mapping.grid[0],
        "grid_cols": mapping.grid[1],
        "port_rule": mapping.ports,
        "staged_k": mapping.staged_k,
        "c_buffers": mapping.c_depth if mapping.family != "per-tile" else None,
        "launches": outcome.launches,
        "npu_us": outcome.npu_us,
        "device_us": outcome.device_us,
        "setup_us": outcome.setup_us,
        "gflops": gemm.flops / outcome.npu_us / 1e3,
        "bound_by": bounding_limit(gemm, mapping, one.device, one.costs),
        "interval_low_us": interval.low if interval else None,
        "interval_high_us": interval.high if interval else None,
        **{f"{term}_us": us for term, us in outcome.budget.items()},
    }
