"""The timeline's sidecar file."""

import gzip
import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from tilescope.errors import InputError
from tilescope.runs.series import Series
from tilescope.runs.spans import to_table
from tilescope.runs.timeline import (
    LaunchTimeline,
    Span,
    Timeline,
    read_timeline,
    timeline_path,
    write_timeline,
)
from tilescope.runs.usage import ResourceUse

SPANS = (
    Span("mem (0,1) MM2S0", "transfer", "", 1.0, 1.25, moved_bytes=1024, ddr_us=0.125),
    Span("core (0,2)", "call", "linear_matmul_float32_safe", 1.25, 3.5),
    Span("core (0,2)", "wait", "buffer_empty", 3.5, 4.0, subject="A_row0"),
)
HELD = Series("held", "core (0,2)", "bytes", np.array([1, 5]), np.array([64, 0]), 10**12, limit=99)
LAUNCH = LaunchTimeline(
    "linear_matmul",
    180,
    27.5,
    SPANS,
    (ResourceUse("core (0,2)", "core", 2.25, {"buffer_empty": 0.5}, 1.25),),
    np.array([[0, 1]]),
    (HELD,),
)
TIMELINE = Timeline("q_proj", (LAUNCH,))


def change(path: Path, **changes: object) -> None:
    """Put other content into a timeline's only launch."""
    content = json.loads(gzip.decompress(path.read_bytes()))
    content["launches"][0].update(changes)
    path.write_bytes(gzip.compress(json.dumps(content).encode()))


def test_a_timeline_comes_back_as_it_was_written(tmp_path: Path) -> None:
    path = timeline_path(tmp_path / "run.json", "q_proj")
    assert path.name == "run.q_proj.timeline.json.gz"
    write_timeline(TIMELINE, path)
    (launch,) = read_timeline(path).launches
    assert tuple(launch.spans) == SPANS
    assert (launch.kernel, launch.count, launch.device_us) == ("linear_matmul", 180, 27.5)
    assert launch.uses == LAUNCH.uses
    assert launch.links.tolist() == [[0, 1]]
    (series,) = launch.series
    assert (series.name, series.of, series.unit, series.limit) == (
        "held",
        "core (0,2)",
        "bytes",
        99.0,
    )
    assert series.ticks.tolist() == [1, 5]
    assert series.values.tolist() == [64.0, 0.0]


def test_a_series_keeps_its_own_ticks(tmp_path: Path) -> None:
    """1 and 5 ticks of a microsecond each, beside spans that count picoseconds."""
    path = tmp_path / "a.gz"
    slow = replace(HELD, tick_hz=10**6)
    write_timeline(Timeline("q_proj", (replace(LAUNCH, series=(HELD, slow)),)), path)
    (launch,) = read_timeline(path).launches
    fast, other = launch.series
    assert fast.at_us.tolist() == HELD.at_us.tolist()
    assert other.at_us.tolist() == [1.0, 5.0]


def test_a_series_without_ticks_of_its_own_has_those_of_the_spans(tmp_path: Path) -> None:
    """As version 2 was first written."""
    path = tmp_path / "a.gz"
    write_timeline(TIMELINE, path)
    series = json.loads(gzip.decompress(path.read_bytes()))["launches"][0]["series"]
    del series[0]["tick_hz"]
    change(path, series=series)
    (launch,) = read_timeline(path).launches
    assert launch.series[0].at_us.tolist() == HELD.at_us.tolist()


def test_the_same_spans_give_the_same_bytes(tmp_path: Path) -> None:
    first, second = tmp_path / "a.gz", tmp_path / "b.gz"
    write_timeline(TIMELINE, first)
    write_timeline(TIMELINE, second)
    assert first.read_bytes() == second.read_bytes()


def test_a_timeline_of_version_1_still_opens(tmp_path: Path) -> None:
    """Rows of µs and nothing else, as it was written before there were columns."""
    path = tmp_path / "a.gz"
    launch = {
        "kernel": "linear_matmul",
        "count": 180,
        "device_us": 27.5,
        "names": ["core (0,2)", "call", "linear_matmul_float32_safe"],
        "columns": ["resource", "activity", "detail", "start_us", "end_us"],
        "spans": [[0, 1, 2, 1.25, 3.5]],
    }
    content = {"schema_version": 1, "case": "q_proj", "launches": [launch]}
    path.write_bytes(gzip.compress(json.dumps(content).encode()))
    (found,) = read_timeline(path).launches
    assert found.spans == (Span("core (0,2)", "call", "linear_matmul_float32_safe", 1.25, 3.5),)
    assert (found.uses, found.series, found.links.tolist()) == ((), (), [])


def test_a_timeline_of_a_newer_version_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.gz"
    path.write_bytes(gzip.compress(b'{"schema_version": 3, "case": "q", "launches": []}'))
    with pytest.raises(InputError, match="version 3; this tilescope reads up to 2"):
        read_timeline(path)


def test_a_timeline_cut_short_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.gz"
    write_timeline(TIMELINE, path)
    path.write_bytes(path.read_bytes()[:-12])
    with pytest.raises(InputError, match="not a whole timeline"):
        read_timeline(path)


@pytest.mark.parametrize("content", [b"", b"{}", b"[]", b"3", b"[" * 100_000, b'{"a": NaN}'])
def test_what_is_no_timeline_is_refused(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "a.gz"
    path.write_bytes(gzip.compress(content))
    with pytest.raises(InputError, match="not a whole timeline"):
        read_timeline(path)


def test_a_timeline_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"a\.gz is not there; it lies beside the run file"):
        read_timeline(tmp_path / "a.gz")


@pytest.mark.parametrize(
    "changes",
    [
        {"links": [[0], [3]]},  # there are three spans, 0 to 2
        {"links": [[-1], [0]]},
        {"tick_hz": 0},
        {"names": ["core (0,2)"]},
        {"spans": {}},
        {"spans": []},
        {"series": [{"name": "held"}]},
        {"count": "many"},
        {"count": -1},
        {"device_us": -1.0},
        {"device_us": float("nan")},
    ],
)
def test_a_timeline_that_was_edited_into_nonsense_is_refused(
    tmp_path: Path, changes: dict[str, object]
) -> None:
    path = tmp_path / "a.gz"
    write_timeline(TIMELINE, path)
    change(path, **changes)
    with pytest.raises(InputError, match="not a whole timeline"):
        read_timeline(path)


def test_single_spans_are_a_table_and_the_same_again() -> None:
    table = to_table(SPANS)
    assert table == SPANS
    assert tuple(table[1:]) == SPANS[1:]
    assert table[-1] == SPANS[-1]
    with pytest.raises(IndexError):
        table[3]
