"""Chrome's JSON: the same as Perfetto's own format, for readers that know no other."""

import json
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from tests.reports.traces.profiles import Profiled, profiled
from tests.reports.traces.trace_processor import trace_processor
from tilescope.reports.traces.writing import write_trace

SLICES = "select ts, dur, name from slice order by ts, dur, name"
FLOWS = (
    "select a.name as a, b.name as b, a.ts as ta, b.ts as tb from flow "
    "join slice a on a.id = slice_out join slice b on b.id = slice_in order by 3, 4, 1, 2"
)
COUNTERS = (
    "select name, count(*), max(value) from counter join counter_track on "
    "track_id = counter_track.id group by name order by name"
)


@pytest.fixture(scope="module")
def events(tiled: Profiled, tmp_path_factory: pytest.TempPathFactory) -> list[dict[str, Any]]:
    path = tmp_path_factory.mktemp("chrome") / "tiled.trace.json"
    write_trace(tiled.path, path, chrome=True)
    found: list[dict[str, Any]] = json.loads(path.read_text(encoding="utf-8"))["traceEvents"]
    return found


def test_every_span_is_an_event(tiled: Profiled, events: list[dict[str, Any]]) -> None:
    """And two cases, four launches, host and launch part of each."""
    kinds = Counter(event["ph"] for event in events)
    assert kinds["X"] == tiled.spans + 2 + 4 + 8
    assert kinds["s"] == kinds["f"] == tiled.links + tiled.issues


def test_a_thread_is_never_zero_and_never_its_process(events: list[dict[str, Any]]) -> None:
    threads = {(event["pid"], event["tid"]) for event in events if "tid" in event}
    assert threads
    assert all(tid not in (0, pid) for pid, tid in threads)


def test_processes_say_what_is_simulated(events: list[dict[str, Any]]) -> None:
    names = [event["args"]["name"] for event in events if event.get("name") == "process_name"]
    assert names == ["host (simulated, xrt-linux)", "npu1 (simulated)"]


def test_both_formats_tell_the_same(fused: Profiled, tmp_path: Path) -> None:
    """Slices, flows and counters, as Perfetto's own trace processor reads either."""
    found = []
    for name, chrome in (("one.perfetto-trace", False), ("one.json", True)):
        write_trace(fused.path, tmp_path / name, chrome=chrome)
        with trace_processor() as loaded:
            loaded.load(tmp_path / name)
            found.append([loaded.rows(sql) for sql in (SLICES, FLOWS)])
            found[-1].append(loaded.rows(COUNTERS))
    native, other = found
    assert native[0] == other[0]
    assert native[1] == other[1]
    units = {"DDR read": "GB/s", "DDR write": "GB/s", "active cores": "cores"}  # JSON's argument
    named = [(f"{name} {units.get(name, 'bytes')}", *rest) for name, *rest in native[2]]
    assert [row[:2] for row in sorted(named)] == [row[:2] for row in other[2]]
    assert [row[2] for row in other[2]] == pytest.approx([row[2] for row in sorted(named)])


def test_an_arrow_leaves_a_launch_that_outlasts_the_host(tmp_path: Path) -> None:
    """The array works longer than the host does before it, and its first task comes early."""
    path = profiled(tmp_path, "fused-k", "long", k=4096).path
    found = []
    for name, chrome in (("one.perfetto-trace", False), ("one.json", True)):
        write_trace(path, tmp_path / name, chrome=chrome)
        with trace_processor() as loaded:
            loaded.load(tmp_path / name)
            ((start, task, end),) = loaded.rows(
                "select a.ts as start, b.ts as task, a.ts + a.dur as end from flow "
                "join slice a on a.id = slice_out join slice b on b.id = slice_in "
                "where b.name = 'issue task 0' and a.name = 'linear_fused'"
            )
            assert task - start < (end - start) / 2
            found.append(loaded.rows(FLOWS))
    assert found[0] == found[1]
