"""What does Perfetto itself make of a trace?"""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from tests.reports.traces.profiles import Profiled
from tests.reports.traces.trace_processor import TraceProcessor, trace_processor
from tilescope.reports.traces.writing import write_trace


@pytest.fixture(scope="module")
def tiled_trace(
    tiled: Profiled, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[TraceProcessor]:
    path = tmp_path_factory.mktemp("trace") / "tiled.perfetto-trace"
    write_trace(tiled.path, path)
    with trace_processor() as loaded:
        loaded.load(path)
        yield loaded


@pytest.fixture(scope="module")
def fused_trace(
    fused: Profiled, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[TraceProcessor]:
    path = tmp_path_factory.mktemp("trace") / "fused.perfetto-trace"
    write_trace(fused.path, path)
    with trace_processor() as loaded:
        loaded.load(path)
        yield loaded


def test_it_reads_without_a_complaint(tiled_trace: TraceProcessor) -> None:
    assert tiled_trace.rows("select name from stats where severity != 'info' and value > 0") == []


def test_processes_say_what_is_simulated(tiled_trace: TraceProcessor) -> None:
    names = tiled_trace.rows("select pid, name from process where name is not null order by pid")
    assert names == [(1, "host (simulated, xrt-linux)"), (2, "npu1 (simulated)")]


def test_lanes_are_host_controller_shims_mem_tiles_and_cores(tiled_trace: TraceProcessor) -> None:
    names = [name for (name,) in tiled_trace.rows("select name from thread order by tid") if name]
    assert names[:5] == ["swapper", "cases", "launches", "host", "controller"]
    kinds = [name.split()[0] for name in names[5:]]
    assert kinds == sorted(kinds, key=("shim", "mem", "core").index)
    assert {"shim (0,0) MM2S0", "mem (0,1) S2MM0", "core (0,2)", "core (3,5) MM2S0"} <= set(names)
    numbers = tiled_trace.rows(
        "select tid, pid from thread join process using (upid) where tid > 2"
    )
    assert all(tid != pid for tid, pid in numbers)


def test_every_span_is_a_slice(tiled: Profiled, tiled_trace: TraceProcessor) -> None:
    """Beside them two cases, four launches, and host and launch part of each."""
    assert tiled_trace.one("select count(*) from slice") == tiled.spans + 2 + 4 + 8
    assert tiled_trace.one("select max(depth) from slice") == 0
    assert tiled_trace.one("select count(*) from slice where dur < 0") == 0


def test_a_slice_has_the_time_of_its_span(fused: Profiled, fused_trace: TraceProcessor) -> None:
    """To the ns, after what the host needs before the array starts."""
    (launch,) = fused.timelines[0].launches
    start_ns = fused_trace.one(
        "select min(ts) from slice join thread_track on track_id = thread_track.id "
        "join thread using (utid) where thread.name = 'controller'"
    )
    found = fused_trace.rows(
        "select ts, dur, slice.name from slice join thread_track on track_id = thread_track.id "
        "join thread using (utid) where thread.name = 'core (0,2)' order by ts, dur"
    )
    spans = [span for span in launch.spans if span.resource == "core (0,2)"]
    assert len(found) == len(spans)
    for (ts, duration, name), span in zip(found, spans, strict=True):
        assert ts - start_ns == pytest.approx(span.start_us * 1e3, abs=0.51)
        assert ts + duration - start_ns == pytest.approx(span.end_us * 1e3, abs=0.51)
        if span.activity == "call":
            assert name == span.detail


def test_waits_are_named_as_hardware_counts_them(tiled_trace: TraceProcessor) -> None:
    names = {name for (name,) in tiled_trace.rows("select distinct name from slice")}
    assert "LOCK_STALL: buffer_empty A_row0" in names
    assert "DMA_MM2S_0_STALLED_LOCK: buffer_empty C_0_0" in names
    assert "DMA_S2MM_0_STREAM_STARVATION" in names
    assert {"waits for a token", "waits for a task"} <= names


def test_each_launch_is_followed_by_its_tasks_to_the_calls_of_its_cores(
    tiled: Profiled, tiled_trace: TraceProcessor
) -> None:
    """Along the flows: the launch, the controller's tasks in turn, transfers, all 16 cores."""
    flows = tiled_trace.one("select count(*) from flow")
    assert flows == tiled.links + tiled.issues
    reached = tiled_trace.rows(
        """
        with recursive reach(start, id) as (
          select slice.id, slice.id from slice join thread_track on track_id = thread_track.id
            join thread using (utid) where thread.name = 'launches'
          union select start, slice_in from reach join flow on flow.slice_out = reach.id)
        select launch.name, slice.name, count(distinct reach.id) from reach
          join slice using (id) join slice launch on launch.id = reach.start
          where slice.name = launch.name and reach.id != reach.start
          group by reach.start
        """
    )
    assert reached == [
        ("linear_matmul", "linear_matmul", 16),
        ("linear_accumulate", "linear_accumulate", 8),
    ] * len(tiled.run.cases)


def test_what_a_core_call_used_can_be_followed_back_to_the_controller(
    fused_trace: TraceProcessor,
) -> None:
    """Every call of the product: back along the flows there is the task that brought A or B."""
    unfed = fused_trace.one(
        """
        with recursive fed(id, back) as (
          select id, id from slice where name = 'linear_matmul'
          union select fed.id, slice_out from fed join flow on flow.slice_in = fed.back)
        select count(*) from slice where name = 'linear_matmul' and id not in (
          select fed.id from fed join slice on slice.id = fed.back
          where slice.name like 'transfer task%')
        """
    )
    calls = fused_trace.one("select count(*) from slice where name = 'linear_matmul'")
    assert calls > 0
    assert unfed == 0


def test_a_flow_never_leads_back_in_time(fused_trace: TraceProcessor) -> None:
    assert (
        fused_trace.one(
            "select count(*) from flow join slice a on a.id = slice_out "
            "join slice b on b.id = slice_in where b.ts < a.ts"
        )
        == 0
    )


def test_counters_hold_what_the_timeline_says(fused: Profiled, fused_trace: TraceProcessor) -> None:
    (launch,) = fused.timelines[0].launches
    for name, counter in (
        ("ddr_read", "DDR read"),
        ("ddr_write", "DDR write"),
        ("active_cores", "active cores"),
    ):
        (series,) = (one for one in launch.series if one.name == name)
        found = fused_trace.rows(
            f"select ts, value from counter join counter_track on track_id = counter_track.id "
            f"where name = '{counter}' order by ts"
        )
        at_ns, values = np.array(found, dtype=np.float64).T
        assert values.max() == pytest.approx(series.peak)
        total = (values[:-1] * np.diff(at_ns)).sum()
        expected = (series.values[:-1] * np.diff(series.at_us)).sum() * 1e3
        assert total == pytest.approx(expected, rel=1e-3)
        assert values[-1] == 0
    units = dict(fused_trace.rows("select name, unit from counter_track"))
    assert units["DDR read"] == "GB/s"
    assert units["memory core (0,2)"] == "bytes"
    assert units["memory l2"] == "bytes"


def test_transfers_say_how_many_bytes(fused: Profiled, fused_trace: TraceProcessor) -> None:
    (launch,) = fused.timelines[0].launches
    moved = fused_trace.one(
        "select sum(extract_arg(arg_set_id, 'debug.moved_bytes')) from slice "
        "where name like 'transfer%'"
    )
    assert moved == sum(span.moved_bytes for span in launch.spans)


def test_host_and_launch_and_array_are_the_time_of_the_case(
    tiled: Profiled, tiled_trace: TraceProcessor
) -> None:
    """Under per-tile two blocks: two of four launches of a case are shown, half of its time."""
    for case in tiled.run.cases:
        shown_ns = tiled_trace.one(
            f"select dur from slice join thread_track on track_id = thread_track.id "
            f"join thread using (utid) where thread.name = 'cases' and slice.name = '{case.name}'"
        )
        assert case.launches == 4
        assert shown_ns == pytest.approx(case.npu_us.median * 1e3 / 2, abs=4)


def test_every_launch_is_told_where_it_is_asked_for(tiled: Profiled, tmp_path: Path) -> None:
    path = tmp_path / "every.perfetto-trace"
    write_trace(tiled.path, path, every=True)
    with trace_processor() as loaded:
        loaded.load(path)
        assert loaded.one("select count(*) from slice") == 2 * tiled.spans + 2 + 8 + 16
        assert loaded.one("select count(*) from flow") == 2 * (tiled.links + tiled.issues)
        said = loaded.rows(
            "select distinct extract_arg(arg_set_id, 'debug.launch') from slice join thread_track "
            "on track_id = thread_track.id join thread using (utid) "
            "where thread.name = 'launches' order by 1"
        )
        assert said == [("1 of 2",), ("2 of 2",)]
        total_us = sum(case.npu_us.median for case in tiled.run.cases)
        end_ns = loaded.one("select max(ts + dur) from slice")
        assert end_ns == pytest.approx(total_us * 1e3, rel=1e-3)
