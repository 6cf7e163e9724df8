"""Does the page of npu1 hold what its sources say?"""

from __future__ import annotations

import pytest

from tilescope.devices import Device, device_sources, load_device
from tilescope.devices.device import VALUE_TYPES


@pytest.fixture(scope="module")
def npu1() -> Device:
    return load_device("npu1")


def test_every_value_has_a_fact_and_every_fact_a_known_source(npu1: Device) -> None:
    sources = device_sources("npu1")
    assert list(npu1.facts) == list(VALUE_TYPES)
    for key, fact in npu1.facts.items():
        assert fact.value == getattr(npu1, key)
        assert set(fact.source) <= set(sources)


def test_every_source_of_the_page_stands_behind_a_fact(npu1: Device) -> None:
    used = {identifier for fact in npu1.facts.values() for identifier in fact.source}
    assert used == set(device_sources("npu1"))


def test_an_estimate_says_why(npu1: Device) -> None:
    guessed = {key for key, fact in npu1.facts.items() if fact.kind in ("estimate", "assumed")}
    # the last two are costs of DDR that nothing measured on npu1 shows
    assert guessed == {"lock_release_cycles", "call_cycles", "ddr_page_ns", "shim_run_ns"}
    assert all(npu1.facts[key].note for key in guessed)


def test_array_is_four_by_four(npu1: Device) -> None:
    assert (npu1.columns, npu1.core_rows, npu1.core_count) == (4, 4, 16)


def test_buffers_of_a_core_have_63_kib(npu1: Device) -> None:
    assert npu1.l1_bytes - npu1.l1_reserved_bytes == 63 * 1024


@pytest.mark.parametrize(
    ("key", "array_cycles"),
    [
        ("issue_task_cycles", 1075),  # 1056 to 1094 measured
        ("write32_cycles", 100.5),
        ("blockwrite_cycles", 203),
        ("token_last_cycles", 8000),
        ("token_other_cycles", 2700),
    ],
)
def test_controller_cycles_are_the_measured_array_cycles_at_the_controllers_clock(
    npu1: Device, key: str, array_cycles: float
) -> None:
    # measured in cycles of 1028 MHz, on a controller of 600 MHz: 1075 · 600 / 1028 = 627.4
    assert getattr(npu1, key) == round(array_cycles * 600 / 1028)


def test_a_core_call_with_four_locks_costs_about_80_cycles(npu1: Device) -> None:
    # acquire and release of two inputs: 2 · 15 + 2 · 15, and 20 around the call
    locks = 2 * npu1.lock_acquire_cycles + 2 * npu1.lock_release_cycles
    assert locks + npu1.call_cycles == 80


def test_float32_has_no_native_rate(npu1: Device) -> None:
    assert dict(npu1.macs_per_cycle) == {"bfloat16": 128, "int8": 256, "int16": 64, "int32": 16}
