"""The figures of a case: statistics of a sample, parts of a whole, and shapes."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

Kind = Literal["measured", "simulated", "cached"]
"""Where a time comes from: a clock beside the device, the simulated NPU, or an earlier run."""

Microseconds = Annotated[float, Field(ge=0, le=1e15, allow_inf_nan=False)]
"""Up to 31 years: more is no time of a product, but a file that was edited."""

Count = Annotated[int, Field(ge=0)]
Size = Annotated[int, Field(ge=1)]


class Part(BaseModel):
    """What every part of a run file is: read-only, and silent about keys it does not know."""

    model_config = ConfigDict(frozen=True, extra="ignore")


class Shape(Part):
    """A matrix product C[m,n] = A[m,k] @ B[k,n], or a tile of one."""

    m: Size
    n: Size
    k: Size


class Grid(Part):
    """The cores that a launch uses."""

    rows: Size
    cols: Size


class Statistics(Part):
    """A sample of times in µs; a simulated one is deterministic and has n = 1 and std = 0.

    p99 is absent from files that were written before it was taken.
    """

    kind: Kind
    median: Microseconds
    mean: Microseconds
    std: Microseconds
    min: Microseconds
    max: Microseconds
    p95: Microseconds
    p99: Microseconds | None = None
    n: Size


class Interval(Part):
    """Bounds within which a time is expected, with the confidence they carry."""

    low: Microseconds
    high: Microseconds
    confidence: Annotated[float, Field(gt=0, lt=1)]


class Step(Part):
    """A change of level within a sample: the median of the stretch before it and of that after.

    after: how many samples were taken before it.
    """

    after: Size
    before_us: Microseconds
    after_us: Microseconds


class SampledStatistics(Statistics):
    """Statistics beside the sample that they were taken from, in the order of taking.

    iqr: between the quartiles; mad: median absolute deviation, unscaled; median_interval: of the
    median, by bootstrap; outliers: samples more than 1.5 iqr outside the quartiles, which are
    counted and kept; variation: std over mean; overhead_us: what timing a call that does nothing
    takes for each sample; steps: changes of level; stopped: why sampling ended. All of them are
    absent from files that were written before they were taken.
    """

    samples: tuple[Microseconds, ...]
    iqr: Microseconds | None = None
    mad: Microseconds | None = None
    median_interval: Interval | None = None
    outliers: Count | None = None
    variation: Annotated[float, Field(ge=0, allow_inf_nan=False)] | None = None
    overhead_us: Microseconds | None = None
    steps: tuple[Step, ...] | None = None
    stopped: str | None = None

    @model_validator(mode="after")
    def _whole(self) -> SampledStatistics:
        """Refuse a sample that lost or gained values since it was taken."""
        if len(self.samples) != self.n:
            raise ValueError(f"n is {self.n} and there are {len(self.samples)} samples")
        return self


class KernelShare(Part):
    """What one kernel's launches took, host and launch part included: the shares sum to the case.

    launches: submissions to the NPU; core_calls: invocations on single cores, over all launches.
    """

    name: str
    launches: Count
    core_calls: Count
    total_us: Microseconds
    per_launch_us: Microseconds


class BudgetTerm(Part):
    """One cause on the critical path: its time, and its fraction of the case's median."""

    term: str
    us: Microseconds
    fraction: Annotated[float, Field(ge=0, allow_inf_nan=False)]
