"""Perfetto's own format: protobuf packets, written as they come."""

from __future__ import annotations

from functools import cache
from typing import IO

import numpy as np
from perfetto.protos.perfetto.trace.perfetto_trace_pb2 import (
    DebugAnnotation,
    Trace,
    TracePacket,
    TrackDescriptor,
    TrackEvent,
)

from tilescope.reports.traces.packets import (
    Content,
    Shape,
    Slot,
    field_number,
    in_order,
    nested,
    number,
)
from tilescope.reports.traces.slices import Facts, Flows, Numbers, PointBatch, SliceBatch

SEQUENCE = 1
MOST_AT_ONCE = 1 << 16  # slices or values that are in memory as packets at one time
MOVED, DDR = 1, 2  # interned names of what is said of a transfer

TIME, TRACK, NAME = Slot("time", 8), Slot("track", 3), Slot("name", 4)
AMOUNTS = {"moved": Slot("moved", 6), "ddr": Slot("ddr", 6)}


class PerfettoSink:
    """Writes a trace to a file; memory does not grow with its length, but for its names."""

    def __init__(self, file: IO[bytes]) -> None:
        self._file = file
        self._tracks = 0
        self._names: dict[str, int] = {}
        self._processes: dict[int, int] = {}
        self._groups: dict[tuple[int, str], int] = {}
        first = TracePacket(trusted_packet_sequence_id=SEQUENCE)
        first.sequence_flags = TracePacket.SEQ_INCREMENTAL_STATE_CLEARED
        for iid, text in ((MOVED, "moved_bytes"), (DDR, "limited_by_ddr_ns")):
            first.interned_data.debug_annotation_names.add(iid=iid, name=text)
        self._write(first)
        root = TracePacket(trusted_packet_sequence_id=SEQUENCE)
        root.track_descriptor.uuid = 0  # what every process stands under
        root.track_descriptor.process_ordering = TrackDescriptor.PROCESS_ORDERING_EXPLICIT
        root.track_descriptor.thread_ordering = TrackDescriptor.THREAD_ORDERING_EXPLICIT
        self._write(root)

    def process(self, pid: int, name: str, labels: tuple[str, ...]) -> None:
        """Lanes and counters of that process may follow."""
        packet = self._track()
        self._processes[pid] = packet.track_descriptor.uuid
        process = packet.track_descriptor.process
        process.pid, process.process_name, process.legacy_sort_index = pid, name, pid
        process.process_labels.extend(labels)
        self._write(packet)

    def lane(self, pid: int, tid: int, name: str) -> int:
        """The number of a new thread."""
        packet = self._track()
        thread = packet.track_descriptor.thread
        packet.track_descriptor.parent_uuid = self._processes[pid]
        thread.pid, thread.tid, thread.thread_name, thread.legacy_sort_index = pid, tid, name, tid
        self._write(packet)
        return self._tracks

    def gauge(self, pid: int, name: str, unit: str, group: str = "") -> int:
        """The number of a new counter of a process, or of a group of them that can be folded."""
        above = self._group(pid, group) if group else self._processes[pid]
        packet = self._track()
        packet.track_descriptor.parent_uuid = above
        packet.track_descriptor.name = name
        packet.track_descriptor.counter.unit_name = unit
        self._write(packet)
        return self._tracks

    def slice(
        self, lane: int, name: str, start_ns: int, end_ns: int, facts: Facts, leaving: int | None
    ) -> None:
        """One slice with what is to be said of it."""
        packet = _event(TrackEvent.TYPE_SLICE_BEGIN, lane, start_ns)
        packet.track_event.name = name
        if leaving is not None:
            packet.track_event.flow_ids.append(leaving + 1)
        for key, value in facts.items():
            said = packet.track_event.debug_annotations.add(name=key)
            if isinstance(value, str):
                said.string_value = value
            elif isinstance(value, int):
                said.int_value = value
            else:
                said.double_value = value
        self._write(packet)
        self._write(_event(TrackEvent.TYPE_SLICE_END, lane, end_ns))

    def slices(self, batch: SliceBatch) -> None:
        """Many slices, a part of them at a time."""
        iids = self._interned(batch.texts)
        for first in range(0, len(batch), MOST_AT_ONCE):
            part = batch.part(first, first + MOST_AT_ONCE)
            self._file.write(_slices(part, iids[part.names]).data)

    def points(self, batch: PointBatch) -> None:
        """Many values of counters, a part of them at a time."""
        shape = _point_shape()
        for first in range(0, len(batch.gauges), MOST_AT_ONCE):
            rows = slice(first, first + MOST_AT_ONCE)
            columns = {"time": batch.at_ns[rows], "track": batch.gauges[rows]}
            columns["value"] = batch.values[rows]  # type: ignore[assignment]
            self._file.write(shape.filled(len(columns["time"]), columns).data)

    def close(self) -> None:
        """Nothing follows."""

    def _group(self, pid: int, name: str) -> int:
        if (pid, name) not in self._groups:
            packet = self._track()
            self._groups[pid, name] = self._tracks
            packet.track_descriptor.parent_uuid = self._processes[pid]
            packet.track_descriptor.name = name
            packet.track_descriptor.child_ordering = TrackDescriptor.EXPLICIT
            self._write(packet)
        return self._groups[pid, name]

    def _track(self) -> TracePacket:
        self._tracks += 1
        packet = TracePacket(trusted_packet_sequence_id=SEQUENCE)
        packet.track_descriptor.uuid = self._tracks
        packet.track_descriptor.sibling_order_rank = self._tracks
        return packet

    def _interned(self, texts: tuple[str, ...]) -> Numbers:
        """The numbers of those names, told to the reader before they are used."""
        packet = TracePacket(trusted_packet_sequence_id=SEQUENCE)
        for text in texts:
            if text not in self._names:
                self._names[text] = len(self._names) + 1
                packet.interned_data.event_names.add(iid=self._names[text], name=text)
        if packet.HasField("interned_data"):
            packet.sequence_flags = TracePacket.SEQ_NEEDS_INCREMENTAL_STATE
            self._write(packet)
        return np.array([self._names[text] for text in texts], dtype=np.int64)

    def _write(self, packet: TracePacket) -> None:
        self._file.write(Trace(packet=[packet]).SerializeToString())


def _event(kind: int, track: int, at_ns: int) -> TracePacket:
    packet = TracePacket(trusted_packet_sequence_id=SEQUENCE, timestamp=at_ns)
    packet.track_event.type = kind
    packet.track_event.track_uuid = track
    return packet


def _slices(batch: SliceBatch, names: Numbers) -> np.ndarray[tuple[int], np.dtype[np.uint8]]:
    """The packets of slices, each one's beginning and end beside each other, in their order."""
    count = len(batch)
    leaving, arriving = (
        np.searchsorted(flows.slices, np.arange(count + 1))
        for flows in (batch.leaving, batch.arriving)
    )
    leaves, arrives = np.diff(leaving), np.diff(arriving)
    most = int(arrives.max(initial=0)) + 1
    key = ((leaves * most + arrives) * 2 + (batch.moved_bytes > 0)) * 2 + (batch.ddr_ns > 0)
    keys, of_key = np.unique(key, return_inverse=True)
    parts = []
    for place, one in enumerate(keys.tolist()):
        (leave, arrive), (moved, ddr) = divmod(one // 4, most), divmod(one % 4, 2)
        rows = np.flatnonzero(of_key == place)
        shape = _slice_shape(leave, arrive, bool(moved), bool(ddr))
        columns = {
            "time": batch.start_ns[rows],
            "end": batch.end_ns[rows],
            "track": batch.lanes[rows],
            "name": names[rows],
            "moved": batch.moved_bytes[rows],
            "ddr": batch.ddr_ns[rows],
            **_flow_columns("leaves", batch.leaving, leaving[rows], leave),
            **_flow_columns("arrives", batch.arriving, arriving[rows], arrive),
        }
        parts.append((rows, shape.filled(len(rows), columns)))
    return in_order(parts, count)


def _flow_columns(name: str, flows: Flows, first: Numbers, count: int) -> dict[str, Numbers]:
    """Perfetto takes no flow 0."""
    return {f"{name}{place}": flows.numbers[first + place] + 1 for place in range(count)}


@cache
def _slice_shape(leaving: int, arriving: int, moved: bool, ddr: bool) -> Shape:
    """A slice's beginning and its end, with so many flows and amounts."""
    event = number(field_number(TrackEvent, "name_iid"), NAME)
    for name, iid, said in (("moved", MOVED, moved), ("ddr", DDR, ddr)):
        if said:
            amount = number(field_number(DebugAnnotation, "name_iid"), iid)
            amount += number(field_number(DebugAnnotation, "uint_value"), AMOUNTS[name])
            event += nested(field_number(TrackEvent, "debug_annotations"), amount)
    for name, field, count in (
        ("leaves", "flow_ids", leaving),
        ("arrives", "terminating_flow_ids", arriving),
    ):
        for place in range(count):
            event += number(field_number(TrackEvent, field), Slot(f"{name}{place}", 8, fixed=True))
    begin = _packet(TrackEvent.TYPE_SLICE_BEGIN, TIME, event)
    return Shape(begin + _packet(TrackEvent.TYPE_SLICE_END, Slot("end", 8), []))


@cache
def _point_shape() -> Shape:
    value = number(field_number(TrackEvent, "double_counter_value"), Slot("value", 8, fixed=True))
    return Shape(_packet(TrackEvent.TYPE_COUNTER, TIME, value))


def _packet(kind: int, time: Slot, event: Content) -> Content:
    content = number(field_number(TracePacket, "timestamp"), time)
    content += number(field_number(TracePacket, "trusted_packet_sequence_id"), SEQUENCE)
    if NAME in event:
        flags = TracePacket.SEQ_NEEDS_INCREMENTAL_STATE
        content += number(field_number(TracePacket, "sequence_flags"), int(flags))
    told = number(field_number(TrackEvent, "type"), kind)
    told += number(field_number(TrackEvent, "track_uuid"), TRACK)
    content += nested(field_number(TracePacket, "track_event"), told + event)
    return nested(field_number(Trace, "packet"), content)
