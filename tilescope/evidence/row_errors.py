"""Errors of rows under many settings of a model, each worked out once.

A row depends on the device's values and on the factor of its own kernel alone, so that moving
another kernel's factor asks for nothing anew.
"""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence

import numpy as np
import numpy.typing as npt

from tilescope.evidence.kernels import kernel_kind
from tilescope.evidence.ledger import make_ledger
from tilescope.evidence.model import Model
from tilescope.evidence.predictions import Prediction
from tilescope.evidence.records import Row

Vector = npt.NDArray[np.float64]

WORTH_SPREADING = 16
"""Rows below which another process takes longer to start than it saves."""


class RowErrors:
    """The logarithms of predicted over measured, for rows that can be predicted.

    Models stand on the devices' pages, as they are before calibration.
    """

    def __init__(self, rows: Sequence[Row]) -> None:
        self.rows = tuple(rows)
        self._kinds = [kernel_kind(row) if row.op != "add" else None for row in self.rows]
        self._known: dict[tuple[object, ...], float] = {}

    def log_errors(self, overrides: Mapping[str, float], factors: Mapping[str, float]) -> Vector:
        """One for each row, under values of the device by key and factors by kind of kernel."""
        device = tuple(sorted(overrides.items()))
        keys = [
            (place, device, 1.0 if kind is None else factors.get(kind, 1.0))
            for place, kind in enumerate(self._kinds)
        ]
        missing = [place for place, key in enumerate(keys) if key not in self._known]
        model = Model(calibrated=False, overrides=dict(overrides), kernel_factors=dict(factors))
        for place, found in zip(missing, self._worked_out(missing, model), strict=True):
            self._known[keys[place]] = found
        return np.array([self._known[key] for key in keys])

    def _worked_out(self, places: Sequence[int], model: Model) -> list[float]:
        rows = [self.rows[place] for place in places]
        workers = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else 1
        if len(rows) < WORTH_SPREADING or workers < 2:
            return log_errors_of(rows, model)
        from joblib import Parallel, delayed  # heavy, and not for few rows

        # neighbours in the record take alike, so every worker gets some of each
        shares = [rows[first::workers] for first in range(workers)]
        found = Parallel(n_jobs=workers)(delayed(log_errors_of)(share, model) for share in shares)
        spread = np.empty(len(rows))
        for first, part in enumerate(found):
            spread[first::workers] = part
        return [float(error) for error in spread]


def log_errors_of(rows: Sequence[Row], model: Model) -> list[float]:
    """ln(predicted / measured) of rows that the model predicts."""
    errors = []
    for entry in make_ledger(rows, model):
        assert isinstance(entry.answer, Prediction)
        errors.append(float(np.log(entry.answer.value / entry.row.value)))
    return errors
