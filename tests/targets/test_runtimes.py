"""Do the runtimes' pages say what their sources say, and is a bad page refused?"""

from __future__ import annotations

import shutil
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path

import pytest

from tilescope.errors import InputError
from tilescope.targets.costs import STATISTICS
from tilescope.targets.runtimes import PAGES, load_runtime, runtime_names

NAMES = ("allo-call", "allo-profile", "xrt-linux")


def test_the_three_runtimes_have_pages() -> None:
    assert runtime_names() == NAMES


@pytest.mark.parametrize("name", NAMES)
def test_every_fact_has_a_source_and_every_source_a_fact(name: str) -> None:
    costs = load_runtime(name, "npu1")
    used = {identifier for fact in costs.facts.values() for identifier in fact.source}
    assert used == set(costs.sources)


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


@pytest.mark.parametrize("name", NAMES)
def test_every_floor_is_met_by_one_residual(name: str) -> None:
    costs = load_runtime(name, "npu1")
    floors = {key for key in costs.facts if key.startswith("floor_us.")}
    residuals = {key for key in costs.facts if key.startswith("residual_us.")}
    assert {key.partition(".")[2] for key in floors} == {key.partition(".")[2] for key in residuals}


def test_a_statistic_is_chosen_after_a_colon() -> None:
    assert load_runtime("allo-profile", "npu1").floor_us == 119
    best = load_runtime("allo-profile:min", "npu1")
    assert (best.floor_us, best.statistic, best.label) == (107, "min", "allo-profile:min")


def test_a_statistic_without_data_is_refused_with_those_there_are() -> None:
    with pytest.raises(InputError, match="no 'min' launch for device npu1; it has avg, median"):
        load_runtime("allo-call:min", "npu1")


def test_a_runtime_without_data_for_a_device_is_refused() -> None:
    with pytest.raises(InputError, match="Runtime allo-call has no data for device npu2"):
        load_runtime("allo-call", "npu2")


def test_a_variant_has_no_costs_but_its_own() -> None:
    with pytest.raises(InputError, match="never carried over"):
        load_runtime("xrt-linux", "npu1:hawk-point")


def test_a_device_with_overrides_keeps_the_costs_of_its_page() -> None:
    changed = load_runtime("xrt-linux", "npu1(ddr_gbps=15.0)")
    assert changed.launch_us == load_runtime("xrt-linux", "npu1").launch_us


def test_an_unknown_runtime_is_refused_with_those_there_are() -> None:
    with pytest.raises(InputError, match="allo-call, allo-profile, xrt-linux"):
        load_runtime("xrt-mac", "npu1")


@pytest.fixture
def edited(tmp_path: Path) -> Callable[[str, str], None]:
    """Load xrt-linux with one piece of its page replaced."""

    def load(old: str, new: str) -> None:
        shutil.copy(PAGES / "xrt-linux.toml", tmp_path / "xrt-linux.toml")
        path = tmp_path / "xrt-linux.toml"
        text = path.read_text(encoding="utf-8")
        assert text.count(old) == 1
        path.write_text(text.replace(old, new), encoding="utf-8")
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
        ("[sources]", "stray = 1\n[sources]", "key npu1.copy_out.stray: a fact has"),
        ('drv_pr599 = "', 'drv = "', "source 'drv_pr599' is not in"),
        ("[npu1]\n", "[npu1\n", "cannot be read"),
        ('always = "', 'sometimes = "', "key notes.sometimes: must be text under always or"),
    ],
)
def test_a_bad_page_is_refused_by_page_and_key(
    edited: Callable[[str, str], None], old: str, new: str, reason: str
) -> None:
    with pytest.raises(InputError) as refusal:
        edited(old, new)
    assert "page xrt-linux" in str(refusal.value)
    assert reason in str(refusal.value)


def test_every_statistic_of_every_page_loads() -> None:
    loaded = 0
    for name in NAMES:
        for statistic in STATISTICS:
            if f"floor_us.{statistic}" in load_runtime(name, "npu1").facts:
                assert load_runtime(f"{name}:{statistic}", "npu1").statistic == statistic
                loaded += 1
    assert loaded == 7  # xrt-linux 3, allo-profile 2, allo-call 2
