"""Matrix products on the array: the publisher's design, simulated, and its runtime's launch."""

from __future__ import annotations

from tilescope.designs.streaming import copy_design
from tilescope.errors import InputError
from tilescope.evidence.kernels import CAST_AFTER
from tilescope.evidence.mappings import design_of
from tilescope.evidence.model import Model, budget_with_launch
from tilescope.evidence.predictions import Answer, Prediction, Unpredictable, from_time
from tilescope.evidence.records import Row
from tilescope.simulation.outcomes import DesignOutcome

KIND = "product"
CAST_BYTES_IN, CAST_BYTES_OUT = 4, 2
SWITCH_US = 351.0
"""What a launch of C's cast takes beyond its own floor and array time, since it is another design
than the product's: mean of rows m0406 and m0409, 333 and 369 µs over a product and a copy."""
RATES = ("time_us", "tops", "gflops")


def predict(row: Row, model: Model) -> Answer | None:
    """Rows that time a product whose tile and grid are known."""
    if row.op != "gemm":
        return None
    if row.metric not in RATES:
        return Unpredictable(KIND, "a share of an unnamed peak")
    if row.confidence == "low":
        return Unpredictable(KIND, f"its source casts doubt on it: {row.note or 'low confidence'}")
    if row.statistic == "fit":
        return Unpredictable(KIND, "a launch inside a submission of many")
    if not row.device:
        return Unpredictable(KIND, "the device is not stated")
    outcome, macs, assumed = product_outcome(row, model)
    costs, more = model.runtime(row)
    terms = budget_with_launch(outcome, costs)
    if row.form == CAST_AFTER:
        cast = budget_with_launch(_cast(row, model), costs)
        terms = {term: terms.get(term, 0) + cast.get(term, 0) for term in {**terms, **cast}}
        terms["launch"] += SWITCH_US
        more = (*more, "the cast of C is a launch that moves as many bytes as a copy")
    value = from_time(row, sum(terms.values()), macs)
    return Prediction(KIND, value, terms, (*assumed, *more))


def _cast(row: Row, model: Model) -> DesignOutcome:
    """C from float32 to bfloat16 in a launch of its own: as a copy of as many bytes."""
    assert row.m is not None
    assert row.n is not None
    device = model.device(row.device)
    words = row.m * row.n * (CAST_BYTES_IN + CAST_BYTES_OUT) // 2 // 4
    design = copy_design(words, "int32", device.columns)
    return model.run(("cast", words), design, device)


def product_outcome(row: Row, model: Model) -> tuple[DesignOutcome, int, tuple[str, ...]]:
    """One launch of a row's product on the array, its MACs, and what had to be assumed.

    Raises InputError for what the row leaves open, DesignError for a design that does not fit.
    """
    if row.shape is None:
        raise InputError("the shape is not recorded")
    if row.core_tile is None:
        raise InputError("the core tile is not recorded")
    if row.grid is None:
        raise InputError("the grid of cores is not recorded")
    key, design, macs, assumed = design_of(row, model)
    return model.run(key, design, model.roomy(row.device)), macs, assumed
