"""Error intervals from `check` rows, kept as a file that profiling reads.

The kind of a row is its operation, dtype, device and runtime. An interval is the size of error
that nine of ten check rows of a kind stay within; with fewer than eight rows there is none. Chips
that share an array but not their memory or clock count as one device here, as they do in the
record's targets; each row is predicted on its own chip.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from tilescope.evidence.ledger import Entry
from tilescope.evidence.predictions import Prediction

INTERVALS = Path(__file__).parents[1] / "data" / "intervals.toml"
CONFIDENCE = 0.9
FEWEST_ROWS = 8
KINDS = ("product", "stream")


@dataclass(frozen=True)
class KindErrors:
    """The check rows of one kind: how many were predicted, and within what nine of ten lie.

    within is a share, None where there are too few rows.
    """

    op: str
    dtype: str
    device: str
    runtime: str
    rows: int
    within: float | None


def check_intervals(entries: Iterable[Entry]) -> tuple[KindErrors, ...]:
    """One for each kind that has predicted check rows, sorted; once for each of its chips."""
    kinds: dict[tuple[str, str, str, str], list[float]] = {}
    chips: dict[tuple[str, str, str, str], set[str]] = {}
    for entry in entries:
        row, error = entry.row, entry.error
        if row.role != "check" or error is None or not isinstance(entry.answer, Prediction):
            continue
        if entry.answer.kind in KINDS and row.origin.runtime:
            generation = generation_of(row.device)
            key = (row.op, row.dtype_in, generation, row.origin.runtime)
            kinds.setdefault(key, []).append(abs(error))
            chips.setdefault(key, {generation}).add(row.device)
    return tuple(
        KindErrors(op, dtype, chip, runtime, rows=len(errors), within=_within(errors))
        for (op, dtype, generation, runtime), errors in sorted(kinds.items())
        for chip in sorted(chips[op, dtype, generation, runtime])
    )


def generation_of(device: str) -> str:
    """The device that a chip's page stands on: npu2 for npu2:strix-halo."""
    return device.partition(":")[0]


def intervals_text(kinds: Iterable[KindErrors]) -> str:
    """The TOML of the intervals."""
    lines = [
        "# Written by tools/publish_accuracy.py from errors of check rows.",
        f"confidence = {CONFIDENCE}",
        f"fewest_rows = {FEWEST_ROWS}",
    ]
    for kind in kinds:
        lines += ["", "[[kinds]]"]
        for name in ("op", "dtype", "device", "runtime"):
            lines.append(f"{name} = {json.dumps(getattr(kind, name))}")
        lines.append(f"rows = {kind.rows}")
        if kind.within is not None:
            lines.append(f"within = {kind.within:.3f}")
    return "\n".join(lines) + "\n"


def _within(errors: list[float]) -> float | None:
    if len(errors) < FEWEST_ROWS:
        return None
    return float(np.quantile(np.array(errors), CONFIDENCE, method="higher"))
