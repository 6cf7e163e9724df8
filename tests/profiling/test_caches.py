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
summary: 1000 1 1 {reads} {misses} 10 50 5 2
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


def grind(monkeypatch: pytest.MonkeyPatch, texts: dict[int, str]) -> None:
    """Cachegrind writes these for so many calls."""
    monkeypatch.setattr(caches.shutil, "which", lambda name: f"/bin/{name}")
    monkeypatch.setattr(
        Cachegrind, "_run", lambda self, valgrind, gemm, calls: read_cachegrind(texts[calls])
    )


def test_what_only_starting_takes_drops_out(monkeypatch: pytest.MonkeyPatch) -> None:
    # One call: 700 reads and 50 writes, of which 70 + 5 miss; 4 calls: 1,300 reads, of which 100
    # miss. A call is a third of the difference: (1,300 − 700)/3 = 200 accesses, 30/3 = 10 misses.
    texts = {1: GRIND.format(reads=700, misses=70), 4: GRIND.format(reads=1300, misses=100)}
    grind(monkeypatch, texts)
    cache = Cachegrind().count(LARGE, lambda: None)
    assert cache.kind == "simulated"
    assert cache.levels == (
        CacheLevel(level="L1 data", accesses=200.0, misses=10.0),
        CacheLevel(level="last level", accesses=10.0, misses=0.0),
    )


def test_small_products_are_made_often_enough_to_be_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    # 16³ = 4,096 multiply-accumulates a call; 200,000,000 take 48,829 calls.
    counts = {1: GRIND.format(reads=0, misses=0), 48_830: GRIND.format(reads=97_658, misses=0)}
    grind(monkeypatch, counts)
    cache = Cachegrind().count(GEMM, lambda: None)
    assert cache.levels[0].accesses == pytest.approx(2.0)


def test_more_misses_than_accesses_are_no_figure(monkeypatch: pytest.MonkeyPatch) -> None:
    texts = {1: GRIND.format(reads=700, misses=70), 4: GRIND.format(reads=701, misses=100)}
    grind(monkeypatch, texts)
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
