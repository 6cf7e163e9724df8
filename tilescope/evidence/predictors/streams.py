"""Elementwise work that streams through the columns: additions and copies."""

from __future__ import annotations

from tilescope.designs.streaming import add_design, copy_design
from tilescope.errors import InputError
from tilescope.evidence.model import Model, budget_with_launch
from tilescope.evidence.predictions import Answer, Prediction, Unpredictable
from tilescope.evidence.records import Row
from tilescope.quantities.dtypes import CANONICAL, dtype_bytes
from tilescope.simulation.outcomes import DesignOutcome

KIND = "stream"
ADDS = ("add", "relu_add")
OPERANDS = 3
COPY_BYTES = 1 << 24  # a stretch long enough that its start does not count
DEFAULT_CHUNK = 1024
NOT_MODELLED = {
    "bias-add": "a broadcast operand is not modelled",
    "add-4096-fusion": "launches that hold several additions are not modelled",
}


def predict(row: Row, model: Model) -> Answer | None:
    """Rows of an addition across columns, and of DDR rates of copies."""
    if row.op in ADDS:
        return _addition(row, model)
    if row.op == "copy":
        return _copy(row, model)
    return None


def _addition(row: Row, model: Model) -> Answer:
    name = row.experiment.partition("/")[2]
    for prefix, reason in NOT_MODELLED.items():
        if name.startswith(prefix) and not row.note.startswith("one addition"):
            return Unpredictable(KIND, reason)
    if row.n is None or row.dtype_in not in CANONICAL:
        return Unpredictable(KIND, "the size is not recorded")
    if row.op == "relu_add":
        return Unpredictable(KIND, "its operands and its kernel are not described")
    if row.cores is None:
        return Unpredictable(KIND, "the number of columns is not recorded")
    elements = (row.m or 1) * row.n
    chunk = row.tile[1] or DEFAULT_CHUNK
    device = model.device(row.device)
    costs, assumed = model.runtime(row)
    columns = min(row.cores, device.columns)
    key = ("add", elements, row.dtype_in, columns, row.cores // columns, chunk)
    design = add_design(elements, row.dtype_in, columns, row.cores // columns, chunk)
    outcome = model.run(key, design, device)
    terms = budget_with_launch(outcome, costs)
    total_us = sum(terms.values())
    if row.metric == "gbps":
        moved = OPERANDS * elements * dtype_bytes(row.dtype_in)
        return Prediction(KIND, moved / total_us / 1e3, terms, assumed)
    return Prediction(KIND, total_us, terms, assumed)


def _copy(row: Row, model: Model) -> Answer:
    if row.metric != "gbps":
        return Unpredictable(KIND, "the tiles that the data moved in are not recorded")
    if "reads alone" in row.note or "weights" in row.note:
        return Unpredictable(KIND, "designs that only read are not modelled")
    if "reads and writes" not in row.note:
        return Unpredictable(KIND, "a rate of a traffic that is not described")
    device = model.device(row.device)
    key = ("copy", COPY_BYTES, device.columns)
    design = copy_design(COPY_BYTES // 4, "int32", device.columns)
    outcome = model.run(key, design, device)
    return Prediction(KIND, _moved(outcome) / float(outcome.device_us) / 1e3, {}, ())


def _moved(outcome: DesignOutcome) -> int:
    total = sum(outcome.bytes_read.values()) + sum(outcome.bytes_written.values())
    if total <= 0:
        raise InputError("a copy moved nothing")
    return total
