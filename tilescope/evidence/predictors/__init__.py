"""One predictor for each kind of row; the first that knows a row's operation answers."""

from __future__ import annotations

from tilescope.errors import TilescopeError
from tilescope.evidence.model import Model
from tilescope.evidence.predictions import Answer, Unpredictable
from tilescope.evidence.predictors import (
    host_calls,
    kernel_calls,
    launches,
    products,
    streams,
    transfers,
)
from tilescope.evidence.records import Row

PREDICTORS = (kernel_calls, transfers, launches, streams, products, host_calls)
"""Modules that register a kind: KIND, and predict(row, model), None where a row is not theirs."""

NO_MODEL = {
    "power": "no energy of an operation is published, so none is modelled",
    "context_switch": "switching between contexts is not modelled",
    "gemm_ctx_alternating": "switching between contexts is not modelled",
    "reconfigure": "loading a design is a figure of the runtime's page, not a prediction",
    "model_e2e": "a whole model: many launches and the host between them",
    "model_part": "a part of a model: many launches and the host between them",
    "host_overhead": "a figure that stands behind the runtime's page",
    "host_sync": "a host step by itself; pages state them, nothing predicts them",
    "cold_add": "first launches in a new context are not modelled",
    "cold_gemm": "first launches in a new context are not modelled",
    "gemm_fixed_fit": "the fixed part of a fit, not a launch",
    "dma_latency": "a stage by itself; pages state it, nothing predicts it",
}


def predict(row: Row, model: Model) -> Answer:
    """What the model says about a row; never raises for what a row lacks."""
    for predictor in PREDICTORS:
        try:
            answer: Answer | None = predictor.predict(row, model)
        except TilescopeError as error:
            return Unpredictable(predictor.KIND, _clause(str(error)))
        if answer is not None:
            return answer
    reason = NO_MODEL.get(row.op, f"there is no design for {row.op.replace('_', ' ')}")
    return Unpredictable("none", reason)


def _clause(text: str) -> str:
    """A sentence as a clause: without its full stop."""
    return text.strip().rstrip(".")
