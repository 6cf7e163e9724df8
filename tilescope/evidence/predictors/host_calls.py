"""Whole host calls: a launch with everything that its runtime does around it."""

from __future__ import annotations

from tilescope.designs.elementwise import smallest_design
from tilescope.evidence.model import Model, budget_with_launch
from tilescope.evidence.predictions import Answer, Prediction, Unpredictable
from tilescope.evidence.predictors.products import product_outcome
from tilescope.evidence.records import Row
from tilescope.quantities.dtypes import dtype_bytes

KIND = "host-call"
PREFIX = "hostcall_"
MAX_SMALL_BYTES = 1 << 16


def predict(row: Row, model: Model) -> Answer | None:
    """Rows that time a whole call around one product."""
    if not row.op.startswith(PREFIX):
        return None
    if row.op != "hostcall_gemm":
        return _around_a_small_kernel(row, model)
    if row.shape is None:
        return Unpredictable(KIND, "the shape is not recorded")
    outcome, _, assumed = product_outcome(row, model)
    costs, more = model.runtime(row, exact=True)
    m, k, n = row.shape
    size = dtype_bytes(row.dtype_in)
    c_size = dtype_bytes(row.dtype_out or row.dtype_in)
    host = costs.host_us((m * k * size, k * n * size), (m * n * c_size,))
    terms = budget_with_launch(outcome, costs, host)
    return Prediction(KIND, sum(terms.values()), terms, (*assumed, *more))


def _around_a_small_kernel(row: Row, model: Model) -> Answer:
    """A call whose kernel and files are small beside what the runtime takes for any call."""
    size = (row.m or 1) * (row.n or 1) * dtype_bytes(row.dtype_in or "bfloat16")
    if size > MAX_SMALL_BYTES or row.origin.runtime != "allo-call":
        return Unpredictable(KIND, "there is no design for it")
    costs, _ = model.runtime(row, exact=True)
    elements = costs.smallest_bytes // 2
    design = smallest_design(elements, "bfloat16")
    outcome = model.run(("smallest", elements), design, model.device(row.device))
    terms = budget_with_launch(outcome, costs, costs.host_us((size, size), (size,)))
    assumed = ("two operands and a result of its size", "its kernel takes no time worth counting")
    return Prediction(KIND, sum(terms.values()), terms, assumed)
