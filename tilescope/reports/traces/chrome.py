"""Chrome's JSON format, for readers that do not know Perfetto's own; an array of events."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import IO

from tilescope.reports.traces.slices import Facts, Flows, PointBatch, SliceBatch

FLOW = "feeds"


class ChromeSink:
    """Writes a trace to a file, event by event; a thread's number is never its process's."""

    def __init__(self, file: IO[bytes]) -> None:
        self._file = file
        self._lanes: list[str] = [""]  # the JSON of pid and tid
        self._gauges: dict[int, tuple[int, str, str]] = {}
        self._file.write(b'{"displayTimeUnit":"ns","traceEvents":[\n')
        self._first = True

    def process(self, pid: int, name: str, labels: tuple[str, ...]) -> None:
        """Lanes and counters of that process may follow."""
        for kind, args in (
            ("process_name", {"name": name}),
            ("process_labels", {"labels": ", ".join(labels)}),
            ("process_sort_index", {"sort_index": pid}),
        ):
            self._put(json.dumps({"ph": "M", "pid": pid, "name": kind, "args": args}))

    def lane(self, pid: int, tid: int, name: str) -> int:
        """The number of a new thread."""
        for kind, args in (
            ("thread_name", {"name": name}),
            ("thread_sort_index", {"sort_index": tid}),
        ):
            self._put(json.dumps({"ph": "M", "pid": pid, "tid": tid, "name": kind, "args": args}))
        self._lanes.append(f'"pid":{pid},"tid":{tid}')
        return len(self._lanes) - 1

    def gauge(self, pid: int, name: str, unit: str, group: str = "") -> int:
        """The number of a new counter of a process; this format knows no groups."""
        self._lanes.append("")
        number = len(self._lanes) - 1
        self._gauges[number] = (pid, json.dumps(name), json.dumps(unit))
        return number

    def slice(
        self, lane: int, name: str, start_ns: int, end_ns: int, facts: Facts, leaving: int | None
    ) -> None:
        """One slice with what is to be said of it."""
        where, args = self._lanes[lane], json.dumps(dict(facts))
        self._put(
            f'{{"ph":"X",{where},"ts":{_us(start_ns)},"dur":{_us(end_ns - start_ns)},'
            f'"name":{json.dumps(name)},"args":{args}}}'
        )
        if leaving is not None:
            self._put(_flow("s", where, start_ns, leaving))

    def slices(self, batch: SliceBatch) -> None:
        """Many slices; a flow leaves where its slice begins and arrives in the middle of another.

        What feeds another begins no later, though it may end much later; a reader drops an arrow
        that arrives before it left.
        """
        texts = [json.dumps(text) for text in batch.texts]
        leaving, arriving = _by_slice(batch.leaving), _by_slice(batch.arriving)
        next_leaving, next_arriving = next(leaving), next(arriving)
        columns = (
            batch.lanes,
            batch.names,
            batch.start_ns,
            batch.end_ns,
            batch.moved_bytes,
            batch.ddr_ns,
        )
        rows = zip(*(column.tolist() for column in columns), strict=True)
        for place, (lane, name, start, end, moved, ddr) in enumerate(rows):
            where = self._lanes[lane]
            said = [f'"moved_bytes":{moved}'] if moved else []
            said += [f'"limited_by_ddr_ns":{ddr}'] if ddr else []
            args = f',"args":{{{",".join(said)}}}' if said else ""
            self._put(
                f'{{"ph":"X",{where},"ts":{_us(start)},"dur":{_us(end - start)},'
                f'"name":{texts[name]}{args}}}'
            )
            middle = (start + end) // 2
            while next_leaving[0] == place:
                self._put(_flow("s", where, start, next_leaving[1]))
                next_leaving = next(leaving)
            while next_arriving[0] == place:
                self._put(_flow("f", where, middle, next_arriving[1]))
                next_arriving = next(arriving)

    def points(self, batch: PointBatch) -> None:
        """Many values of counters."""
        columns = (batch.gauges, batch.at_ns, batch.values)
        for gauge, at_ns, value in zip(*(column.tolist() for column in columns), strict=True):
            pid, name, unit = self._gauges[gauge]
            self._put(
                f'{{"ph":"C","pid":{pid},"ts":{_us(at_ns)},"name":{name},'
                f'"args":{{{unit}:{value:.6g}}}}}'
            )

    def close(self) -> None:
        """End the array."""
        self._file.write(b"\n]}\n")

    def _put(self, event: str) -> None:
        self._file.write(b"" if self._first else b",\n")
        self._first = False
        self._file.write(event.encode())


def _us(ns: int) -> str:
    """Whole ns as µs, every digit kept."""
    return f"{ns // 1000}.{ns % 1000:03d}"


def _flow(phase: str, where: str, at_ns: int, number: int) -> str:
    binding = ',"bp":"e"' if phase == "f" else ""
    return (
        f'{{"ph":"{phase}",{where},"ts":{_us(at_ns)},"id":{number + 1},"name":"{FLOW}",'
        f'"cat":"{FLOW}"{binding}}}'
    )


def _by_slice(flows: Flows) -> Iterator[tuple[int, int]]:
    """Slices and flows in order, then one that no slice is."""
    yield from zip(flows.slices.tolist(), flows.numbers.tolist(), strict=True)
    yield (-1, -1)
