"""What is left of a product's error once its kernel takes the cycles that were measured?"""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tilescope.evidence.isolation import isolate
from tilescope.evidence.ledger import Entry, make_ledger
from tilescope.evidence.model import Model
from tilescope.evidence.records import Row

KERNEL, PRODUCT = "m0340", "m0341"  # 96×64×96 alone, and on all cores of a Krackan


def _pair(
    row: Callable[..., Row], model: Model | None = None, **kernel: object
) -> tuple[Entry, ...]:
    return make_ledger([row(KERNEL, **kernel), row(PRODUCT)], model)


def test_a_kernel_that_is_as_predicted_changes_nothing(row: Callable[..., Row]) -> None:
    predicted = make_ledger([row(KERNEL)])[0].answer
    (one,) = isolate(_pair(row, value=predicted.value))  # type: ignore[union-attr]
    assert one.kernel_error == pytest.approx(0)
    assert one.error_with_measured_kernel == one.error


def test_a_kernel_too_slow_in_the_model_leaves_the_product_faster(
    row: Callable[..., Row],
) -> None:
    # the measured kernel does 256 MACs a cycle, the model's 230.8: more than half of the time
    # is the kernel's, so that at least half of those 10 % must come back
    (one,) = isolate(_pair(row))
    assert one.kernel_error < -0.05
    gained = one.error_with_measured_kernel - one.error
    assert -one.kernel_error * 0.3 < gained < -one.kernel_error * 1.2


def test_cycles_and_rates_of_one_kernel_say_the_same(row: Callable[..., Row]) -> None:
    macs = 96 * 64 * 96
    (rate,) = isolate(_pair(row))
    (cycles,) = isolate(
        _pair(row, op="gemm_tile", metric="cycles", unit="cycles", value=macs / 256.0)
    )
    assert cycles.error_with_measured_kernel == pytest.approx(
        rate.error_with_measured_kernel, abs=2e-3
    )


def test_a_kernel_of_another_tile_or_experiment_is_not_taken(row: Callable[..., Row]) -> None:
    assert isolate(_pair(row, experiment="another")) == ()
    assert isolate(_pair(row, tile=(48, 96, 64))) == ()


def test_a_planted_slow_array_stays_wrong_with_the_right_kernel(row: Callable[..., Row]) -> None:
    slow = Model(overrides={"ddr_gbps": 20})
    (one,) = isolate(_pair(row, slow), slow)
    assert one.error_with_measured_kernel < -0.3


def test_the_arrays_of_the_record_are_within_8_percent_given_their_kernels(
    ledger: tuple[Entry, ...],
) -> None:
    arrays = [one for one in isolate(ledger) if one.product.form == "balanced"]
    assert len(arrays) == 8
    assert max(abs(one.error_with_measured_kernel) for one in arrays) <= 0.08
