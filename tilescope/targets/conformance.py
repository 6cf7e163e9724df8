"""The check that a target keeps its promises, for our tests and for anyone's.

A target of one's own passes when `check_target(MyTarget())` returns; where it does not, an
AssertionError says which promise is broken.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import closing
from decimal import Decimal

import numpy as np

from tilescope.designs.mapping import Mapping as TileMapping
from tilescope.errors import InputError
from tilescope.quantities.dtypes import numpy_dtype
from tilescope.runs.terms import MEASURED_TERMS, SIMULATED_TERMS
from tilescope.targets.outcome import TargetOutcome
from tilescope.targets.protocol import (
    Array,
    MappedTarget,
    MeasuringTarget,
    Target,
    TimedTarget,
)
from tilescope.workloads.gemm import Gemm

KINDS = ("simulated", "measured")
CASE = Gemm("conformance", 64, 128, 96, "bfloat16")
CASE_MAPPING = TileMapping(family="per-tile", core_tile=(16, 16, 64), grid=(4, 4), emulation=None)
RELATIVE_ERROR = 1e-2
LONG_US = 60e6  # as a caller's clock might show it, so that it is no less than the parts
WRONG_SHAPE = "inputs of the wrong shape are accepted"


def check_target(
    target: object, gemm: Gemm = CASE, mapping: TileMapping = CASE_MAPPING
) -> TargetOutcome | None:
    """Ask everything a target must answer, and run one small product on it.

    A target that is not available here need only say so. Returns the outcome of a target that
    takes its own times, for further questions. Raises AssertionError for a broken promise.
    """
    assert isinstance(target, Target), "it lacks name, kind, available() or versions()"
    assert isinstance(target.name, str), "its name is no text"
    assert target.name, "its name is empty"
    assert target.kind in KINDS, f"its kind is {target.kind!r} and must be one of {KINDS}"
    reason = target.available()
    if reason is not None:
        assert isinstance(reason, str), "its reason for being unavailable is no text"
        assert reason.strip(), "its reason for being unavailable is empty"
        return None
    versions = target.versions()
    assert isinstance(versions, Mapping), "its versions are no mapping"
    assert all(
        isinstance(key, str) and isinstance(value, str) for key, value in versions.items()
    ), "its versions are not text to text"
    a, b = _matrices(gemm)
    if isinstance(target, MappedTarget):
        return _check_mapped(target, gemm, mapping, a, b)
    assert isinstance(target, TimedTarget), "it has neither run() nor prepare() and output()"
    _check_timed(target, gemm, a, b)
    return None


def check_outcome(outcome: TargetOutcome) -> None:
    """Ask whether an outcome's figures agree with one another."""
    assert outcome.kind in KINDS, f"kind {outcome.kind!r} is none of {KINDS}"
    terms = SIMULATED_TERMS if outcome.kind == "simulated" else (*SIMULATED_TERMS, *MEASURED_TERMS)
    measured = sorted(set(outcome.budget) & set(MEASURED_TERMS) - set(terms))
    assert not measured, f"only a measured run has a {measured[0]}"
    unknown = sorted(set(outcome.budget) - set(terms))
    assert not unknown, f"unknown budget terms {unknown}"
    assert all(us >= 0 for us in outcome.budget.values()), "a budget term is negative"
    whole = Decimal(repr(outcome.npu_us))
    for what, parts in (
        ("budget", list(outcome.budget.values())),
        ("kernel shares", [share.total_us for share in outcome.kernels]),
    ):
        total = sum((Decimal(repr(us)) for us in parts), Decimal(0))
        assert total == whole, f"{what}: the parts sum to {total} µs and the whole is {whole}"
    if outcome.device_us is None:
        assert outcome.kind == "measured", "a simulated outcome has no time of the device"
    else:
        longer = "the device takes longer than the caller waits"
        assert 0 <= outcome.device_us <= outcome.npu_us, longer
    assert outcome.setup_us >= 0, "set-up takes negative time"
    launches = sum(share.launches for share in outcome.kernels)
    assert launches == outcome.launches, "the kernels' launches do not sum to the launches"
    assert outcome.tiles >= 1, "there are no tiles"
    if outcome.bound is not None:
        above = outcome.bound.us + outcome.bound.gap_us - outcome.npu_us
        assert outcome.bound.gap_us >= 0, "the time is below its bound"
        assert abs(above) <= 1e-9 * outcome.npu_us + 1e-5, "bound and gap are not the whole time"


def _check_mapped(
    target: MappedTarget, gemm: Gemm, mapping: TileMapping, a: Array, b: Array
) -> TargetOutcome:
    first = target.run(gemm, mapping, a, b)
    check_outcome(first)
    assert first.kind == target.kind, "the outcome's kind is not the target's"
    assert first.output is not None, "there is no output"
    _check_output(np.asarray(first.output, dtype=np.float64), gemm, a, b)
    if target.kind == "simulated":
        assert target.run(gemm, mapping).output is None, "a run without inputs has an output"
        again = target.run(gemm, mapping, a, b)
        assert again.output is not None, "there is no output the second time"
        assert again.output.tobytes() == first.output.tobytes(), "two simulated outputs differ"
        assert again.budget == first.budget, "two simulated runs take different times"
    else:
        _check_refusal(lambda: target.run(gemm, mapping), "a time is measured and nothing checked")
    if isinstance(target, MeasuringTarget):
        _check_measuring(target, gemm, mapping, a, b)
    _check_refusal(lambda: target.run(gemm, mapping, a.T, b), WRONG_SHAPE)
    return first


def _check_measuring(
    target: MeasuringTarget, gemm: Gemm, mapping: TileMapping, a: Array, b: Array
) -> None:
    """Prepare a product and ask whether it is poisoned, called and told as it should be."""
    assert isinstance(target.runtime, str), "its runtime is no text"
    assert target.plan(gemm, mapping).gemm == gemm, "its plan is of another product"
    with closing(target.prepare(gemm, mapping, a, b)) as product:
        product.checked_call()
        checked = product.output()
        _check_output(np.asarray(checked, dtype=np.float64), gemm, a, b)
        product.poison()
        assert product.output().tobytes() != checked.tobytes(), "poison leaves the output as it was"
        product.call()
        assert product.output().tobytes() == checked.tobytes(), "a later run gives another output"
        outcome = product.outcome([LONG_US])
        check_outcome(outcome)
        assert outcome.npu_us == LONG_US, "its time is not the one that the caller measured"


def _check_timed(target: TimedTarget, gemm: Gemm, a: Array, b: Array) -> None:
    call = target.prepare(gemm, a, b)
    for _ in range(2):
        output = target.output(call())
        assert output.dtype == np.float64, f"its output is {output.dtype} and not float64"
        _check_output(output, gemm, a, b)
    _check_refusal(lambda: target.prepare(gemm, a.T, b), WRONG_SHAPE)


def _check_output(output: Array, gemm: Gemm, a: Array, b: Array) -> None:
    assert output.shape == (gemm.m, gemm.n), f"the output is {output.shape}, not M×N"
    exact = a.astype(np.float64) @ b.astype(np.float64)
    error = float(np.max(np.abs(output - exact)) / np.max(np.abs(exact)))
    assert error <= RELATIVE_ERROR, f"the output is off by {error:.1e} of its largest element"


def _check_refusal(attempt: Callable[[], object], broken: str) -> None:
    try:
        attempt()
    except InputError:
        return
    raise AssertionError(broken)


def _matrices(gemm: Gemm) -> tuple[Array, Array]:
    generator = np.random.default_rng(0)
    dtype = numpy_dtype(gemm.dtype)
    return (
        generator.standard_normal((gemm.m, gemm.k)).astype(dtype),
        generator.standard_normal((gemm.k, gemm.n)).astype(dtype),
    )
