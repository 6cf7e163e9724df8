"""What a case occupied, moved, spent and lost beside its time."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from tilescope.runs.figures import Count, Part

Amount = Annotated[float, Field(ge=0, allow_inf_nan=False)]
Ratio = Annotated[float, Field(ge=0, allow_inf_nan=False)]


class TileMemory(Part):
    """The most bytes that one tile's memory ever held, beside what it has.

    allocated_bytes: what the design reserves there, absent from older files.
    """

    tile: str
    allocated_bytes: Count | None = None
    peak_bytes: Count
    capacity_bytes: Count


class MemoryLevel(Part):
    """One level of the memory hierarchy: l1, l2 (mem tiles) or ddr.

    allocated_bytes: what the design reserves; peak_bytes: the most that held data at one time,
    over all tiles of the level; capacity_bytes: of the tiles that the design uses, None for DDR;
    read_bytes and written_bytes: moved by DMAs out of and into the level over the case;
    least_bytes: what any execution must move at least, in and out together; reuse: bytes that the
    consumers took over bytes that came in. L1's are its kernels, and what they load is counted by
    their cost models; a mem tile's are the receivers of its streams, each of a broadcast alone.
    """

    level: Literal["l1", "l2", "ddr"]
    allocated_bytes: Count
    peak_bytes: Count
    capacity_bytes: Count | None = None
    read_bytes: Count
    written_bytes: Count
    least_bytes: Count | None = None
    reuse: Ratio | None = None
    tiles: tuple[TileMemory, ...] = ()


class Memory(Part):
    """What the NPU's memories held and moved, and what the baseline's process held.

    broadcast_saved_bytes: not moved twice because one stream fed several receivers; reread_bytes:
    of A and B, read from DDR more than once; both are None where nothing saw the array's memories;
    baseline_peak_rss_bytes: the process's, None where
    unknown.
    """

    levels: tuple[MemoryLevel, ...]
    broadcast_saved_bytes: Count | None = None
    reread_bytes: Count | None = None
    baseline_peak_rss_bytes: Count | None = None
    baseline_allocated_bytes: Count | None = None


class Energy(Part):
    """Energy of one call in µJ: measured with the idle share subtracted, a band, or not obtained.

    of: npu or baseline; kind: `band` is published power × time, never a measurement; source: the
    sensor or the publication; missing: why there is no figure.
    """

    of: Literal["npu", "baseline"]
    kind: Literal["measured", "band"] | None = None
    low_uj: Amount | None = None
    high_uj: Amount | None = None
    source: str = ""
    missing: str | None = None


class CacheLevel(Part):
    """What one level of a CPU's caches was asked for and did not hold, for one call."""

    level: str
    accesses: Amount | None = None
    misses: Amount


class Cache(Part):
    """The baseline's use of the CPU's caches for one call, or why it is not known.

    kind: `measured` by hardware counters, or `simulated` by cachegrind, whose caches are a model
    of the machine's; source: the program that counted.
    """

    of: Literal["baseline"] = "baseline"
    kind: Literal["measured", "simulated"] | None = None
    levels: tuple[CacheLevel, ...] = ()
    source: str = ""
    missing: str | None = None


class UlpBin(Part):
    """How many outputs lie up to so many units in the last place from the reference."""

    up_to: Count
    count: Count


class StepLoss(Part):
    """What one step of the arithmetic adds to the error.

    fraction: its share of the error's power; snr_db: signal over what it adds, None where it loses
    nothing; without_snr_db: signal over the error with this step alone exact, where that was run.
    """

    step: str
    fraction: Amount
    snr_db: Annotated[float, Field(allow_inf_nan=False)] | None = None
    without_snr_db: Annotated[float, Field(allow_inf_nan=False)] | None = None


class ErrorDetail(Part):
    """How an output differs from its reference, beside its largest errors.

    rms: root mean square; cosine: of the two as vectors; snr_db: signal to noise in dB, None for
    an exact output; ulps: histogram in units of the output dtype's last place; steps: which step
    loses how much; unexplained: the share of the error's power that the steps together lack
    (negative: exceed), because their errors hang together.
    """

    rms: Amount
    cosine: Annotated[float, Field(ge=-1.000001, le=1.000001)] | None = None
    snr_db: Annotated[float, Field(allow_inf_nan=False)] | None = None
    ulps: tuple[UlpBin, ...] = ()
    steps: tuple[StepLoss, ...] = ()
    unexplained: Annotated[float, Field(allow_inf_nan=False)] | None = None
