"""One case in detail: how it was laid out, its kernels, limits, memory and PyTorch's samples."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from tilescope.quantities.units import format_bytes, format_us
from tilescope.reports.budget import short
from tilescope.reports.html import figures
from tilescope.reports.html.figures import Figure
from tilescope.reports.screen import dtypes
from tilescope.runs.counters import MemoryLevel
from tilescope.runs.figures import SampledStatistics, Shape
from tilescope.runs.models import Case

LEVELS = {"l1": "L1 of the cores", "l2": "mem tiles", "ddr": "DDR"}
MOST_TICKS = 400  # of a strip of samples; beyond that they cannot be told apart
WIDTH = 400


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
    decides: bool


@dataclass(frozen=True)
class TileFill:
    """How full the memory of one tile ever was."""

    tile: str
    percent: float
    told: str


@dataclass(frozen=True)
class LevelRow:
    """One level of the memory hierarchy."""

    label: str
    peak: Figure | None
    allocated: Figure | None
    capacity: Figure | None
    read: Figure | None
    written: Figure | None
    least: Figure | None
    reuse: Figure | None
    tiles: tuple[TileFill, ...]


@dataclass(frozen=True)
class Samples:
    """The baseline's samples: figures, and places from 0 to 400 on a strip."""

    facts: tuple[tuple[str, Figure | str | None], ...]
    places: tuple[str, ...]
    median: str
    low: str
    high: str
    told: str


@dataclass(frozen=True)
class CaseDetails:
    """What a page says of one case beside its row of the table."""

    name: str
    facts: tuple[tuple[str, str], ...]
    notes: tuple[str, ...]
    kernels: tuple[KernelRow, ...]
    limits: tuple[LimitRow, ...]
    levels: tuple[LevelRow, ...]
    memory_facts: tuple[tuple[str, Figure], ...]
    samples: Samples | None
    torch_missing: str


def details_of(case: Case) -> CaseDetails:
    """The details that the run file has."""
    kind = case.npu_us.kind
    return CaseDetails(
        name=case.name,
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
        levels=tuple(map(_level, case.memory.levels)) if case.memory else (),
        memory_facts=tuple(_memory_facts(case)),
        samples=_samples(case.baseline_us) if case.baseline_us else None,
        torch_missing=case.baseline_missing or "None was asked for.",
    )


def _facts(case: Case) -> list[tuple[str, str]]:
    mapping = case.mapping
    facts = [
        ("product", f"{_sides(case.shape)} (M×N×K), {dtypes(case)}"),
        ("on", f"{case.device}, runtime {case.runtime}"),
        ("mapping", f"{mapping.family}, ports {mapping.ports}"),
        ("block", f"{_sides(mapping.block)} on {mapping.grid.rows}×{mapping.grid.cols} cores"),
        ("core tile", _sides(mapping.core_tile)),
    ]
    kernel = [mapping.kernel, *filter(None, (mapping.emulation, mapping.toolchain))]
    facts.append(("kernel", ", ".join(kernel)))
    if case.description:
        facts.insert(0, ("what", case.description))
    if case.padded:
        facts.append(("padded to", _sides(case.padded)))
    if mapping.k_mt:
        facts.append(("mem tiles stage", f"{mapping.k_mt} of K"))
    if mapping.b_layout == "column":
        facts.append(("B lies", "by columns"))
    facts.append(("the array's part", f"{format_us(case.device_us)}, {case.npu_us.kind}"))
    facts.append(("set-up, once", f"{format_us(case.setup_us)}, in no other time"))
    return facts


def _sides(shape: Shape) -> str:
    return f"{shape.m}×{shape.n}×{shape.k}"


def _limits(case: Case) -> list[LimitRow]:
    bound = case.bound
    if bound is None:
        return []
    return [
        LimitRow(
            short(limit.by),
            figures.time(limit.us, "bound_us", case.npu_us.kind),
            limit.basis,
            limit.by == bound.by,
        )
        for limit in bound.limits
    ]


def _level(level: MemoryLevel) -> LevelRow:
    return LevelRow(
        label=LEVELS[level.level],
        peak=figures.size(level.peak_bytes, "memory"),
        allocated=figures.size(level.allocated_bytes, "memory"),
        capacity=figures.size(level.capacity_bytes, "memory"),
        read=figures.size(level.read_bytes, "traffic"),
        written=figures.size(level.written_bytes, "traffic"),
        least=figures.size(level.least_bytes, "traffic"),
        reuse=figures.ratio(level.reuse, "traffic"),
        tiles=tuple(
            TileFill(
                tile.tile,
                100 * tile.peak_bytes / tile.capacity_bytes,
                f"{tile.tile}: {format_bytes(tile.peak_bytes)} of "
                f"{format_bytes(tile.capacity_bytes)} at most, simulated",
            )
            for tile in level.tiles
            if tile.capacity_bytes
        ),
    )


def _memory_facts(case: Case) -> list[tuple[str, Figure]]:
    memory = case.memory
    if memory is None:
        return []
    found = [
        ("saved by broadcasts", figures.size(memory.broadcast_saved_bytes, "traffic")),
        ("read more than once", figures.size(memory.reread_bytes, "traffic")),
        ("PyTorch's process, peak", figures.size(memory.baseline_peak_rss_bytes, "memory")),
        ("PyTorch's allocations", figures.size(memory.baseline_allocated_bytes, "memory")),
    ]
    return [(label, figure) for label, figure in found if figure is not None]


def _samples(sample: SampledStatistics) -> Samples:
    low, high = sample.min, sample.max
    reach = high - low

    def place(us: float) -> str:
        return f"{2 + (WIDTH - 4) * ((us - low) / reach if reach else 0.5):.1f}"

    def time(us: float | None) -> Figure | None:
        return figures.time(us, "baseline_us", sample.kind)

    facts: list[tuple[str, Figure | str | None]] = [
        ("median", time(sample.median)),
        ("mean", time(sample.mean)),
        ("standard deviation", time(sample.std)),
        ("95th percentile", time(sample.p95)),
        ("samples", f"{sample.n:,}"),
    ]
    every = -(-len(sample.samples) // MOST_TICKS)
    return Samples(
        facts=tuple(facts),
        places=tuple(place(us) for us in sorted(sample.samples)[::every]),
        median=place(sample.median),
        low=format_us(low),
        high=format_us(high),
        told=f"{sample.n} samples from {format_us(low)} to {format_us(high)}, median "
        f"{format_us(sample.median)}, {sample.kind}",
    )


@dataclass(frozen=True)
class EnergyRow:
    """Energy of one call of one case, or why there is no figure."""

    name: str
    of: str
    figure: Figure | None
    source: str
    missing: str


def energy_rows(cases: Sequence[Case]) -> tuple[EnergyRow, ...]:
    """Every answer that the run file has."""
    rows = []
    for case in cases:
        for energy in case.energy:
            figure = None
            if energy.low_uj is not None and energy.high_uj is not None and energy.kind:
                text = _energy_text(energy.low_uj, energy.high_uj)
                exact = f"{energy.low_uj:,.6g} to {energy.high_uj:,.6g} µJ"
                figure = Figure(text, "energy", energy.kind, exact)
            of = "NPU" if energy.of == "npu" else "PyTorch"
            missing = energy.missing or "not available"
            rows.append(EnergyRow(case.name, of, figure, energy.source, missing))
    return tuple(rows)


def _energy_text(low_uj: float, high_uj: float) -> str:
    unit, divisor = ("mJ", 1e3) if high_uj >= 1e3 else ("µJ", 1.0)
    low, high = f"{low_uj / divisor:.3g}", f"{high_uj / divisor:.3g}"
    return f"{low} {unit}" if low == high else f"{low} to {high} {unit}"
