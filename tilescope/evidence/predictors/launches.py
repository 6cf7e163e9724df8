"""The smallest launch of a runtime: its page, and the smallest design on the array."""

from __future__ import annotations

from dataclasses import replace

from tilescope.designs.elementwise import smallest_design
from tilescope.evidence.model import Model, budget_with_launch
from tilescope.evidence.predictions import Answer, Prediction, Unpredictable
from tilescope.evidence.records import Row

KIND = "launch"
ELEMENT_BYTES = 2
FEW_ELEMENTS = 1024
"""Of a vector kernel, whose some µs at most are left out."""
SMALL_KERNELS = ("silu", "softmax")
NOT_A_LAUNCH = {
    "parameter-word": "a word of a run-time parameter is not modelled",
    "host-submit": "a part of a launch that stands behind the runtime's page",
    "flowkv": "a dispatch whose design is not described",
    "first-submit": "first launches in a new context are not modelled",
}
NO_LAUNCH_NOTES = (
    ("a shot of a persistent design", "persistent designs are not modelled"),
    ("the kernel itself", "the kernel is not described"),
    ("kernel itself", "the kernel is not described"),
    ("first call after", "waking from idle is not modelled"),
    ("tokens a second", "the rate of tokens is a fact of the device"),
    ("one command of a chain", "chains of commands are not modelled"),
)


def predict(row: Row, model: Model) -> Answer | None:
    """Rows of an empty or trivial launch under a runtime with a page for the device."""
    assumed: tuple[str, ...] = ()
    if _is_small_kernel(row):
        assumed = ("its kernel takes no time worth counting",)
    elif row.op not in ("launch", "reduce_add", "mul"):
        return None
    name = row.experiment.partition("/")[2]
    if name in NOT_A_LAUNCH:
        return Unpredictable(KIND, NOT_A_LAUNCH[name])
    for text, reason in NO_LAUNCH_NOTES:
        if text in row.note:
            return Unpredictable(KIND, reason)
    if not row.device:
        return Unpredictable(KIND, "the device is not stated")
    statistic = "avg" if row.statistic == "fit" else row.statistic
    costs, _ = model.runtime(replace(row, statistic=statistic), exact=True)
    device = model.device(row.device)
    elements = costs.smallest_bytes // ELEMENT_BYTES
    design = smallest_design(elements, "bfloat16")
    outcome = model.run(("smallest", elements), design, device)
    size = costs.smallest_bytes
    with_syncs = row.experiment.endswith("/round-trip")
    host = costs.host_us((size, size), (size,)) if with_syncs else None
    terms = budget_with_launch(outcome, costs, host)
    return Prediction(KIND, sum(terms.values()), terms, assumed)


def _is_small_kernel(row: Row) -> bool:
    """Whether a row times one launch of a vector kernel over a few hundred elements."""
    if row.op not in SMALL_KERNELS or row.kernel != "vector" or row.n is None:
        return False
    return (row.m or 1) * row.n <= FEW_ELEMENTS
