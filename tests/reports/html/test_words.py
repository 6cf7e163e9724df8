"""Sentences, names, moments and cells of a report."""

import pytest

from tilescope.profiling.interruptions import BUSY
from tilescope.reports.html.memories import memory_of
from tilescope.reports.html.templates import command, named, said
from tilescope.reports.html.truth import truth_table
from tilescope.reports.html.words import words_of
from tilescope.runs.counters import Memory, MemoryLevel, TileMemory
from tilescope.runs.figures import Interval
from tilescope.runs.models import Case, Run


def test_what_is_to_be_typed_looks_like_it_and_a_number_keeps_its_unit() -> None:
    assert said("ask `tilescope doctor`, or --max-noise 2; 16.9 µs") == (
        "ask <code>tilescope doctor</code>, or <code>--max-noise 2</code>; 16.9\u00a0µs"
    )
    assert said("well-known, a--b") == "well-known, a--b"
    assert (
        said("± 0.5, 90 % of 10 runs, 3 cases") == "±\u00a00.5, 90\u00a0% of 10\u00a0runs, 3 cases"
    )
    assert command("tilescope x --set a=1") == (
        "<span>tilescope</span> <span>x</span> <span>--set</span> <span>a=1</span>"
    )


def test_a_sentence_or_a_name_from_a_file_is_text() -> None:
    assert said("`<b>`\u202e") == "<code>&lt;b&gt;</code>‹U+202E›"
    assert named("<q>_proj.int8") == "&lt;q&gt;_<wbr>proj.<wbr>int8"


@pytest.mark.parametrize(
    ("date", "shown"),
    [
        ("2026-01-31T12:34:56+00:00", "2026-01-31 12:34 UTC"),
        ("2026-01-31T12:34:56+02:00", "2026-01-31 10:34 UTC"),
        ("2026-01-31T12:34:56", "2026-01-31 12:34"),
        ("some day", "some day"),
    ],
)
def test_a_date_is_read_by_people(full_run: Run, date: str, shown: str) -> None:
    provenance = full_run.provenance.model_copy(update={"date": date})
    told = words_of(full_run.model_copy(update={"provenance": provenance}), ())
    assert told.subtitle.endswith(f" · {shown}")


def _timed(case: Case, low: float, median: float, high: float) -> Case:
    """The case with PyTorch's median known to lie between low and high."""
    assert case.baseline_us is not None
    known = Interval(low=low, high=high, confidence=0.95)
    time = case.baseline_us.model_copy(update={"median": median, "median_interval": known})
    return case.model_copy(update={"baseline_us": time, "interval_us": None, "notes": ()})


def test_a_speedup_stands_out_only_where_the_interval_leaves_no_doubt(full_case: Case) -> None:
    """The NPU takes 20 ms: PyTorch's 19 to 41 may be less, 21 to 41 is more."""
    assert full_case.npu_us.median == 20_000.0
    doubtful, sure = (_timed(full_case, low, 30_000.0, 41_000.0) for low in (19_000.0, 21_000.0))
    rows = truth_table([doubtful, sure]).rows
    assert [row.faster for row in rows] == [False, True]
    assert [row.torch_noise for row in rows] == ["± 36.7 %", "± 33.3 %"]
    busy = sure.model_copy(update={"notes": (f"{BUSY}: its times are too long",)})
    assert not truth_table([busy]).rows[0].faster
    worse = Interval(low=18_000.0, high=23_000.0, confidence=0.9)  # hardware may take 23
    assert not truth_table([sure.model_copy(update={"interval_us": worse})]).rows[0].faster


def test_how_well_the_time_is_known_is_said_in_a_word(full_run: Run, full_case: Case) -> None:
    known = full_run.model_copy(update={"cases": (full_case,)})
    assert words_of(known, ()).known == "90 % within ±11 %"  # 20 / 18
    assert words_of(full_run, ()).known == "in part"
    bare = full_case.model_copy(update={"interval_us": None})
    assert words_of(full_run.model_copy(update={"cases": (bare,)}), ()).known == "not validated"


def test_headroom_is_what_the_design_leaves() -> None:
    """32 KiB reserved of 64 leave 32; an older file says nothing of what a tile reserves."""
    kib = 1_024
    tiles = (
        TileMemory(
            tile="core (0,2)", allocated_bytes=32 * kib, peak_bytes=kib, capacity_bytes=64 * kib
        ),
        TileMemory(tile="core (0,3)", peak_bytes=kib, capacity_bytes=64 * kib),
    )
    level = MemoryLevel(
        level="l1",
        allocated_bytes=33 * kib,
        peak_bytes=kib,
        capacity_bytes=128 * kib,
        read_bytes=0,
        written_bytes=0,
        tiles=tiles,
    )
    told = memory_of(Memory(levels=(level,)), "simulated")
    assert told is not None
    (row,) = told.levels
    assert row.headroom is not None
    assert row.headroom.text == "95.00 KiB"
    assert [tile.headroom for tile in row.tiles] == ["32.00 KiB left", ""]
