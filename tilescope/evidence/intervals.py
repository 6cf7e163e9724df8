"""Error intervals from `check` rows, kept as a file that profiling reads.

The kind of a row is its operation, dtype, device and runtime. An interval is the size of error in
time that nine of ten check rows of a kind stay within; with fewer than eight rows there is none.
Chips that share an array but not their memory or clock count as one device here, as they do in
the record's targets; each row is predicted on its own chip.
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
RATES = ("tops", "gflops", "gbps", "macs_per_cycle")
"""Metrics of which more is less time."""


@dataclass(frozen=True)
class KindErrors:
    """The check rows of one kind: how many were predicted, and within what nine of ten lie.

    within is a share, None where there are too few rows; lowest and highest are the signed errors
    at the two ends. All are errors in time, (predicted − measured) ÷ measured, a row's rate being
    turned into the time that it stands for.
    """

    op: str
    dtype: str
    device: str
    runtime: str
    rows: int
    within: float | None
    lowest: float
    highest: float


def check_intervals(entries: Iterable[Entry]) -> tuple[KindErrors, ...]:
    """One for each kind that has predicted check rows, sorted; once for each of its chips."""
    kinds: dict[tuple[str, str, str, str], list[float]] = {}
    chips: dict[tuple[str, str, str, str], set[str]] = {}
    for entry in entries:
        row, error = entry.row, time_error(entry)
        if row.role != "check" or error is None or not isinstance(entry.answer, Prediction):
            continue
        if entry.answer.kind in KINDS and row.origin.runtime:
            generation = generation_of(row.device)
            key = (row.op, row.dtype_in, generation, row.origin.runtime)
            kinds.setdefault(key, []).append(error)
            chips.setdefault(key, {generation}).add(row.device)
    return tuple(
        KindErrors(op, dtype, chip, runtime, len(errors), _within(errors), min(errors), max(errors))
        for (op, dtype, generation, runtime), errors in sorted(kinds.items())
        for chip in sorted(chips[op, dtype, generation, runtime])
    )


def time_error(entry: Entry) -> float | None:
    """The error in time of a row's prediction: a rate 25 % high is a time 20 % low.

    None where nothing was predicted.
    """
    if entry.error is None or entry.row.metric not in RATES:
        return entry.error
    return 1 / (1 + entry.error) - 1


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
        lines += [f"lowest = {kind.lowest:.3f}", f"highest = {kind.highest:.3f}"]
    return "\n".join(lines) + "\n"


def _within(errors: list[float]) -> float | None:
    if len(errors) < FEWEST_ROWS:
        return None
    return float(np.quantile(np.abs(errors), CONFIDENCE, method="higher"))
