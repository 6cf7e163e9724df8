"""Samples of a case's measured times, and PyTorch's other temperatures and use of caches."""

from __future__ import annotations

from dataclasses import dataclass

from tilescope.quantities.units import format_count, format_us
from tilescope.reports.html import figures
from tilescope.reports.html.figures import Figure
from tilescope.runs.counters import Cache
from tilescope.runs.figures import SampledStatistics, Statistics
from tilescope.runs.models import Case

MOST_TICKS = 400  # of a strip; beyond that they cannot be told apart
WIDTH = 400

Fact = tuple[str, Figure | str]


@dataclass(frozen=True)
class Strip:
    """Samples on a line from the least to the most: places from 0 to 400, the median's apart."""

    places: tuple[str, ...]
    median: str
    low: str
    high: str
    told: str


@dataclass(frozen=True)
class Sampled:
    """A sample of times in figures and as a strip."""

    facts: tuple[Fact, ...]
    strip: Strip | None


@dataclass(frozen=True)
class Baseline(Sampled):
    """What is known of the baseline of a case."""

    missing: str
    cache_missing: str


def sampled_of(times: Statistics) -> Sampled | None:
    """The view of times that have a sample; None for those that have none."""
    if not isinstance(times, SampledStatistics):
        return None
    return Sampled(tuple(_of_sample(times)), _strip(times))


def baseline_of(case: Case) -> Baseline:
    """Everything that the run file says of PyTorch and NumPy."""
    sample = case.baseline_us
    facts: list[Fact] = _of_sample(sample) if sample else []
    kind = sample.kind if sample else "measured"
    others = (
        ("first call ever", figures.time(case.baseline_first_us, "samples", kind)),
        ("with cold caches, median", figures.median(case.baseline_cold_us, "samples")),
        ("after a pause, median", figures.median(case.baseline_idle_us, "samples")),
        ("NumPy, median", figures.median(case.numpy_us, "samples")),
    )
    facts += [(label, figure) for label, figure in others if figure is not None]
    for cache in case.cache:
        facts += _of_cache(cache)
    return Baseline(
        tuple(facts),
        _strip(sample) if sample else None,
        case.baseline_missing or "None was asked for.",
        "; ".join(cache.missing for cache in case.cache if cache.missing),
    )


def _of_sample(sample: SampledStatistics) -> list[Fact]:
    """Centre, spread and what is to be distrusted, as far as the run file has them."""
    times = (
        ("median", sample.median),
        ("between the quartiles", sample.iqr),
        ("median deviation", sample.mad),
        ("mean", sample.mean),
        ("standard deviation", sample.std),
        ("95th percentile", sample.p95),
        ("least", sample.min),
        ("most", sample.max),
        ("timing's own cost, each", sample.overhead_us),
    )
    facts: list[Fact] = [
        (label, figure)
        for label, us in times
        if (figure := figures.time(us, "samples", sample.kind)) is not None
    ]
    if (known := sample.median_interval) is not None:
        text = f"{format_us(known.low)} to {format_us(known.high)}"
        exact = f"{known.low:,.6g} to {known.high:,.6g} µs"
        label = f"median, {known.confidence * 100:.0f} % interval"
        facts.insert(1, (label, Figure(text, "samples", sample.kind, exact)))
    facts.append(("samples", format_count(sample.n)))
    if sample.outliers is not None:
        facts.append(("outliers, kept", format_count(sample.outliers)))
    if sample.stopped:
        facts.append(("ended because", sample.stopped))
    facts += [
        (
            f"step after sample {step.after:,}",
            f"from {format_us(step.before_us)} to {format_us(step.after_us)}, {sample.kind}",
        )
        for step in sample.steps or ()
    ]
    return facts


def _of_cache(cache: Cache) -> list[Fact]:
    kind = cache.kind or ""
    told: list[Fact] = []
    for level in cache.levels:
        text = f"{level.misses:,.0f} misses"
        if level.accesses is not None:
            text += f" of {level.accesses:,.0f} accesses"
        exact = f"{level.misses:,.6g} misses a call, by {cache.source}"
        told.append((f"{level.level} cache", Figure(text, "cache", kind, exact)))
    return told


def _strip(sample: SampledStatistics) -> Strip:
    low, high = sample.min, sample.max
    reach = high - low

    def place(us: float) -> str:
        return f"{2 + (WIDTH - 4) * ((us - low) / reach if reach else 0.5):.1f}"

    every = -(-len(sample.samples) // MOST_TICKS)
    return Strip(
        places=tuple(dict.fromkeys(place(us) for us in sorted(sample.samples)[::every])),
        median=place(sample.median),
        low=format_us(low),
        high=format_us(high),
        told=f"{sample.n:,} samples from {format_us(low)} to {format_us(high)}, median "
        f"{format_us(sample.median)}, {sample.kind}",
    )
