"""Products told apart from their kernels: the array's error with each kernel as it was measured.

Where an experiment has its kernel alone beside the product that calls it, the product is predicted
once more with the kernel at its measured cycles. What error is left is not the kernel's. Nothing
is fitted on it: the kernel's own row is a measurement of its own, and no other row sees it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from tilescope.evidence.kernels import kernel_kind
from tilescope.evidence.ledger import Entry, make_ledger
from tilescope.evidence.model import Model
from tilescope.evidence.records import Row


@dataclass(frozen=True)
class Isolated:
    """A product beside the kernel of its own experiment; errors are signed shares."""

    product: Row
    kernel: Row
    error: float
    kernel_error: float
    error_with_measured_kernel: float


def isolate(entries: Sequence[Entry], model: Model | None = None) -> tuple[Isolated, ...]:
    """Every predicted product whose experiment has a row of its kernel alone, on the same tile.

    entries are the ledger of `model`; without one, of the model as it is.
    """
    judged = model or Model()
    kernels = {
        (entry.row.experiment, entry.row.core_tile): entry
        for entry in entries
        if entry.answer.kind == "kernel" and entry.error is not None
    }
    found = []
    for entry in entries:
        kernel = kernels.get((entry.row.experiment, entry.row.core_tile))
        if entry.answer.kind != "product" or entry.error is None or kernel is None:
            continue
        assert kernel.error is not None
        again = _with_kernel(entry.row, _cycles_off(kernel), judged)
        assert again.error is not None
        found.append(
            Isolated(entry.row, kernel.row, entry.error, kernel.error, again.error),
        )
    return tuple(found)


def _cycles_off(kernel: Entry) -> float:
    """Measured over predicted cycles of a call; a rate is the other way round."""
    assert kernel.error is not None
    ratio = 1 + kernel.error
    return 1 / ratio if kernel.row.metric == "cycles" else ratio


def _with_kernel(row: Row, factor: float, model: Model) -> Entry:
    kind = kernel_kind(row)
    known = model.kernel_factor(row.device, kind)
    factors = {**model.kernel_factors, kind: known * factor}
    return make_ledger([row], replace(model, kernel_factors=factors))[0]
