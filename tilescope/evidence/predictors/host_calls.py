"""Whole host calls: a launch with everything that its runtime does around it."""

from __future__ import annotations

from tilescope.evidence.model import Model, budget_with_launch
from tilescope.evidence.predictions import Answer, Prediction, Unpredictable
from tilescope.evidence.predictors.products import product_outcome
from tilescope.evidence.records import Row
from tilescope.quantities.dtypes import dtype_bytes

KIND = "host-call"
PREFIX = "hostcall_"


def predict(row: Row, model: Model) -> Answer | None:
    """Rows that time a whole call around one product."""
    if not row.op.startswith(PREFIX):
        return None
    if row.op != "hostcall_gemm":
        what = row.op.removeprefix(PREFIX).replace("_", " ")
        return Unpredictable(KIND, f"there is no design for {what}")
    if row.shape is None:
        return Unpredictable(KIND, "the shape is not recorded")
    outcome, assumed = product_outcome(row, model)
    costs, more = model.runtime(row)
    m, k, n = row.shape
    size = dtype_bytes(row.dtype_in)
    c_size = dtype_bytes(row.dtype_out or row.dtype_in)
    host = costs.host_us((m * k * size, k * n * size), (m * n * c_size,))
    terms = budget_with_launch(outcome, costs, host)
    return Prediction(KIND, sum(terms.values()), terms, (*assumed, *more))
