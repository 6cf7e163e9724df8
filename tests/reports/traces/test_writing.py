"""What is refused, what is left out, and that nothing is lost by it."""

import gzip
import json
from collections.abc import Callable
from pathlib import Path

import pytest
from perfetto.protos.perfetto.trace.perfetto_trace_pb2 import Trace

from tests.reports.traces.profiles import Profiled
from tests.reports.traces.trace_processor import trace_processor
from tilescope.errors import InputError
from tilescope.reports.traces.writing import write_trace
from tilescope.runs.files import read_run, write_run

HOSTILE = "<script>\u202e=x\x1b[31m"


@pytest.fixture
def copied(tiled: Profiled, tmp_path: Path) -> Path:
    """The run and its timelines in a folder of the test's own."""
    for path in tiled.path.parent.iterdir():
        (tmp_path / path.name).write_bytes(path.read_bytes())
    return tmp_path / tiled.path.name


def test_it_lies_beside_the_run_under_its_name(copied: Path) -> None:
    assert write_trace(copied).path == copied.with_suffix(".perfetto-trace")
    assert write_trace(copied, chrome=True).path == copied.with_suffix(".trace.json")


def test_a_file_that_exists_is_kept_unless_forced(copied: Path) -> None:
    out = copied.with_suffix(".perfetto-trace")
    out.write_text("mine")
    with pytest.raises(InputError, match="exists and is kept"):
        write_trace(copied)
    assert out.read_text() == "mine"
    write_trace(copied, force=True)
    assert out.read_bytes() != b"mine"


def test_the_same_run_gives_the_same_bytes(copied: Path, tmp_path: Path) -> None:
    one, other = (write_trace(copied, tmp_path / name).path for name in ("a.trace", "b.trace"))
    assert one.read_bytes() == other.read_bytes()


def test_processes_and_lanes_say_in_which_order_they_stand(copied: Path) -> None:
    """The host above the array, lanes as they are numbered; without it readers sort by activity."""
    trace = Trace.FromString(write_trace(copied).path.read_bytes())
    told = [
        packet.track_descriptor for packet in trace.packet if packet.HasField("track_descriptor")
    ]
    processes = [one.process for one in told if one.HasField("process")]
    assert [one.legacy_sort_index for one in processes] == [1, 2]
    assert processes[0].process_name.startswith("host")
    threads = [one.thread for one in told if one.HasField("thread")]
    ranks = [one.legacy_sort_index for one in threads]
    assert ranks == sorted(set(ranks)) == [one.tid for one in threads]
    root = told[0]
    assert (root.uuid, root.process_ordering, root.thread_ordering) == (0, 1, 1)  # explicit
    newer = [one.sibling_order_rank for one in told[1:]]
    assert newer == sorted(set(newer))
    names = [one.thread_name for one in threads]
    assert names[:4] == ["cases", "launches", "host", "controller"]


def test_counters_of_the_memories_can_be_folded_together(copied: Path) -> None:
    """Two dozen of them would stand above the controller otherwise."""
    trace = Trace.FromString(write_trace(copied).path.read_bytes())
    told = [
        packet.track_descriptor for packet in trace.packet if packet.HasField("track_descriptor")
    ]
    (group,) = (one for one in told if one.name == "memory")
    counters = {one.name: one.parent_uuid for one in told if one.HasField("counter")}
    assert {name for name, above in counters.items() if above == group.uuid} == {
        name for name in counters if name.startswith("memory ")
    }
    (array,) = (one.uuid for one in told if one.process.process_name.startswith("npu1"))
    assert group.parent_uuid == counters["DDR read"] == counters["active cores"] == array


def test_a_run_without_a_timeline_is_told_how_to_take_one(copied: Path) -> None:
    run = read_run(copied)
    bare = tuple(case.model_copy(update={"timeline": None}) for case in run.cases)
    write_run(run.model_copy(update={"cases": bare}), copied, force=True)
    with pytest.raises(InputError, match="has no timeline; profile with --json PATH --timeline"):
        write_trace(copied)
    assert not list(copied.parent.glob("*.perfetto-trace*"))
    assert not list(copied.parent.glob(".*partial"))


def _cut(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-20])


def _newer(path: Path) -> None:
    path.write_bytes(gzip.compress(json.dumps({"schema_version": 99}).encode()))


@pytest.mark.parametrize(
    ("damage", "why"),
    [
        (Path.unlink, "is not beside it"),
        (_cut, "is not a whole timeline"),
        (_newer, "has the timeline version 99"),
        (lambda path: path.write_text("hello"), "is not a whole timeline"),
    ],
)
def test_a_timeline_that_cannot_be_read_is_left_out_and_named(
    copied: Path, damage: Callable[[Path], object], why: str
) -> None:
    damage(copied.with_name("run.first.timeline.json.gz"))
    written = write_trace(copied)
    (lack,) = written.lacks
    assert lack.startswith("first is not in the trace: ")
    assert why in lack
    with trace_processor() as loaded:
        loaded.load(written.path)
        assert loaded.one("select count(*) from slice where name = 'first'") == 0
        assert loaded.one("select count(*) from slice where name = 'second'") == 1


def test_a_timeline_elsewhere_is_never_read(copied: Path) -> None:
    run = read_run(copied)
    first = run.cases[0].model_copy(update={"timeline": "../outside.timeline.json.gz"})
    write_run(run.model_copy(update={"cases": (first, run.cases[1])}), copied, force=True)
    (lack,) = write_trace(copied).lacks
    assert "only the run's folder is read" in lack


def test_a_timeline_of_version_1_makes_a_trace(copied: Path) -> None:
    """Spans alone: no flows but those of the launches, and the cores' calls counted."""
    launch = {
        "kernel": "linear_matmul",
        "count": 2,
        "device_us": 4.0,
        "names": ["core (0,2)", "call", "linear_matmul", "wait", "buffer_empty"],
        "spans": [[0, 3, 4, 0.0, 1.25], [0, 1, 2, 1.25, 3.5]],
    }
    content = {"schema_version": 1, "case": "first", "launches": [launch]}
    old = copied.with_name("run.first.timeline.json.gz")
    old.write_bytes(gzip.compress(json.dumps(content).encode()))
    copied.with_name("run.second.timeline.json.gz").unlink()
    written = write_trace(copied)
    with trace_processor() as loaded:
        loaded.load(written.path)
        found = loaded.rows("select name, dur from slice where dur in (1250, 2250) order by ts")
        assert found == [("LOCK_STALL: buffer_empty", 1250), ("linear_matmul", 2250)]
        assert loaded.one("select max(value) from counter") == 1


def test_a_hostile_name_is_shown_and_steers_nothing(copied: Path) -> None:
    run = read_run(copied)
    path = copied.with_name("run.first.timeline.json.gz")
    content = json.loads(gzip.decompress(path.read_bytes()))
    content["case"] = HOSTILE
    path.write_bytes(gzip.compress(json.dumps(content).encode()))
    named = run.cases[0].model_copy(update={"name": HOSTILE})
    write_run(run.model_copy(update={"cases": (named, run.cases[1])}), copied, force=True)
    written = write_trace(copied)
    assert written.lacks == ()
    with trace_processor() as loaded:
        loaded.load(written.path)
        names = [name for (name,) in loaded.rows("select name from slice where name like '%scr%'")]
        assert names == ["<script>‹U+202E›=x␛[31m"]


@pytest.mark.parametrize(
    "change",
    [
        {"end": [10**18, 10**18]},  # a thousand days
        {"resource": [0, 2]},
    ],
)
def test_a_timeline_edited_into_nonsense_is_refused_or_told_as_it_is(
    copied: Path, change: dict[str, list[int]]
) -> None:
    """Never a traceback, never half a file."""
    launch = {
        "kernel": "linear_matmul",
        "count": 2,
        "device_us": 4.0,
        "tick_hz": 10**9,
        "names": ["core (0,2)", "call", "no such place"],
        "links": [[0], [1]],
        "series": [],
        "spans": {
            "resource": [0, 0],
            "activity": [1, 1],
            "detail": [1, 1],
            "subject": [2, 2],
            "start": [0, 5],
            "end": [5, 9],
            "bytes": [0, 0],
            "ddr": [0, 0],
            **change,
        },
    }
    for name in ("first", "second"):
        content = {"schema_version": 2, "case": name, "launches": [launch]}
        path = copied.with_name(f"run.{name}.timeline.json.gz")
        path.write_bytes(gzip.compress(json.dumps(content).encode()))
    if "end" in change:
        with pytest.raises(InputError, match="does not fit a trace"):
            write_trace(copied)
        assert not list(copied.parent.glob("*.perfetto-trace"))
    else:
        assert write_trace(copied).lacks == ()
    assert not list(copied.parent.glob(".*partial"))
