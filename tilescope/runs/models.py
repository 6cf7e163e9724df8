"""The run: what was profiled, what came out, and under which conditions; the one file format."""

from __future__ import annotations

from typing import Annotated, Any, Final, Literal

from pydantic import BeforeValidator, Field, SerializeAsAny

from tilescope.runs.counters import Cache, Energy, ErrorDetail, Memory
from tilescope.runs.figures import (
    BudgetTerm,
    Count,
    Grid,
    Interval,
    KernelShare,
    Microseconds,
    Part,
    SampledStatistics,
    Shape,
    Size,
    Statistics,
)
from tilescope.runs.limits import Advice, Bound, Change

SCHEMA_VERSION: Final = 1

Rate = Annotated[float, Field(ge=0, allow_inf_nan=False)]
Error = Annotated[float, Field(ge=0, allow_inf_nan=False)]


def _with_its_sample(value: object) -> object:
    """A time that has a sample is read with it."""
    sampled = isinstance(value, dict) and "samples" in value
    return SampledStatistics.model_validate(value) if sampled else value


AnyStatistics = Annotated[SerializeAsAny[Statistics], BeforeValidator(_with_its_sample)]
"""A time with its sample where one was taken: a simulated time has none."""


class MappingChoice(Part):
    """How the work was laid out.

    block: what one launch covers; core_tile: what one core holds for one kernel call; emulation:
    how many bfloat16 products stand for a float32 one, or how bfloat16 is multiplied, where a
    kernel emulates it; c_dtype: what
    C and its partial sums are held in; c_depth: how often C is buffered on a core; k_mt: K that a
    mem tile stages, where it is more than a core tile's; b_layout: whether B lies by rows or by
    columns; toolchain: whose code the kernels' cycles are.
    """

    family: str
    block: Shape
    core_tile: Shape
    grid: Grid
    ports: str
    kernel: str
    emulation: str | None = None
    c_dtype: str | None = None
    c_depth: Size | None = None
    k_mt: Size | None = None
    b_layout: str | None = None
    toolchain: str | None = None


class Prediction(Part):
    """What the simulated NPU says of a case that was measured, never a part of the measurement.

    us: its time under the runtime; error: (us − measured) ÷ measured, at the median; interval_us:
    where hardware is expected; device_us: the array's part of us; budget: its terms, in those that
    a measurement has.
    """

    us: Microseconds
    runtime: str
    error: Annotated[float, Field(ge=-1, allow_inf_nan=False)]
    interval_us: Interval | None = None
    device_us: Microseconds
    budget: tuple[BudgetTerm, ...] = ()


class Case(Part):
    """One matrix product under one mapping, device and runtime.

    op: what it is one of: a `linear` projection, any `gemm`, or one `tile`; batch and sequence:
    what M is the product of, where several points were asked for; padded: what the mapping makes
    of the shape, where that is more; GFLOP/s count the unpadded work;
    npu_us: the whole case as its caller waits for it, without the one-time setup_us; device_us:
    first controller instruction to last token, summed over the launches, absent where it was not
    obtained; budget: parts of npu_us; predicted: the simulation's word on a measured case;
    baseline_us: PyTorch's calls one after another, with caches as they leave them (hot, sustained);
    baseline_missing: why there is no PyTorch figure; baseline_first_us: its first call ever;
    baseline_cold_us: each after the caches were flushed; baseline_idle_us: each after a pause;
    numpy_us: NumPy's times, where it was timed;
    max_rel_error: max |NPU − reference| over max |reference|; reference names what that was,
    `contract` where PyTorch has no such C; error: how the output differs from it in more detail;
    bound: what no execution of this mapping can beat; memory, energy and cache: absent where they
    were not asked for; notes: what a reader must know before trusting them.
    """

    op: str = "linear"
    name: str
    description: str = ""
    batch: Size | None = None
    sequence: Size | None = None
    shape: Shape
    padded: Shape | None = None
    dtype: str
    device: str
    runtime: str
    mapping: MappingChoice
    npu_us: AnyStatistics
    setup_us: Microseconds
    device_us: Microseconds | None = None
    predicted: Prediction | None = None
    baseline_us: SampledStatistics | None = None
    baseline_missing: str | None = None
    baseline_first_us: Microseconds | None = None
    baseline_cold_us: SampledStatistics | None = None
    baseline_idle_us: SampledStatistics | None = None
    numpy_us: SampledStatistics | None = None
    speedup: Rate | None = None
    npu_gflops: Rate
    baseline_gflops: Rate | None = None
    max_abs_error: Error | None = None
    max_rel_error: Error | None = None
    reference: Literal["pytorch", "float64", "contract"] | None = None
    error: ErrorDetail | None = None
    launches: Count
    kernels: tuple[KernelShare, ...]
    budget: tuple[BudgetTerm, ...]
    tiles: Size
    bound: Bound | None = None
    memory: Memory | None = None
    energy: tuple[Energy, ...] = ()
    cache: tuple[Cache, ...] = ()
    interval_us: Interval | None = None
    timeline: str | None = None
    notes: tuple[str, ...] = ()


class Provenance(Part):
    """The conditions of a run: versions, machine, date and command, and no secrets.

    virtualisation: None where none was seen; packages: versions of what else took part; cpus: that
    this process may use; cpu_mhz: the clock now, cpu_max_mhz: the most that it may have; load: of
    the last minute; environment: the variables that change times, of a fixed list of names.
    """

    tilescope: str
    git_commit: str | None = None
    engine: str | None = None
    kernel_library: str | None = None
    device: str
    runtime: str
    python: str
    numpy: str
    torch: str | None = None
    torch_threads: Size | None = None
    cpu: str | None = None
    governor: str | None = None
    virtualisation: str | None = None
    packages: dict[str, str] = Field(default_factory=dict)
    cpus: Size | None = None
    cpu_mhz: Rate | None = None
    cpu_max_mhz: Rate | None = None
    load: Rate | None = None
    environment: dict[str, str] | None = None
    os: str
    date: str
    seed: int
    command_line: str


class Run(Part):
    """The cases of one call, in the order they were asked for; complete is false after Ctrl-C.

    changed: what of the device or the runtime was set otherwise for this run (`--set`); such a
    run carries no interval. chosen_by: `search` where a search found the mapping of each product,
    not a request. advice: what to try next.
    """

    schema_version: Literal[1] = SCHEMA_VERSION
    complete: bool = True
    cases: tuple[Case, ...]
    changed: tuple[Change, ...] = ()
    chosen_by: Literal["search"] | None = None
    advice: tuple[Advice, ...] = ()
    provenance: Provenance


def json_schema() -> dict[str, Any]:
    """The JSON Schema of a run file."""
    schema = Run.model_json_schema()
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **schema}
