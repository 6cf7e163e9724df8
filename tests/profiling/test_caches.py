"""What is read from the programs that count caches, and what is said where they cannot."""

import pytest

from tilescope.errors import InputError
from tilescope.profiling import caches
from tilescope.profiling.caches import (
    Cachegrind,
    Perf,
    find_counter,
    read_cachegrind,
    read_perf,
)
from tilescope.runs.counters import CacheLevel
from tilescope.workloads.gemm import Gemm

GEMM = Gemm("one", 16, 16, 16, "float32")
LARGE = Gemm("large", 512, 512, 512, "float32")
COUNTED = """# started on a day

4000;;L1-dcache-loads;300000;100.00;;
400;;L1-dcache-load-misses:u;300000;100.00;10.00;of all L1-dcache accesses
200;;cache-references;300000;100.00;;
20;;cache-misses;300000;100.00;10.00;of all cache refs
"""
UNCOUNTED = """
<not supported>;;L1-dcache-loads;0;100.00;;
<not counted>;;cache-misses;0;0.00;;
"""
GRIND = """desc: I1 cache: 32768 B, 64 B, 8-way associative
events: Ir I1mr ILmr Dr D1mr DLmr Dw D1mw DLmw
fn=main
1 2 3 4 5 6 7 8 9 10
summary: 1000 1 1 {reads} {misses} {last} 50 5 2
"""


def test_counts_are_those_of_one_call() -> None:
    cache = read_perf(COUNTED, 10)
    assert cache.kind == "measured"
    assert cache.levels == (
        CacheLevel(level="L1 data", accesses=400.0, misses=40.0),
        CacheLevel(level="last level", accesses=20.0, misses=2.0),
    )
    assert cache.source == "perf stat, 10 calls"


@pytest.mark.parametrize("text", ["", UNCOUNTED])
def test_a_machine_without_counters_says_so_and_what_else_there_is(text: str) -> None:
    cache = read_perf(text, 10)
    assert (cache.kind, cache.levels) == (None, ())
    assert cache.missing is not None
    assert "exposes no counters" in cache.missing
    assert "--cache cachegrind" in cache.missing


def test_counters_for_root_alone_say_what_to_do() -> None:
    cache = read_perf("", 10, "access is limited: perf_event_paranoid setting is 4")
    assert cache.missing is not None
    assert "sysctl kernel.perf_event_paranoid=1" in cache.missing


def grind(monkeypatch: pytest.MonkeyPatch, counts: dict[int, tuple[int, int, int]]) -> None:
    """Cachegrind writes these reads, misses and misses of the last level for so many calls."""
    texts = {
        calls: GRIND.format(reads=reads, misses=misses, last=last)
        for calls, (reads, misses, last) in counts.items()
    }
    monkeypatch.setattr(caches.shutil, "which", lambda name: f"/bin/{name}")
    monkeypatch.setattr(
        Cachegrind, "_run", lambda self, valgrind, gemm, calls: read_cachegrind(texts[calls])
    )


def test_what_only_starting_takes_drops_out(monkeypatch: pytest.MonkeyPatch) -> None:
    # 512³ are 134,217,728 multiply-accumulates; 10⁹ take 8 calls. 1 call: 700 reads, of which 70
    # miss; 9 calls: 1,500 and 150. A call is an eighth of the difference: 100 and 10; 8 and 1.
    grind(monkeypatch, {1: (700, 70, 10), 9: (1500, 150, 18)})
    cache = Cachegrind().count(LARGE, lambda: None)
    assert cache.kind == "simulated"
    assert cache.levels == (
        CacheLevel(level="L1 data", accesses=100.0, misses=10.0),
        CacheLevel(level="last level", accesses=10.0, misses=1.0),
    )


def test_small_products_are_made_often_enough_to_be_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    # 16³ = 4,096 multiply-accumulates a call; 1,000,000,000 take 244,141 calls.
    grind(monkeypatch, {1: (0, 10, 0), 244_142: (488_282, 244_151, 0)})
    cache = Cachegrind().count(GEMM, lambda: None)
    assert cache.levels[0].accesses == pytest.approx(2.0)
    assert cache.levels[0].misses == pytest.approx(1.0)


@pytest.mark.parametrize(("more", "levels"), [(97, 1), (98, 1), (99, 1), (100, 2)])
def test_what_grows_no_more_than_starting_varies_is_left_out(
    more: int, levels: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Starting takes 98 + 2 misses of the last level, of which 1 % is 1: two more are known.
    grind(monkeypatch, {1: (700, 70, 98), 9: (1500, 150, more)})
    assert len(Cachegrind().count(LARGE, lambda: None).levels) == levels


def test_a_product_that_cannot_be_told_from_starting_has_no_figure(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    grind(monkeypatch, {1: (700, 70, 10), 9: (705, 100, 10)})
    cache = Cachegrind().count(LARGE, lambda: None)
    assert (cache.kind, cache.levels) == (None, ())
    assert cache.missing is not None
    assert "lost in what starting Python takes" in cache.missing


@pytest.mark.parametrize(("counter", "package"), [(Perf(), "perf"), (Cachegrind(), "valgrind")])
def test_a_program_that_is_not_there_is_a_reason(
    counter: Perf | Cachegrind, package: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(caches.shutil, "which", lambda name: None)
    cache = counter.count(GEMM, lambda: None)
    assert cache.missing is not None
    assert cache.missing.startswith(f"{package} is not installed")


def test_output_without_totals_is_a_reason(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(caches.shutil, "which", lambda name: f"/bin/{name}")
    monkeypatch.setattr(Cachegrind, "_run", lambda *_: read_cachegrind("events: Ir\n"))
    assert Cachegrind().count(GEMM, lambda: None).missing == (
        "cachegrind: its output holds no totals"
    )


def test_another_counter_is_refused() -> None:
    with pytest.raises(InputError, match="Unknown cache counter 'papi'; there is perf, cachegrind"):
        find_counter("papi")
