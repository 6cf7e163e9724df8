"""The engine's spans with names: of resources, kernels, causes, tasks and FIFOs."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from tilescope.runs.spans import NO_NAME, SpanTable
from tilescope.simulation.outcomes import ACTIVITIES, CAUSES, DesignOutcome

Numbers = npt.NDArray[np.int64]

CALL, TRANSFER, WAIT = (ACTIVITIES.index(name) for name in ("call", "transfer", "wait"))
OF_TASKS = [ACTIVITIES.index(name) for name in ("issue", "transfer", "setup", "token")]


def spans_of(outcome: DesignOutcome) -> tuple[SpanTable, Numbers]:
    """The spans by start and resource, and the place in there of each span of the outcome."""
    order = np.lexsort((outcome.spans[:, 0], outcome.spans[:, 3]))
    places = np.empty(len(order), dtype=np.int64)
    places[order] = np.arange(len(order))
    resource, activity, detail, start, end = outcome.spans[order].T
    subject, ddr = outcome.notes.subjects[order].T
    names = _Names()
    table = {
        "resource": names.of([use.name for use in outcome.resources], resource),
        "activity": names.of(ACTIVITIES, activity),
        "detail": names.of(outcome.lowered.kernel_names, detail, activity == CALL)
        + names.of(CAUSES, detail, activity == WAIT)
        + names.of_tasks(detail, np.isin(activity, OF_TASKS) & (detail >= 0)),
        "subject": names.of(*_fifos(outcome, subject, activity == WAIT)),
        "start": start,
        "end": end,
        "bytes": np.where(activity == TRANSFER, subject, 0),
        "ddr": ddr,
    }
    return SpanTable(names.texts, outcome.tick_hz, table), places


class _Names:
    """Numbers for texts, each text once; the empty text is 0."""

    def __init__(self) -> None:
        self._numbers: dict[str, int] = {NO_NAME: 0}

    @property
    def texts(self) -> list[str]:
        """The texts by their numbers."""
        return list(self._numbers)

    def of(
        self, texts: Sequence[str], places: Numbers, where: npt.NDArray[np.bool_] | None = None
    ) -> Numbers:
        """The numbers of the texts at those places; 0 for all that are not meant."""
        numbers = [self._numbers.setdefault(text, len(self._numbers)) for text in texts]
        known = np.array([*numbers, 0], dtype=np.int64)
        meant = places if where is None else np.where(where, places, len(numbers))
        found: Numbers = known[meant]
        return found

    def of_tasks(self, tasks: Numbers, where: npt.NDArray[np.bool_]) -> Numbers:
        """The numbers of `task 0`, `task 1` and so on."""
        known, places = np.unique(np.where(where, tasks, -1), return_inverse=True)
        texts = [f"task {task}" if task >= 0 else NO_NAME for task in known.tolist()]
        return self.of(texts, places)


def _fifos(
    outcome: DesignOutcome, locks: Numbers, where: npt.NDArray[np.bool_]
) -> tuple[list[str], Numbers, npt.NDArray[np.bool_]]:
    """FIFOs, the place among them of each lock's own, and where there is one."""
    ends = outcome.lowered.object_ends
    most = max((max(end.free_lock, end.full_lock) for end in ends), default=-1)
    place = np.full(max(most, int(locks.max(initial=-1))) + 2, len(ends), dtype=np.int64)
    for number, end in enumerate(ends):
        place[[end.free_lock, end.full_lock]] = number
    found = place[np.where(where, locks, -1)]
    return [end.fifo for end in ends], found, found < len(ends)
