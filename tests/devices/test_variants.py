"""Do the pages of npu2, Hawk Point and the power modes hold what their sources say?"""

from __future__ import annotations

import pytest

from tilescope.devices import Device, device_names, device_sources, load_device
from tilescope.devices.device import VALUE_TYPES

NAMES = (
    *("npu1", "npu1:hawk-point", "npu1:low"),
    *("npu2", "npu2:low", "npu2:medium", "npu2:strix-halo"),
)


def differing(one: Device, other: Device) -> set[str]:
    return {key for key in VALUE_TYPES if getattr(one, key) != getattr(other, key)}


def test_these_devices_have_pages() -> None:
    assert device_names() == NAMES


@pytest.mark.parametrize("name", NAMES)
def test_every_fact_has_a_known_source_and_every_source_a_fact(name: str) -> None:
    device = load_device(name)
    used = {identifier for fact in device.facts.values() for identifier in fact.source}
    assert used == set(device_sources(name))
    assert list(device.facts) == list(VALUE_TYPES)


@pytest.mark.parametrize("name", NAMES)
def test_whatever_is_estimated_says_why(name: str) -> None:
    for fact in load_device(name).facts.values():
        assert fact.note or fact.kind not in ("estimate", "assumed")


def test_npu2_has_eight_columns_of_four_cores() -> None:
    assert load_device("npu2").core_count == 8 * 4


def test_npu2_differs_from_npu1_in_its_array_clocks_memory_and_core_widths_alone() -> None:
    # what the pages state; what was fitted for each stands apart
    pages = (load_device(name, calibrated=False) for name in ("npu1", "npu2"))
    assert differing(*pages) == {
        *("generation", "columns", "clock_mhz", "controller_clock_mhz", "ddr_gbps"),
        *("load_bytes_per_cycle", "store_bytes_per_cycle", "macs_per_cycle"),
    }


def test_what_was_measured_on_phoenix_is_an_estimate_on_npu2() -> None:
    phoenix, strix = load_device("npu1"), load_device("npu2")
    measured_there = {
        key
        for key, fact in phoenix.facts.items()
        if any(source.startswith("emu_") for source in fact.source) and key.endswith("_cycles")
    }
    assert len(measured_there) == 15
    assert {strix.facts[key].kind for key in measured_there} == {"estimate"}


def test_the_peak_of_npu2_is_512_int8_macs_a_core_and_59_tops_in_all() -> None:
    # 32 cores · 512 MAC · 2 · 1.8 GHz = 58.98 TOPS; xrt-smi's own product reaches 51
    npu2 = load_device("npu2")
    tops = npu2.core_count * npu2.macs_per_cycle["int8"] * 2 * npu2.clock_mhz / 1e6
    assert tops == pytest.approx(58.98, abs=0.01)
    assert 0.8 < 51 / tops < 1


def test_native_bfloat16_lies_above_what_was_measured_and_far_below_bfp16() -> None:
    rates = load_device("npu2").macs_per_cycle
    assert 29 < rates["bfloat16"] <= 64  # 25 to 29 measured; at most 64 lanes
    assert rates["bfp16"] / rates["bfloat16"] == 16


def test_a_bfp16_kernel_needs_both_load_ports_of_npu2() -> None:
    # 2×2 products of 8×8×8: four 72-byte blocks in four cycles, 72 B/cycle; one port brings 64
    npu2 = load_device("npu2")
    assert 64 < 4 * 72 / 4 <= npu2.load_bytes_per_cycle


def test_the_first_generation_has_no_bfp16() -> None:
    assert "bfp16" not in load_device("npu1").macs_per_cycle


@pytest.mark.parametrize(
    ("name", "base", "clock_mhz", "controller_clock_mhz"),
    [
        ("npu1:low", "npu1", 800, 400),
        ("npu2:low", "npu2", 792, 396),
        ("npu2:medium", "npu2", 1267, 975),
    ],
)
def test_a_power_mode_is_the_same_machine_at_other_clocks(
    name: str, base: str, clock_mhz: int, controller_clock_mhz: int
) -> None:
    mode = load_device(name)
    assert mode.machine == load_device(base).machine == base
    assert differing(mode, load_device(base)) == {"clock_mhz", "controller_clock_mhz"}
    assert (mode.clock_mhz, mode.controller_clock_mhz) == (clock_mhz, controller_clock_mhz)


def test_hawk_point_is_the_array_of_phoenix_at_another_clock_and_another_machine() -> None:
    hawk_point = load_device("npu1:hawk-point", calibrated=False)
    phoenix = load_device("npu1", calibrated=False)
    assert differing(hawk_point, phoenix) == {"clock_mhz", "controller_clock_mhz"}
    assert hawk_point.machine == "npu1:hawk-point"
    # the 16 TOPS on the box: 20 physical cores · 256 MAC · 2 · 1.6 GHz = 16.4
    assert 20 * 256 * 2 * hawk_point.clock_mhz / 1e6 == pytest.approx(16, rel=0.03)


def test_strix_halo_is_the_array_of_npu2_before_another_memory_and_another_machine() -> None:
    halo = load_device("npu2:strix-halo", calibrated=False)
    strix = load_device("npu2", calibrated=False)
    assert differing(halo, strix) == {"ddr_gbps", "ddr_run_ns", "ddr_page_ns", "shim_run_ns"}
    assert halo.machine == "npu2:strix-halo"


def test_an_overridden_device_stays_on_its_machine() -> None:
    changed = load_device("npu2:low").with_overrides({"ddr_gbps": 50})
    assert (changed.name, changed.machine) == ("npu2:low(ddr_gbps=50.0)", "npu2")
