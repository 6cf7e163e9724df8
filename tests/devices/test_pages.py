"""Is a page refused for what it lacks and for what it has too much of, by page and key?"""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from tilescope.devices.catalog import PAGES, device_names, device_sources, load_device
from tilescope.errors import InputError

CLOCK = (
    '{ value = 1600, unit = "MHz", source = ["table"], kind = "spec", '
    'confidence = "medium", note = "" }'
)
VARIANT = f"""
title = "the same array, faster"
extends = "npu1"
[clocks]
clock_mhz = {CLOCK}
[sources]
table = "the vendor's table of clocks"
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    shutil.copy(PAGES / "npu1.toml", tmp_path / "npu1.toml")
    return tmp_path


@pytest.fixture
def edited(folder: Path) -> Callable[[str, str], None]:
    """Load npu1 with one piece of its page replaced."""

    def load(old: str, new: str) -> None:
        text = (folder / "npu1.toml").read_text(encoding="utf-8")
        assert text.count(old) == 1
        (folder / "npu1.toml").write_text(text.replace(old, new), encoding="utf-8")
        load_device("npu1", folder)

    return load


def test_a_variant_states_only_what_differs(folder: Path) -> None:
    (folder / "npu1.fast.toml").write_text(VARIANT, encoding="utf-8")
    assert device_names(folder) == ("npu1", "npu1:fast")
    base, fast = load_device("npu1", folder), load_device("npu1:fast", folder)
    assert (base.clock_mhz, fast.clock_mhz) == (1028, 1600)
    assert (fast.name, fast.title) == ("npu1:fast", "the same array, faster")
    changed = {key for key in base.facts if getattr(base, key) != getattr(fast, key)}
    assert changed == {"clock_mhz"}
    assert fast.facts["clock_mhz"].source == ("table",)
    lost = set(device_sources("npu1", folder)) - set(device_sources("npu1:fast", folder))
    assert "table" in device_sources("npu1:fast", folder)
    assert lost == set()  # emu_qos stood behind the clock and stands behind others


UNCHANGED = """
[[unchanged]]
keys = ["lock_acquire_cycles"]
kind = "estimate"
confidence = "low"
note = "not measured at this clock"
"""


def test_a_value_taken_over_has_a_passport_of_its_own(folder: Path) -> None:
    text = VARIANT.replace("[sources]", UNCHANGED + "[sources]")
    (folder / "npu1.fast.toml").write_text(text, encoding="utf-8")
    below = load_device("npu1", folder).facts["lock_acquire_cycles"]
    fact = load_device("npu1:fast", folder).facts["lock_acquire_cycles"]
    assert (fact.value, fact.unit, fact.source) == (below.value, below.unit, below.source)
    assert (fact.kind, fact.confidence) == ("estimate", "low")
    assert fact.note == f"not measured at this clock; {below.note}"


@pytest.mark.parametrize(
    ("old", "new", "reason"),
    [
        ('["lock_acquire_cycles"]', '["lock_cycles"]', "'lock_cycles' is no value of a device"),
        ('["lock_acquire_cycles"]', '["clock_mhz"]', r"clocks\.clock_mhz: stated twice"),
        ('["lock_acquire_cycles"]', '["l1_bytes", "l1_bytes"]', "l1_bytes stands there twice"),
        ("keys = ", "key = ", "a table with keys"),
        ('confidence = "low"\n', "", "confidence is missing"),
        ('note = "not', 'source = ["nobody"]\nnote = "not', "source 'nobody' is not in"),
        ("[[unchanged]]", "[unchanged]", "must be a list of tables"),
        ('extends = "npu1"', 'extends = "npu1"\npower_mode = 1', "power_mode: true or false"),
        ('extends = "npu1"', "", "unchanged: this page extends none"),
        ('extends = "npu1"', "power_mode = true", "only beside extends"),
    ],
)
def test_a_bad_variant_is_refused(folder: Path, old: str, new: str, reason: str) -> None:
    text = VARIANT.replace("[sources]", UNCHANGED + "[sources]")
    assert text.count(old) == 1
    (folder / "npu1.fast.toml").write_text(text.replace(old, new), encoding="utf-8")
    with pytest.raises(InputError, match=reason):
        load_device("npu1:fast", folder)


def test_a_page_on_a_page_that_does_not_exist_is_refused(folder: Path) -> None:
    text = VARIANT.replace('"npu1"', '"npu9"')
    (folder / "npu1.fast.toml").write_text(text, encoding="utf-8")
    with pytest.raises(InputError, match="page npu1:fast, key extends: there is no page 'npu9'"):
        load_device("npu1:fast", folder)


def test_pages_that_extend_one_another_are_refused(folder: Path) -> None:
    text = VARIANT.replace('"npu1"', '"npu1:fast"')
    (folder / "npu1.fast.toml").write_text(text, encoding="utf-8")
    with pytest.raises(InputError, match="in a circle"):
        load_device("npu1:fast", folder)


def test_two_pages_that_explain_one_source_differently_are_refused(folder: Path) -> None:
    text = VARIANT.replace('table = "', 'allo = "something else"\ntable = "')
    (folder / "npu1.fast.toml").write_text(text, encoding="utf-8")
    with pytest.raises(InputError, match=r"page npu1:fast, key sources\.allo"):
        load_device("npu1:fast", folder)


def test_an_unknown_device_is_refused_with_those_there_are() -> None:
    with pytest.raises(InputError, match="npu1"):
        load_device("npu9")


@pytest.mark.parametrize(
    ("old", "new", "reason"),
    [
        ("columns = {", "colums = {", "key array.colums: no value of a device"),
        ("[array]\n", "columns = 4\n[array]\n", "key columns: a fact has value"),
        ("value = 1028,", "", "key clock_mhz: value is missing"),
        ("value = 1028,", "value = 1028, was = 1,", "key clock_mhz: 'was' is unknown"),
        ("value = 1028,", 'value = "fast",', "key clock_mhz: must be a whole number"),
        ("value = 1028,", "value = 1028.5,", "key clock_mhz: must be a whole number"),
        ("value = 1028,", "value = true,", "key clock_mhz: must be a whole number"),
        ("value = 1028,", "value = 0,", "key clock_mhz: must be positive, not 0"),
        ("value = 1028,", "value = -1,", "key clock_mhz: must be positive, not -1"),
        ("value = 17.0,", "value = nan,", "key ddr_gbps: must be positive"),
        ("value = 17.0,", 'value = "17",', "key ddr_gbps: must be a number"),
        ("value = 0.31,", "value = 1.0,", "shim_cold_decay is 1.0 and must be below 1"),
        ("[64, -1, 1024, 1024]", "[64, 0, 1024, 1024]", "key shim_dim_sizes: must be positive"),
        ("[64, -1, 1024, 1024]", "[64, 1024, 1024]", "shim_dim_sizes has 3 sizes"),
        ("bfloat16 = 128,", "bf17 = 128,", "key macs_per_cycle: 'bf17' is none of"),
        ("bfloat16 = 128,", "bfloat16 = 0,", "key macs_per_cycle.bfloat16: must be positive"),
        ("value = 1000, unit", "value = 963, unit", "faster than the port"),
        ("value = 1024, unit", "value = 65536, unit", "leaves nothing of l1_bytes"),
        ('"am020", "tnzr"]', '"am021"]', "key macs_per_cycle: source 'am021' is not in"),
        ('"am020", "tnzr"]', "]", "key macs_per_cycle: source must be a list"),
        ('tnzr = "', 'tnzr = "" #', "key sources.tnzr: must be one line"),
        ("[identity]\n", "[identity]\nx = [\n", "not readable as TOML"),
        ('title = "', 'name = "x"\ntitle = "', "key name: unknown"),
        ('title = "', 'title = "" #', "key title: must be text"),
    ],
)
def test_a_bad_page_is_refused_by_page_and_key(
    edited: Callable[[str, str], None], old: str, new: str, reason: str
) -> None:
    with pytest.raises(InputError) as refusal:
        edited(old, new)
    assert "npu1" in str(refusal.value)
    assert reason in str(refusal.value)


def test_a_key_missing_from_the_page_is_named(folder: Path) -> None:
    lines = (folder / "npu1.toml").read_text(encoding="utf-8").splitlines()
    kept = [line for line in lines if not line.startswith(("core_bds", "ddr_run_ns"))]
    (folder / "npu1.toml").write_text("\n".join(kept), encoding="utf-8")
    with pytest.raises(InputError, match="page npu1: core_bds, ddr_run_ns missing"):
        load_device("npu1", folder)


def test_a_key_stated_twice_is_refused(folder: Path) -> None:
    with (folder / "npu1.toml").open("a", encoding="utf-8") as file:
        file.write(f"\n[again]\nclock_mhz = {CLOCK.replace('table', 'calc')}\n")
    with pytest.raises(InputError, match=r"key again\.clock_mhz: stated twice"):
        load_device("npu1", folder)
