"""What a run took beside its time, each with its kind or the reason why there is no figure."""

from typing import Any

from tilescope.profiling.samples import measured
from tilescope.reports.beside_time import beside_time
from tilescope.runs.counters import (
    Cache,
    CacheLevel,
    Energy,
    Memory,
    MemoryLevel,
    TileMemory,
)
from tilescope.runs.models import Run


def told(run: Run, **changes: Any) -> list[str]:
    """What is said of a run whose one case has these figures."""
    (case,) = run.cases
    changed = case.model_copy(update=changes)
    return beside_time(run.model_copy(update={"cases": (changed,)}))


def test_what_was_not_obtained_is_not_mentioned(per_tile_run: Run) -> None:
    assert told(per_tile_run) == []


def test_a_band_says_that_it_is_one(per_tile_run: Run) -> None:
    band = Energy(of="npu", kind="band", low_uj=2340.0, high_uj=5000.0, source="1.17 to 2.5 W")
    none = Energy(of="baseline", missing="RAPL: no package")
    assert told(per_tile_run, energy=(band, none)) == [
        "Energy: the NPU 2.34 to 5.00 mJ (a band, no measurement: 1.17 to 2.5 W); "
        "PyTorch not available (RAPL: no package)"
    ]


def test_what_was_measured_says_by_what(per_tile_run: Run) -> None:
    energy = Energy(of="baseline", kind="measured", low_uj=1.5e6, high_uj=1.5e6, source="RAPL")
    assert told(per_tile_run, energy=(energy,)) == [
        "Energy: PyTorch 1.50 J a call of each (measured by RAPL)"
    ]


def test_hot_and_cold_and_after_a_pause_stand_apart(per_tile_run: Run) -> None:
    # PyTorch takes 1,000 µs hot; 1,500 cold is 1.5 times as long.
    assert told(
        per_tile_run,
        baseline_cold_us=measured([1500.0]),
        baseline_idle_us=measured([3000.0]),
        baseline_first_us=20_000.0,
    ) == [
        "PyTorch takes 1.00 ms hot and sustained, 1.50 ms with cold caches (1.50×), 3.00 ms "
        "after a pause (3.00×), 20.0 ms for the very first calls"
    ]


def test_the_fullest_tile_of_each_kind_is_named(per_tile_run: Run) -> None:
    def level(name: Any, *peaks: int) -> MemoryLevel:
        tiles = tuple(
            TileMemory(tile=f"{name} {peak}", peak_bytes=peak, capacity_bytes=65536)
            for peak in peaks
        )
        return MemoryLevel(
            level=name,
            allocated_bytes=1,
            peak_bytes=sum(peaks),
            read_bytes=0,
            written_bytes=0,
            tiles=tiles,
        )

    memory = Memory(
        levels=(level("l1", 1024, 32768), level("l2", 2048), level("ddr")),
        baseline_peak_rss_bytes=100 << 20,
        baseline_allocated_bytes=4096,
    )
    assert told(per_tile_run, memory=memory) == [
        "Memory: a core's L1 holds at most 32.00 KiB of 64.00 KiB, a mem tile holds at most "
        "2.000 KiB of 64.00 KiB",
        "PyTorch's process holds at most 100.0 MiB, our side included; one call allocates up to "
        "4.000 KiB",
    ]


def test_caches_say_whether_they_were_counted_or_simulated(per_tile_run: Run) -> None:
    cache = Cache(
        kind="simulated",
        levels=(CacheLevel(level="L1 data", accesses=2000.0, misses=100.0),),
        source="cachegrind",
    )
    assert told(per_tile_run, cache=(cache,)) == [
        "PyTorch's caches, q_proj: L1 data 100 misses of 2,000 a call (simulated by cachegrind)"
    ]
    assert told(per_tile_run, cache=(Cache(missing="perf: none"),)) == [
        "PyTorch's caches: not available (perf: none)"
    ]
