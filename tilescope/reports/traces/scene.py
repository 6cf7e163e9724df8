"""A run as a trace tells it: host, launches and cases above, the array below, one after the other.

A launch's host part stands before its array part, as nobody measured how it falls around it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace

import numpy as np

from tilescope.reports.names import shown
from tilescope.reports.traces.batches import elapsed_ns, point_batch, series_of, slice_batch
from tilescope.reports.traces.labels import CONTROLLER, lane_order
from tilescope.reports.traces.slices import Facts, Flows, PointBatch, SliceBatch, TraceSink
from tilescope.runs.keys import case_key
from tilescope.runs.models import Case, Run
from tilescope.runs.series import Series
from tilescope.runs.spans import to_table
from tilescope.runs.timeline import LaunchTimeline, Timeline

HOST = 1
MOST_WAITING = 1 << 15  # slices that wait to be told together
FIRST_THREAD = 1000  # of process 1; a process's threads are numbered from its own thousand
PLACED = "before the array; how much of it comes after is not modelled"
GAUGES = {"ddr_read": "DDR read", "ddr_write": "DDR write", "active_cores": "active cores"}
HELD = "held"
MEMORY = "memory"
ISSUE = "issue"


@dataclass(frozen=True)
class _HostLanes:
    cases: int
    launches: int
    host: int


@dataclass(frozen=True)
class _Kind:
    """One kind of launch, ready to be told as often as it is submitted."""

    kernel: str
    count: int
    host_ns: int
    launch_ns: int
    device_ns: int
    elapsed_ns: int
    slices: SliceBatch
    points: PointBatch
    waiting: list[tuple[int, int]] = field(default_factory=list)

    @property
    def flows(self) -> int:
        """Flows that it needs, the one from its launch included."""
        return len(self.slices.arriving.numbers)

    @property
    def is_followed(self) -> bool:
        """Whether flow 0, from its launch, leads anywhere."""
        return bool((self.slices.arriving.numbers == 0).any())


class Scene:
    """Tells a run's cases to a sink, each after the one before."""

    def __init__(self, run: Run, sink: TraceSink) -> None:
        self._run = run
        self._sink = sink
        self._now_ns = 0
        self._flows = 0
        self._processes: dict[str, int] = {}
        self._lanes: dict[tuple[int, str], int] = {}
        self._gauges: dict[tuple[int, str, str], int] = {}
        simulated = all(case.npu_us.kind == "simulated" for case in run.cases)
        runtimes = ", ".join(sorted({case.runtime for case in run.cases}))
        name = f"host (simulated, {runtimes})" if simulated else f"host ({runtimes})"
        labels = (f"tilescope {run.provenance.tilescope}", run.provenance.date)
        sink.process(HOST, shown(name), tuple(map(shown, labels)))
        self._host = _HostLanes(*(self._lane(HOST, name) for name in ("cases", "launches", "host")))

    def tell(self, case: Case, timeline: Timeline, *, every: bool) -> None:
        """One case: each kind of launch once, or every launch."""
        pid = self._process(case)
        names: set[str] = set().union(*map(_resources, timeline.launches))
        lanes = {name: self._lane(pid, name) for name in sorted(names, key=lane_order)}
        kinds = [self._kind(case, launch, pid, lanes) for launch in timeline.launches]
        start_ns = self._now_ns
        told = 0
        for number, kind in _order(kinds, every=every):
            self._launch(kind, number)
            told += 1
        for kind in kinds:
            self._tell_waiting(kind)
        facts: dict[str, str | int | float] = {
            "key": case_key(case),
            "kind": case.npu_us.kind,
            "device": shown(case.device),
            "runtime": shown(case.runtime),
            "npu_us": case.npu_us.median,
            "launches": case.launches,
            "launches_shown": told,
        }
        self._sink.slice(self._host.cases, shown(case.name), start_ns, self._now_ns, facts, None)

    def _launch(self, kind: _Kind, number: int) -> None:
        """The host's part, then the array's."""
        sink, start_ns, flow = self._sink, self._now_ns, self._flows
        array_ns = start_ns + kind.host_ns + kind.launch_ns
        end_ns = array_ns + kind.device_ns
        count = f"{number + 1} of {kind.count}"
        facts: Facts = {"launch": count} if kind.count > 1 else {}
        leaving = flow if kind.is_followed else None
        sink.slice(self._host.launches, shown(kind.kernel), start_ns, end_ns, facts, leaving)
        placed: Facts = {"placed": PLACED}
        if kind.host_ns:
            name = "host: copies, buffer sync"
            sink.slice(self._host.host, name, start_ns, start_ns + kind.host_ns, placed, None)
        if kind.launch_ns:
            name = "launch: submission, mailbox, wake-up"
            sink.slice(self._host.host, name, start_ns + kind.host_ns, array_ns, placed, None)
        kind.waiting.append((array_ns, flow))
        if len(kind.waiting) * len(kind.slices) >= MOST_WAITING:
            self._tell_waiting(kind)
        self._flows += kind.flows
        # Rarely something on the array outlasts the launch and what the host does before the next.
        before_next = kind.host_ns + kind.launch_ns
        self._now_ns = max(end_ns, array_ns + kind.elapsed_ns - before_next)

    def _tell_waiting(self, kind: _Kind) -> None:
        """The array's part of launches that were told of: many short ones at once are quicker."""
        if kind.waiting:
            ns, flows = np.array(kind.waiting, dtype=np.int64).T
            self._sink.slices(kind.slices.repeated(ns, flows))
            self._sink.points(kind.points.repeated(ns))
            kind.waiting.clear()

    def _kind(
        self, case: Case, launch: LaunchTimeline, pid: int, lanes: Mapping[str, int]
    ) -> _Kind:
        series = series_of(launch)
        gauges = {(one.name, one.of): self._gauge(pid, one) for one in series}
        host_us, launch_us = host_parts(case, launch)
        elapsed = elapsed_ns(launch)
        slices = _in_sequence(slice_batch(launch, lanes), lanes.get(CONTROLLER))
        return _Kind(
            launch.kernel,
            launch.count,
            round(host_us * 1e3),
            round(launch_us * 1e3),
            round(launch.device_us * 1e3),
            elapsed,
            slices,
            point_batch(series, gauges, elapsed),
        )

    def _process(self, case: Case) -> int:
        kind = case.npu_us.kind
        name = f"{case.device} ({kind})"
        if name not in self._processes:
            self._processes[name] = HOST + 1 + len(self._processes)
            labels = (kind, case.device, case.runtime)
            self._sink.process(self._processes[name], shown(name), tuple(map(shown, labels)))
        return self._processes[name]

    def _lane(self, pid: int, name: str) -> int:
        if (pid, name) not in self._lanes:
            tid = FIRST_THREAD * pid + len(self._lanes) + 1
            self._lanes[pid, name] = self._sink.lane(pid, tid, shown(name))
        return self._lanes[pid, name]

    def _gauge(self, pid: int, series: Series) -> int:
        key = (pid, series.name, series.of)
        if key not in self._gauges:
            group = MEMORY if series.name == HELD else ""
            name = GAUGES.get(series.name, f"{group or series.name} {series.of}")
            self._gauges[key] = self._sink.gauge(pid, shown(name), shown(series.unit), group)
        return self._gauges[key]


def host_parts(case: Case, launch: LaunchTimeline) -> tuple[float, float]:
    """Of one launch: the host's µs and those of getting it there and back; 0 where not known.

    A kernel's share holds host, launch and array together, and each launch costs the same to get
    there and back.
    """
    share = next((share for share in case.kernels if share.name == launch.kernel), None)
    if share is None or not share.launches or not case.launches:
        return 0.0, 0.0
    both_us = max(0.0, share.per_launch_us - launch.device_us)
    all_us = sum(part.us for part in case.budget if part.term == "launch")
    launch_us = min(both_us, all_us / case.launches)
    return both_us - launch_us, launch_us


def _order(kinds: list[_Kind], *, every: bool) -> Iterator[tuple[int, _Kind]]:
    """The launches in turn, one of each kind; every turn where all are wanted."""
    rounds = max((kind.count for kind in kinds), default=0) if every else 1
    for number in range(rounds):
        for kind in kinds:
            if number < kind.count:
                yield number, kind


def _resources(launch: LaunchTimeline) -> set[str]:
    table = to_table(launch.spans)
    places = np.unique(table.columns["resource"]).tolist()
    return {use.name for use in launch.uses} | {table.names[place] for place in places}


def _in_sequence(batch: SliceBatch, controller: int | None) -> SliceBatch:
    """Flow 0 leads from the launch to the controller's first task, others from each to the next.

    The batch's own flows are numbered after them.
    """
    issues = np.flatnonzero(
        (batch.lanes == controller) & np.char.startswith(batch.texts, ISSUE)[batch.names]
        if controller is not None and len(batch)
        else []
    )
    count = len(issues)
    later = batch.renumbered(count)
    numbers = np.arange(count)
    leaving, arriving = later.leaving, later.arriving
    return replace(
        later,
        leaving=Flows.of(
            np.append(leaving.slices, issues[:-1]), np.append(leaving.numbers, numbers[1:])
        ),
        arriving=Flows.of(np.append(arriving.slices, issues), np.append(arriving.numbers, numbers)),
    )
