"""`tilescope devices`, `runtimes`, `kernels`: what each lists and shows, as text and as JSON."""

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from tilescope.cli.main import app
from tilescope.devices import device_names, load_device
from tilescope.kernels.catalog import all_kernels
from tilescope.targets.runtimes import runtime_devices, runtime_names

SHOWN = [
    *(("devices", name) for name in device_names()),
    *(("runtimes", name) for name in runtime_names()),
    ("kernels", "linear_matmul"),
    ("kernels", "linear_zero_float32"),
]


def said(*arguments: str) -> str:
    """What the command prints; it must end well."""
    result = CliRunner().invoke(app, [*arguments], env={"COLUMNS": "80"})
    assert (result.exit_code, result.stderr) == (0, "")
    return result.stdout


@pytest.mark.parametrize("noun", ["devices", "runtimes", "kernels"])
def test_a_list_names_everything_there_is(noun: str) -> None:
    names = {
        "devices": device_names(),
        "runtimes": runtime_names(),
        "kernels": [kernel.symbol for kernel in all_kernels()],
    }[noun]
    rows = said(noun, "list").splitlines()
    assert {name for name in names if any(row.split()[:1] == [name] for row in rows)} == set(names)
    key = "symbol" if noun == "kernels" else "name"
    listed = json.loads(said(noun, "list", "--json", "-"))
    assert {entry[key] for entry in listed} == set(names)


@pytest.mark.parametrize(("noun", "name"), SHOWN)
def test_no_line_is_wider_than_the_terminal(noun: str, name: str) -> None:
    options = [[]] if noun == "kernels" else [[], ["--notes"]]
    for extra in options:
        assert max(map(len, said(noun, "show", name, *extra).splitlines())) <= 80
    assert max(map(len, said(noun, "list").splitlines())) <= 80


@pytest.mark.parametrize(("noun", "name"), SHOWN)
def test_what_is_shown_is_json_too(noun: str, name: str) -> None:
    shown = json.loads(said(noun, "show", name, "--json", "-"))
    for entry in shown if isinstance(shown, list) else [shown]:
        assert name in (entry["name"], entry.get("symbol"))


def test_a_device_shows_every_value_with_kind_trust_and_source() -> None:
    text, device = said("devices", "show", "npu2"), load_device("npu2")
    for key, fact in device.facts.items():
        line = next(line for line in text.splitlines() if line.startswith(key))
        assert fact.kind in line
        assert fact.confidence in line
    shown = json.loads(said("devices", "show", "npu2", "--json", "-"))
    assert shown["facts"]["clock_mhz"]["value"] == 1800
    assert set(shown["facts"]["clock_mhz"]["source"]) <= set(shown["sources"])


def test_a_source_is_cited_by_the_number_it_is_listed_under() -> None:
    lines = said("devices", "show", "npu1").splitlines()
    row = next(line for line in lines if line.startswith("l2_bytes")).split()
    listed = lines[lines.index("Sources") + 1 :]
    cited = [line for line in listed if line.split()[:1] in ([row[-1]], [row[-2]])]
    assert any("AM020" in line for line in cited)
    assert any("Devices.md" in line for line in cited)


def test_notes_stand_below_their_values_when_asked_for() -> None:
    note = "column 0 has no shim DMA"
    assert note not in said("devices", "show", "npu1")
    assert note in said("devices", "show", "npu1", "--notes")


def test_a_power_mode_says_whose_launch_costs_it_keeps() -> None:
    assert "A power mode of npu2" in said("devices", "show", "npu2:low")


def test_a_runtime_shows_each_device_that_it_has_data_for() -> None:
    text = said("runtimes", "show", "xrt-linux")
    assert [f"On {device}" in text for device in runtime_devices("xrt-linux")] == [True] * 4
    assert "xrt-linux:median, xrt-linux:min" in " ".join(text.split())


def test_a_kernel_shows_what_its_cycles_and_tolerance_come_from() -> None:
    text = said("kernels", "show", "linear_matmul_bfloat16")
    # 64³ on npu1: 16 register blocks of (8 steps · 16 + 28) cycles
    assert "2,496 cycles" in text
    assert "arXiv 2512.13282" in text
    assert "tolerance" in text


def test_a_name_shows_all_its_kernels() -> None:
    shown = json.loads(said("kernels", "show", "linear_matmul", "--json", "-"))
    wanted = [kernel.symbol for kernel in all_kernels() if kernel.name == "linear_matmul"]
    assert [entry["symbol"] for entry in shown] == wanted


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        (["devices", "show", "npu7"], "Unknown device 'npu7'"),
        (["runtimes", "show", "xrt"], "Unknown runtime 'xrt'"),
        (["kernels", "show", "matmul"], "Unknown kernel 'matmul'"),
        (["devices", "show", "npu1", "--color", "red"], "Unknown color mode"),
        (["devices", "show"], "NAME"),
        (["devices", "list", "--json", "no/such/folder/x.json"], "does not exist"),
    ],
)
def test_bad_input_is_a_plain_sentence_and_exit_code_two(
    arguments: list[str], expected: str
) -> None:
    result = CliRunner().invoke(app, arguments)
    assert result.exit_code == 2
    assert expected in result.stderr
    assert result.stdout == ""


def test_an_existing_file_is_kept_unless_forced(tmp_path: Path) -> None:
    path = tmp_path / "devices.json"
    path.write_text("mine", encoding="utf-8")
    result = CliRunner().invoke(app, ["devices", "list", "--json", str(path)])
    assert result.exit_code == 2
    assert path.read_text(encoding="utf-8") == "mine"
    assert said("devices", "list", "--json", str(path), "--force").startswith("Written")
    assert len(json.loads(path.read_text(encoding="utf-8"))) == len(device_names())
