"""Does the check of a target reject one that breaks a promise?"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from tilescope.targets.conformance import check_outcome, check_target
from tilescope.targets.inputs import check_inputs
from tilescope.targets.outcome import KernelShare, TargetOutcome
from tilescope.workloads import Gemm

OUTCOME = TargetOutcome(
    kind="simulated",
    output=None,
    npu_us=10.3,
    setup_us=0.0,
    device_us=4.1,
    budget={"host": 0.2, "launch": 6.0, "compute": 4.1},
    kernels=(KernelShare("linear_fused", 1, 16, 10.3, 10.3),),
    launches=1,
    tiles=1,
)


class NumpyTarget:
    """A timed target that computes in float64, as it should be."""

    name = "numpy"
    kind = "measured"

    def available(self) -> str | None:
        return None

    def versions(self) -> Mapping[str, str]:
        return {"numpy": np.__version__}

    def prepare(self, gemm: Gemm, a: Any, b: Any) -> Callable[[], Any]:
        check_inputs(gemm, a, b)
        return lambda: a.astype(np.float64) @ b.astype(np.float64)

    def output(self, result: Any) -> Any:
        return result


class Wrong(NumpyTarget):
    """Off by a hundredth of a product."""

    def output(self, result: Any) -> Any:
        return result * 1.02


class Careless(NumpyTarget):
    """Takes whatever it is given."""

    def prepare(self, gemm: Gemm, a: Any, b: Any) -> Callable[[], Any]:
        return lambda: a.astype(np.float64) @ b.astype(np.float64)


class Narrow(NumpyTarget):
    """Hands back float32."""

    def output(self, result: Any) -> Any:
        return result.astype(np.float32)


class Mute(NumpyTarget):
    """Is not available and does not say why."""

    def available(self) -> str | None:
        return " "


class Silent(NumpyTarget):
    """Says that its times are neither simulated nor measured."""

    kind = "guessed"


def test_a_target_that_keeps_its_promises_passes() -> None:
    check_target(NumpyTarget())


@pytest.mark.parametrize(
    ("target", "promise"),
    [
        (Wrong(), "the output is off by"),
        (Careless(), "wrong shape are accepted"),
        (Narrow(), "not float64"),
        (Mute(), "reason for being unavailable is empty"),
        (Silent(), "its kind is 'guessed'"),
        (object(), "lacks name"),
    ],
)
def test_a_broken_promise_is_named(target: object, promise: str) -> None:
    with pytest.raises((AssertionError, ValueError), match=promise):
        check_target(target)


def test_an_outcome_whose_figures_agree_passes() -> None:
    check_outcome(OUTCOME)


@pytest.mark.parametrize(
    ("change", "promise"),
    [
        ({"npu_us": 10.300001}, "budget: the parts sum to 10.3 µs and the whole is 10.300001"),
        ({"budget": {"host": 10.3, "thinking": 0.0}}, "unknown budget terms"),
        ({"budget": {"host": 10.3, "residual": 0.0}}, "only a measured run has a residual"),
        ({"budget": {"host": -1.0, "launch": 11.3}}, "negative"),
        ({"kernels": (KernelShare("x", 1, 16, 9.0, 9.0),)}, "kernel shares: the parts sum to 9.0"),
        ({"launches": 2}, "do not sum to the launches"),
        ({"device_us": 11.0}, "longer than the caller waits"),
        ({"tiles": 0}, "no tiles"),
    ],
)
def test_an_outcome_whose_figures_disagree_is_rejected(
    change: dict[str, Any], promise: str
) -> None:
    with pytest.raises(AssertionError, match=promise):
        check_outcome(replace(OUTCOME, **change))
