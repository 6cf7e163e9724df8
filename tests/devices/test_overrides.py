"""Does a changed device say what was changed?"""

from __future__ import annotations

import pytest

from tilescope.devices import load_device
from tilescope.errors import InputError


def test_an_override_changes_one_value_and_the_name_and_the_passport() -> None:
    page = load_device("npu1")
    fast = page.with_overrides({"clock_mhz": 1600})
    assert (fast.clock_mhz, page.clock_mhz) == (1600, 1028)
    assert fast.name == "npu1(clock_mhz=1600)"
    fact = fast.facts["clock_mhz"]
    assert (fact.value, fact.unit, fact.kind) == (1600, "MHz", "assumed")
    assert "npu1 has 1028" in fact.note
    assert fast.facts["columns"] is page.facts["columns"]


def test_no_override_is_the_same_device() -> None:
    page = load_device("npu1")
    assert page.with_overrides({}) is page


def test_an_override_equals_another_of_the_same_values() -> None:
    page = load_device("npu1")
    one, two = (page.with_overrides({"ddr_gbps": 15}) for _ in range(2))
    assert one == two
    assert hash(one) == hash(two)
    assert one != page


@pytest.mark.parametrize(
    ("key", "value", "reason"),
    [
        ("clock_hz", 1, "no value 'clock_hz'"),
        ("name", "x", "no value 'name'"),
        ("clock_mhz", 0, "must be positive"),
        ("clock_mhz", "fast", "whole number"),
        ("l1_reserved_bytes", 65536, "leaves nothing"),
    ],
)
def test_a_bad_override_is_refused(key: str, value: object, reason: str) -> None:
    with pytest.raises(InputError, match=reason):
        load_device("npu1").with_overrides({key: value})
