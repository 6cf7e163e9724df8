"""Cold caches and calls after a pause, as figures of their own."""

import time
from pathlib import Path

import pytest

from tilescope.profiling import conditions
from tilescope.profiling.conditions import Flush, cold_times, idle_times, last_level_cache


@pytest.fixture
def machine(tmp_path: Path) -> Path:
    """A machine with 32 KiB, 1 MiB and 8 MiB of cache."""
    for index, size in enumerate(("32K", "32K", "1024K", "8M")):
        folder = tmp_path / conditions.CACHES / f"index{index}"
        folder.mkdir(parents=True)
        (folder / "size").write_text(size + "\n", encoding="utf-8")
    return tmp_path


def test_what_is_flushed_is_twice_the_largest_cache(machine: Path) -> None:
    assert last_level_cache(machine) == 8 << 20
    flush = Flush.of_machine(machine)
    assert flush.bytes == 16 << 20
    assert flush.note == (
        "Cold: before each of these calls 16.00 MiB are written, twice the largest cache"
    )


def test_a_machine_that_shows_no_cache_has_a_large_one_flushed(tmp_path: Path) -> None:
    flush = Flush.of_machine(tmp_path)
    assert (flush.bytes, flush.known) == (128 << 20, False)
    assert "not shown" in flush.note


def test_a_cache_size_that_cannot_be_read_is_passed_over(machine: Path) -> None:
    (machine / conditions.CACHES / "index3" / "size").write_text("much\n", encoding="utf-8")
    assert last_level_cache(machine) == 1 << 20


def test_caches_are_flushed_before_every_call_and_outside_its_time(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    order: list[str] = []

    def ready(self: Flush) -> object:
        def flush() -> None:
            time.sleep(0.002)
            order.append("flush")

        return flush

    monkeypatch.setattr(Flush, "ready", ready)
    times = cold_times(lambda: order.append("call"), 3, Flush(64, known=True))
    assert order == ["flush", "call"] * 3
    assert min(times) < 2000  # the flush alone takes 2,000 µs


def test_a_flush_writes_its_whole_buffer() -> None:
    flush = Flush(1000, known=True).ready()
    flush()
    flush()
    (buffer,) = (cell.cell_contents for cell in flush.__closure__ or ())
    assert set(buffer.tolist()) == {2}
    assert len(buffer) == 1000


def test_three_calls_are_taken_even_where_they_take_long(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(conditions, "MOST_SECONDS", 0.0)
    assert len(idle_times(lambda: None, 10, 0.001)) == 3


def test_a_pause_comes_before_every_call(monkeypatch: pytest.MonkeyPatch) -> None:
    pauses: list[float] = []
    monkeypatch.setattr(conditions.time, "sleep", pauses.append)
    assert len(idle_times(lambda: None, 4, 0.25)) == 4
    assert pauses == [0.25] * 4
