"""Fitting few coefficients to `fit` rows by least squares, and what that moved."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from scipy.optimize import least_squares

from tilescope.devices import load_device
from tilescope.errors import InputError
from tilescope.evidence.coefficients import DEVICE_COEFFICIENTS, Coefficient, kernel_coefficient
from tilescope.evidence.kernels import kernel_kind
from tilescope.evidence.ledger import make_ledger
from tilescope.evidence.model import Model
from tilescope.evidence.predictions import Prediction
from tilescope.evidence.records import Row
from tilescope.evidence.row_errors import RowErrors, Vector
from tilescope.targets.runtimes import load_runtime

FITTED_KINDS = ("product", "stream", "kernel")
FITTED_TOOLCHAINS = ("peano", "chess", "unknown")
FITTED_OPS = ("gemm", "add", "gemm_tile")
PARTS = ("gap", "zero", "iteration")
"""Forms of traced rows that are parts of an iteration, not a call of a product kernel."""
OUTLIER = 0.1  # a row this far off counts less than its square
STEP = 0.03  # of a coefficient, to see what it does
SIGNIFICANT = 4  # digits that a fitted value is written with
NEGLIGIBLE = 0.01
"""What a coefficient must take off the summed errors to be moved at all."""
SCAN = (1.0, 0.8, 1.25, 1.6, 2.0, 2.5)
PULL = 0.05
"""How hard a coefficient is held at its page's value: a row's error for each e-fold away."""


@dataclass(frozen=True)
class Fitted:
    """A coefficient before and after."""

    coefficient: Coefficient
    before: float
    after: float


@dataclass(frozen=True)
class Residual:
    """A row's signed error before and after."""

    row: Row
    before: float
    after: float


@dataclass(frozen=True)
class CalibrationResult:
    """What was fitted for a device, on which rows and runtimes."""

    device: str
    runtimes: tuple[str, ...]
    fitted: tuple[Fitted, ...]
    residuals: tuple[Residual, ...]


def calibrate(device: str, rows: Sequence[Row], runtimes: Sequence[str] = ()) -> CalibrationResult:
    """Fit the device's coefficients on its `fit` rows, of some runtimes or of all.

    Raises InputError for a device or runtime without a page, and where no row can be predicted.
    """
    load_device(device)
    for name in runtimes:
        load_runtime(name, device)
    chosen = [
        row
        for row in rows
        if row.role == "fit"
        and row.device == device
        and (not runtimes or row.origin.runtime in ("", *runtimes))
        and row.op in FITTED_OPS
        and row.form not in PARTS
        and row.origin.compiler in FITTED_TOOLCHAINS
        and row.metric != "gbps"
    ]
    start = Model(calibrated=False)
    usable = _predictable(chosen, start)
    if not usable:
        raise InputError(f"No fit row of {device} can be predicted; there is nothing to fit on.")
    coefficients = _coefficients(device, usable)
    page = np.log([_page_value(device, one) for one in coefficients])
    weights = _weights(usable)
    judged = RowErrors(usable)

    def errors(point: Vector) -> Vector:
        signed = judged.log_errors(*_settings(coefficients, np.exp(point)))
        return np.concatenate([signed * weights, PULL * (point - page)])

    bounds = (
        np.log([one.low for one in coefficients]),
        np.log([one.high for one in coefficients]),
    )
    solution = least_squares(
        errors,
        np.clip(_scanned(coefficients, page, usable, judged), bounds[0] + 1e-6, bounds[1] - 1e-6),
        bounds=bounds,
        loss="soft_l1",
        f_scale=OUTLIER,
        diff_step=STEP,
        max_nfev=6,
        xtol=1e-3,
        ftol=1e-3,
    )
    settled = _only_what_helps(solution.x, page, errors)
    values = [float(f"{value:.{SIGNIFICANT}g}") for value in np.exp(settled)]
    fitted = tuple(
        Fitted(one, float(np.exp(was)), now)
        for one, was, now in zip(coefficients, page, values, strict=True)
    )
    before = np.expm1(judged.log_errors({}, {}))
    after = np.expm1(judged.log_errors(*_settings(coefficients, np.array(values))))
    residuals = tuple(
        Residual(row, float(was), float(now))
        for row, was, now in zip(usable, before, after, strict=True)
    )
    used = tuple(sorted({row.origin.runtime for row in usable} - {""}))
    return CalibrationResult(device, used, fitted, residuals)


def _predictable(rows: Sequence[Row], model: Model) -> list[Row]:
    return [
        entry.row
        for entry in make_ledger(rows, model)
        if isinstance(entry.answer, Prediction) and entry.answer.kind in FITTED_KINDS
    ]


def _coefficients(device: str, rows: Sequence[Row]) -> list[Coefficient]:
    """What may move: costs that the device's page has, and the kinds of kernel among the rows."""
    kinds = sorted({kernel_kind(row) for row in rows if row.op != "add"})
    own = [one for one in DEVICE_COEFFICIENTS if _page_value(device, one) > 0]
    return [*own, *(kernel_coefficient(kind) for kind in kinds)]


def _page_value(device: str, coefficient: Coefficient) -> float:
    if coefficient.kernel:
        return 1.0
    return float(getattr(load_device(device, calibrated=False), coefficient.key))


def _settings(
    coefficients: Sequence[Coefficient], values: Vector
) -> tuple[dict[str, float], dict[str, float]]:
    """Values of the device by key, and factors by kind of kernel."""
    overrides: dict[str, float] = {}
    factors: dict[str, float] = {}
    for one, value in zip(coefficients, values, strict=True):
        (factors if one.kernel else overrides)[one.key] = float(value)
    return overrides, factors


def _only_what_helps(point: Vector, page: Vector, errors: Callable[[Vector], Vector]) -> Vector:
    """The solution with every coefficient back at its page's value that hardly matters."""

    def cost(at: Vector) -> float:
        return float(np.sum(np.abs(errors(at))))

    best = cost(point)
    for place in range(len(point)):
        candidate = point.copy()
        candidate[place] = page[place]
        if cost(candidate) <= best * (1 + NEGLIGIBLE):
            point, best = candidate, cost(candidate)
    return point


def _scanned(
    coefficients: Sequence[Coefficient], page: Vector, rows: Sequence[Row], judged: RowErrors
) -> Vector:
    """Where to start: each kernel's factor where it fits its own rows best, on a coarse scale.

    A kernel that nothing waits for has no slope to follow, although twice as slow it would.
    """
    kinds = np.array([kernel_kind(row) if row.op != "add" else "" for row in rows])
    begin = page.copy()
    costs = []
    for factor in SCAN:
        values = np.where([one.kernel for one in coefficients], factor, np.exp(page))
        costs.append(np.abs(judged.log_errors(*_settings(coefficients, values))))
    for place, one in enumerate(coefficients):
        if one.kernel:
            own = [float(found[kinds == one.key].sum()) for found in costs]
            begin[place] = np.log(SCAN[int(np.argmin(own))])
    return begin


def _weights(rows: Sequence[Row]) -> Vector:
    """Each experiment counts once, however many rows it has."""
    sizes = Counter(row.experiment for row in rows)
    return np.array([sizes[row.experiment] ** -0.5 for row in rows])
