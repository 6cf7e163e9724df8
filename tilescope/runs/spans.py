"""What each resource did and when: single spans, and a table of a million of them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, overload

import numpy as np
import numpy.typing as npt

Numbers = npt.NDArray[np.int64]

NAMES = ("resource", "activity", "detail", "subject")
AMOUNTS = ("start", "end", "bytes", "ddr")
NO_NAME = ""


@dataclass(frozen=True, slots=True)
class Span:
    """One thing that one resource did, from start to end, in µs after the launch's first step.

    activity: call, transfer, wait and so on; detail: the kernel of a call, the cause of a wait, the
    task of the controller that a shim works on; subject: the FIFO whose object is waited for;
    moved_bytes: of a transfer; ddr_us: how long DDR kept a transfer below its port's speed.
    """

    resource: str
    activity: str
    detail: str
    start_us: float
    end_us: float
    subject: str = NO_NAME
    moved_bytes: int = 0
    ddr_us: float = 0.0


class SpanTable(Sequence[Span]):
    """Spans by columns, in whole ticks; each is made when it is asked for.

    names: what the columns resource, activity, detail and subject count; tick_hz: ticks a second;
    columns: those four, and start, end, bytes and ddr (ticks).
    """

    def __init__(
        self, names: Sequence[str], tick_hz: int, columns: Mapping[str, npt.ArrayLike]
    ) -> None:
        """Raises ValueError where the columns do not match each other or name what is not there."""
        self.names = tuple(names)
        self.tick_hz = tick_hz
        self.columns: dict[str, Numbers] = {
            name: np.asarray(columns[name], dtype=np.int64) for name in (*NAMES, *AMOUNTS)
        }
        self._check()

    def __len__(self) -> int:
        return len(self.columns["start"])

    def __iter__(self) -> Iterator[Span]:
        names = self.names
        us = 1e6 / self.tick_hz
        columns = (self.columns[name].tolist() for name in (*NAMES, *AMOUNTS))
        for resource, activity, detail, subject, start, end, moved, ddr in zip(
            *columns, strict=True
        ):
            yield Span(
                names[resource],
                names[activity],
                names[detail],
                start * us,
                end * us,
                names[subject],
                moved,
                ddr * us,
            )

    @overload
    def __getitem__(self, index: int) -> Span: ...
    @overload
    def __getitem__(self, index: slice) -> SpanTable: ...
    def __getitem__(self, index: int | slice) -> Span | SpanTable:
        if isinstance(index, slice):
            rows = {name: column[index] for name, column in self.columns.items()}
            return SpanTable(self.names, self.tick_hz, rows)
        place = range(len(self))[index]
        return next(iter(self[place : place + 1]))

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Sequence) or len(self) != len(other):
            return False
        return all(one == two for one, two in zip(self, other, strict=True))

    __hash__ = None  # type: ignore[assignment]

    def __repr__(self) -> str:
        return f"SpanTable of {len(self):,} spans"

    def name(self, text: str) -> int:
        """The number of a name, -1 where no span has it."""
        return self.names.index(text) if text in self.names else -1

    def _check(self) -> None:
        if self.tick_hz <= 0:
            raise ValueError("there are no ticks in a second")
        shape = (len(self),)
        for name, column in self.columns.items():
            if column.shape != shape:
                raise ValueError(f"the column {name} is not as long as the others")
            if len(self) and column.min() < 0:
                raise ValueError(f"the column {name} goes below zero")
        for name in NAMES:
            if len(self) and self.columns[name].max() >= len(self.names):
                raise ValueError(f"the column {name} names what is not there")
        if (self.columns["end"] < self.columns["start"]).any():
            raise ValueError("a span ends before it starts")


def to_table(spans: Sequence[Span], tick_hz: int = 10**12) -> SpanTable:
    """Single spans as a table; times are rounded to its ticks, by default picoseconds."""
    if isinstance(spans, SpanTable):
        return spans
    names: dict[str, int] = {}
    ticks = tick_hz / 1e6
    rows: list[list[Any]] = []
    for span in spans:
        texts = (span.resource, span.activity, span.detail, span.subject)
        rows.append(
            [
                *(names.setdefault(text, len(names)) for text in texts),
                round(span.start_us * ticks),
                round(span.end_us * ticks),
                span.moved_bytes,
                round(span.ddr_us * ticks),
            ]
        )
    table = np.array(rows, dtype=np.int64).reshape(len(rows), len(NAMES) + len(AMOUNTS))
    return SpanTable(
        list(names), tick_hz, dict(zip((*NAMES, *AMOUNTS), table.T.copy(), strict=True))
    )
