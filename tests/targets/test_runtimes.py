"""Do the runtimes' pages say what their sources say, and is a bad page refused?"""

from __future__ import annotations

import shutil
import tomllib
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path

import pytest

from tilescope.errors import InputError
from tilescope.targets.runtimes import PAGES, load_runtime, runtime_devices, runtime_names

DEVICES = {
    "allo-call": ("npu1",),
    "allo-profile": ("npu1",),
    "iree": ("npu2",),
    "xrt-linux": ("npu1", "npu1:hawk-point", "npu2", "npu2:strix-halo"),
    "xrt-python": ("npu1", "npu2"),
    "xrt-windows": ("npu1", "npu2"),
}
PAIRS = [(name, device) for name, devices in DEVICES.items() for device in devices]


def test_these_runtimes_have_data_for_these_devices() -> None:
    assert runtime_names() == tuple(DEVICES)
    assert {name: runtime_devices(name) for name in DEVICES} == DEVICES


@pytest.mark.parametrize(("name", "device"), PAIRS)
def test_every_fact_has_a_source_and_every_source_a_fact(name: str, device: str) -> None:
    costs = load_runtime(name, device)
    used = {identifier for fact in costs.facts.values() for identifier in fact.source}
    assert used == set(costs.sources)


@pytest.mark.parametrize("name", DEVICES)
def test_every_source_of_a_page_is_cited_for_some_device(name: str) -> None:
    cited = {source for device in DEVICES[name] for source in load_runtime(name, device).sources}
    page = tomllib.loads((PAGES / f"{name}.toml").read_text(encoding="utf-8"))
    assert cited == set(page["sources"])


@pytest.mark.parametrize(("name", "device"), PAIRS)
def test_whatever_is_assumed_says_why_and_every_note_is_one_short_sentence(
    name: str, device: str
) -> None:
    costs = load_runtime(name, device)
    for fact in costs.facts.values():
        assert fact.note or fact.kind not in ("estimate", "assumed")
    for note in costs.notes.values():
        assert len(note) <= 140
        assert not note.endswith(".")


@pytest.mark.parametrize(("name", "device"), PAIRS)
def test_a_plan_of_two_designs_says_that_switching_is_not_included(name: str, device: str) -> None:
    if name == "allo-call":  # nothing is kept from call to call, so that there is no switch
        assert "alternating" not in load_runtime(name, device).notes
        return
    said = load_runtime(name, device).notes["alternating"]
    # Rows m0850 (0.089 ms) to m1157 (2.670 ms) of the measurement record.
    assert said == (
        "Switching between the two designs is not included; on XDNA2 a switch took 0.1 to 2.7 ms"
    )


def test_kept_context_pays_copies_and_syncs() -> None:
    costs = load_runtime("xrt-linux", "npu1")
    # one 64×64 float32 tile, 16,384 B: copy 17.9 · 0.016384, sync 2.6 + 10.6 · 0.016384
    assert costs.copy_in_us(16_384) == Fraction("17.9") * Fraction("0.016384")
    assert costs.sync_in_us(16_384) == Fraction("2.6") + Fraction("10.6") * Fraction("0.016384")
    assert costs.sync_out_us(0) == Fraction("2.6")
    assert costs.copy_out_us(10**6) == Fraction("39.3")


def test_kept_context_meets_the_call_that_its_rates_were_taken_from() -> None:
    costs = load_runtime("xrt-linux", "npu1")
    # a 4096×384×1152 bf16 product: A, B, C of 2 B an element; measured 56+16+36+12+112+371 µs
    host_us = costs.host_us((4096 * 384 * 2, 384 * 1152 * 2), (4096 * 1152 * 2,))
    assert float(host_us) == pytest.approx(603, rel=0.005)


def test_profile_mode_pays_no_copies_and_no_syncs() -> None:
    costs = load_runtime("allo-profile", "npu1")
    assert costs.host_us((16_384, 16_384), (16_384,)) == 0
    assert costs.call_us == 0


def test_a_call_in_a_new_process_pays_about_27_ms() -> None:
    costs = load_runtime("allo-call", "npu1")
    assert 27_000 < costs.launch_us < 27_500
    assert costs.setup_us == 0


@pytest.mark.parametrize(
    ("m", "k", "n", "mean_us", "device_us"),
    [
        (128, 960, 320, 32_470, 300),  # rows m0273, m0276, m0279, m0282, m0285 of the record
        (128, 960, 960, 37_240, 500),
        (128, 960, 2560, 45_070, 1100),
        (32, 768, 960, 33_880, 300),
        (1024, 768, 768, 41_760, 3500),
    ],
)
def test_a_call_in_a_new_process_meets_other_measured_calls_within_a_tenth(
    m: int, k: int, n: int, mean_us: int, device_us: int
) -> None:
    # the time on the array is a guess of little weight, so that the files' rate is what is tested
    costs = load_runtime("allo-call", "npu1")
    files_us = costs.host_us((m * k * 2, k * n * 2), (m * n * 2,))
    assert float(costs.launch_us + files_us + device_us) == pytest.approx(mean_us, rel=0.1)


def test_hawk_point_pays_for_small_syncs_what_was_measured_there() -> None:
    costs = load_runtime("xrt-linux", "npu1:hawk-point")
    # end to end 220.6 µs, NPU time 127.5: 93.1 for one buffer in and one out of 4096 bytes
    host_us = costs.host_us((4096,), (4096,))
    assert float(host_us) == pytest.approx(220.6 - 127.5, abs=0.5)


def test_syncs_on_npu2_meet_the_buffers_that_they_were_taken_from() -> None:
    # rows m0942 to m0945: 6.25 and 16.88 MiB in 111 and 283 µs, out 53 and 144
    costs = load_runtime("xrt-linux", "npu2")
    sizes = [round(mib * 2**20) for mib in (6.25, 16.88)]
    assert [float(costs.sync_in_us(size)) for size in sizes] == pytest.approx([111, 283], rel=0.01)
    assert [float(costs.sync_out_us(size)) for size in sizes] == pytest.approx([53, 144], rel=0.01)


def test_a_python_hosts_call_on_phoenix_is_met_as_a_whole() -> None:
    costs = load_runtime("xrt-python", "npu1")
    assert costs.floor_covers == "call"  # the page says launch, this device's table call
    assert load_runtime("xrt-python", "npu2").floor_covers == "launch"
    # submit 96 and residual leave room for copies, syncs and the array in 275 µs
    assert 96 < costs.launch_us < 275


def test_windows_syncs_meet_the_products_that_they_were_taken_from() -> None:
    # 512³ bf16 with float32 C: 0.524 MB + 0.524 MB in, 1.049 MB out; 424, 447, 498, 421 µs
    costs = load_runtime("xrt-windows", "npu2")
    host_us = costs.host_us((512 * 512 * 2, 512 * 512 * 2), (512 * 512 * 4,))
    mean_us = (1210.1 - 785.9 + 827.1 - 379.8 + 802.9 - 304.6 + 663.6 - 243.0) / 4
    assert float(host_us) == pytest.approx(mean_us, rel=0.005)


def test_windows_on_phoenix_has_no_host_part_since_nobody_timed_one() -> None:
    costs = load_runtime("xrt-windows", "npu1")
    assert costs.host_us((16_384, 16_384), (16_384,)) == 0
    assert "left out" in costs.notes["always"]


def test_submission_is_the_inverse_of_the_measured_throughput() -> None:
    # commands a second, as xrt-smi counts them: 10^6 / 23,385.2 = 42.76 µs
    for name, device, rate in (
        ("xrt-windows", "npu1", 23_385.2),
        ("xrt-linux", "npu1", 24_058),
        ("xrt-linux", "npu2", 87_380),
    ):
        assert float(load_runtime(name, device).submit_us) == pytest.approx(1e6 / rate, abs=0.01)


@pytest.mark.parametrize(("name", "device"), PAIRS)
def test_every_floor_is_met_by_one_residual(name: str, device: str) -> None:
    costs = load_runtime(name, device)
    floors = {key for key in costs.facts if key.startswith("floor_us.")}
    residuals = {key for key in costs.facts if key.startswith("residual_us.")}
    assert {key.partition(".")[2] for key in floors} == {key.partition(".")[2] for key in residuals}


def test_a_statistic_is_chosen_after_a_colon() -> None:
    assert load_runtime("allo-profile", "npu1").floor_us == 119
    best = load_runtime("allo-profile:min", "npu1")
    assert (best.floor_us, best.statistic, best.label) == (107, "min", "allo-profile:min")


def test_a_colon_without_a_statistic_is_refused() -> None:
    with pytest.raises(InputError, match="'xrt-linux:' names no statistic"):
        load_runtime("xrt-linux:", "npu1")


def test_a_statistic_without_data_is_refused_with_those_there_are() -> None:
    with pytest.raises(InputError, match="no 'min' launch for device npu1; it has avg, median"):
        load_runtime("allo-call:min", "npu1")


def test_a_runtime_without_data_for_a_device_is_refused_with_what_there_is() -> None:
    with pytest.raises(InputError) as refusal:
        load_runtime("allo-call", "npu2")
    assert "allo-call has no data for device npu2: it has data for npu1" in str(refusal.value)
    assert "for npu2 there is iree, xrt-linux, xrt-python, xrt-windows" in str(refusal.value)


def test_a_variant_has_no_costs_but_its_own() -> None:
    with pytest.raises(InputError, match="never carried over"):
        load_runtime("allo-profile", "npu1:hawk-point")


def test_a_power_mode_has_the_costs_of_its_machine_and_says_so() -> None:
    low, full = load_runtime("xrt-linux", "npu2:low"), load_runtime("xrt-linux", "npu2")
    assert (low.device, low.launch_us) == ("npu2:low", full.launch_us)
    assert "power mode" in low.notes["power_mode"]
    assert "power_mode" not in full.notes


def test_a_power_mode_of_a_machine_without_data_is_refused() -> None:
    with pytest.raises(InputError, match="no data for device npu2:medium"):
        load_runtime("allo-profile", "npu2:medium")


def test_a_device_with_overrides_keeps_the_costs_of_its_page() -> None:
    changed = load_runtime("xrt-linux", "npu1(ddr_gbps=15.0)")
    assert changed.launch_us == load_runtime("xrt-linux", "npu1").launch_us


def test_an_unknown_runtime_is_refused_with_those_there_are() -> None:
    with pytest.raises(InputError, match="allo-call, allo-profile, iree, xrt-linux"):
        load_runtime("xrt-mac", "npu1")


@pytest.fixture
def edited(tmp_path: Path) -> Callable[[str, str], None]:
    """Load xrt-linux with one piece of its page replaced."""

    def load(old: str, new: str) -> None:
        shutil.copy(PAGES / "xrt-linux.toml", tmp_path / "xrt-linux.toml")
        path = tmp_path / "xrt-linux.toml"
        text = path.read_text(encoding="utf-8")
        assert old in text
        path.write_text(text.replace(old, new, 1), encoding="utf-8")
        load_runtime("xrt-linux", "npu1", tmp_path)

    return load


@pytest.mark.parametrize(
    ("old", "new", "reason"),
    [
        ('statistic = "avg"', 'statistic = "mode"', "key statistic: must be one of"),
        ('floor_covers = "launch"', 'floor_covers = "x"', "key floor_covers: must be launch"),
        ('steps = ["copy_in", ', 'steps = ["copy", ', "key steps: 'copy' is none of"),
        ('steps = ["copy_in", ', "steps = [", "key npu1.copy_in: unknown"),
        ("[npu1.copy_in]", "[npu1.copyin]", "key npu1.copy_in: is missing"),
        ('title = "', 'extra = "" #', "key title: is missing"),
        ("submit_us = {", "submitted_us = {", "key npu1.submit_us: is missing"),
        ("value = 41.57,", "value = -1,", "key npu1.submit_us: must not be negative"),
        ("value = 41.57,", 'value = "",', "key npu1.submit_us: must be a number"),
        ("value = 41.57,", "value = inf,", "key npu1.submit_us: must not be negative or unbou"),
        ("value = 4096,", "value = 0.5,", "key npu1.smallest_bytes: must be a positive whole"),
        ("us_per_mb = { value = 17.9", "us_per_kb = { value = 17.9", "must hold fixed_us and"),
        ("avg = { value = 124.2", "best = { value = 124.2", "must pair with residual_us"),
        ("[npu1.sync_in]", "stray = 1\n[npu1.sync_in]", "key npu1.copy_in.stray: a fact has"),
        ('drv_pr599 = "', 'drv = "', "source 'drv_pr599' is not in"),
        ("[npu1]\n", "[npu1\n", "cannot be read"),
        ('alternating = "', 'sometimes = "', "key notes.sometimes: must be text under always or"),
        ('always = "', 'never = "', "key npu1.notes.never: must be text under always or"),
        ("[npu1]\n", '[npu1]\nsteps = ["x"]\n', "key npu1.steps: 'x' is none of"),
        ("[npu1]\n", '[npu1]\nsteps = "x"\n', "key npu1.steps: is missing or of the wrong type"),
        ("[npu1]\n", '[npu1]\nfloor_covers = "x"\n', "key npu1.floor_covers: must be launch"),
    ],
)
def test_a_bad_page_is_refused_by_page_and_key(
    edited: Callable[[str, str], None], old: str, new: str, reason: str
) -> None:
    with pytest.raises(InputError) as refusal:
        edited(old, new)
    assert "page xrt-linux" in str(refusal.value)
    assert reason in str(refusal.value)
