"""`tilescope simulate`: a design from its text, or one sentence why not."""

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from tilescope.cli.main import app
from tilescope.designs.elementwise import smallest_design
from tilescope.designs.mlir.printing import print_design
from tilescope.devices import load_device
from tilescope.simulation.simulate import simulate_design

TEXT = print_design(smallest_design(64, "float32"))


def simulate(*arguments, text=None):
    """The verb's result."""
    return CliRunner().invoke(app, ["simulate", *map(str, arguments)], input=text)


@pytest.fixture
def file(tmp_path):
    path = tmp_path / "adder.mlir"
    path.write_text(TEXT)
    return path


def found(*arguments, text=None):
    result = simulate(*arguments, "--json", "-", text=text)
    assert result.exit_code == 0, result.stderr
    return json.loads(result.stdout)


def test_the_cycles_are_those_of_the_design(file):
    """Ticks are rounded up to whole cycles of the array's clock."""
    outcome = simulate_design(smallest_design(64, "float32"), load_device("npu1"))
    ticks = outcome.base.array_ticks
    content = found(file)
    assert content["cycles"] == -(-outcome.ticks // ticks)
    assert content["kind"] == "simulated"
    assert sum(content["budget_us"].values()) == pytest.approx(content["device_us"])
    assert content["bytes_written"]["C_out"] == 64 * 4


def test_a_seed_below_zero_is_refused(file):
    result = simulate(file, "--seed", -1)
    assert (result.exit_code, result.stderr) == (
        2,
        "tilescope: The seed is -1; it must be 0 or more.\n",
    )


def test_the_same_seed_gives_the_same_output_and_no_data_none(file):
    first, again, other = (found(file, "--seed", seed)["outputs"] for seed in (1, 1, 2))
    assert first == again
    assert first != other
    assert "outputs" not in found(file, "--timing-only")


def test_timing_alone_takes_as_many_cycles(file):
    assert found(file, "--timing-only")["cycles"] == found(file)["cycles"]


def test_a_design_may_come_by_standard_input(file):
    assert found("-", text=TEXT)["cycles"] == found(file)["cycles"]


def test_explain_shows_what_was_understood(file):
    text = simulate(file, "--explain").stdout
    assert "1 core (1×1) of npu1" in " ".join(text.split())
    assert "shim (0,0) MM2S" in text
    assert "linear_accumulate_float32" in text


def test_a_stated_cost_makes_an_unknown_kernel_known_and_is_flagged(tmp_path, file):
    """One call of 10,000 cycles lies on the path to the only token."""
    mine = tmp_path / "mine.mlir"
    mine.write_text(TEXT.replace("linear_accumulate_float32", "my_kernel"))
    costs = tmp_path / "costs.toml"
    costs.write_text("[kernel.my_kernel]\ncycles = 10_000\n")
    refused = simulate(mine)
    assert refused.exit_code == 2
    assert "mine.mlir:" in refused.stderr
    assert "--costs: [kernel.my_kernel]" in refused.stderr
    content = found(mine, "--costs", costs)
    assert content["stated_costs"] == ["my_kernel"]
    assert any("no data were moved" in note for note in content["notes"])
    assert content["cycles"] > 10_000
    assert "stated" in simulate(mine, "--costs", costs, "--explain").stdout


def test_one_more_cycle_of_a_stated_cost_is_one_more_of_the_design(tmp_path):
    """One call on the path to the only token: cycles grow one for one."""
    mine = tmp_path / "mine.mlir"
    mine.write_text(TEXT.replace("linear_accumulate_float32", "my_kernel"))
    cycles = []
    for cost in (20_000, 20_001):
        costs = tmp_path / "costs.toml"
        costs.write_text(f"[kernel.my_kernel]\ncycles = {cost}\n")
        cycles.append(found(mine, "--costs", costs)["cycles"])
    assert cycles[1] == cycles[0] + 1


@pytest.mark.parametrize(
    "costs", ["", "cycles = 1", "[kernel.k]\ncycles = 0", "[kernel.k]\nreference = 'os'", "=", "\0"]
)
def test_a_costs_file_that_is_none_is_refused(tmp_path, file, costs):
    path = tmp_path / "costs.toml"
    path.write_text(costs)
    result = simulate(file, "--costs", path)
    assert (result.exit_code, result.stdout) == (2, "")
    assert result.stderr.count("\n") == 1


def test_another_device_is_used_where_it_is_asked_for_and_that_is_said(file):
    content = found(file, "--device", "npu2")
    assert content["device"] == "npu2"
    assert any("The text is for npu1" in note for note in content["notes"])
    assert found(file, "--device", "npu1:low")["notes"] == []


def test_a_design_that_waits_for_itself_names_who_waits(tmp_path):
    """Two objects are asked of C_in, which gets one: 64 elements."""
    path = tmp_path / "stuck.mlir"
    path.write_text(TEXT.replace("acquire @C_in(Consume, 1)", "acquire @C_in(Consume, 2)"))
    text = path.read_text().replace("release @C_in(Consume, 1)", "release @C_in(Consume, 2)")
    path.write_text(text)
    result = simulate(path)
    assert result.exit_code == 2
    assert "core (0,2)" in result.stderr
    assert "C_in" in result.stderr


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "is empty"),
        (b"\xff\xfe", "not UTF-8"),
        (TEXT.replace("(npu1)", "(xcve2302)").encode(), "--device"),
        (TEXT[:900].encode(), "adder.mlir:"),
    ],
)
def test_what_is_no_design_is_one_sentence(file, content, said):
    file.write_bytes(content)
    result = simulate(file)
    assert result.exit_code == 2
    assert said in result.stderr
    assert result.stderr.count("\n") == 1


def test_a_file_that_is_not_there_is_one_sentence(tmp_path):
    result = simulate(tmp_path / "none.mlir")
    assert result.exit_code == 2
    assert "cannot be read" in result.stderr


def test_it_says_what_bounds_the_design_and_how_far_above_it_lies(file):
    """Of the smallest addition that is the controller, 6550 of its cycles."""
    content = found(file)
    bound = content["bound"]
    assert bound["by"] == "issue"
    assert bound["us"] + bound["gap_us"] == pytest.approx(content["device_us"])
    told = " ".join(simulate(file).stdout.split())
    assert "Bound by issue (the controller's instructions and tokens): at least 10.9 µs" in told


def test_a_device_may_be_set_otherwise_for_one_simulation(file):
    slow = found(file, "--set", "controller_clock_mhz=300")
    assert slow["device"] == "npu1(controller_clock_mhz=300)"
    assert slow["changed"] == [
        {"key": "controller_clock_mhz", "value": 300, "nominal": 600, "unit": "MHz"}
    ]
    assert slow["bound"]["us"] == pytest.approx(2 * found(file)["bound"]["us"])
    text = simulate(file, "--set", "controller_clock_mhz=300").stdout
    assert "What if: controller_clock_mhz 300 MHz, not 600" in text


@pytest.mark.parametrize(
    ("setting", "said"),
    [
        ("launch_us=20", "a design is simulated without one"),
        ("clokc_mhz=20", "did you mean clock_mhz?"),
        ("columns=none", "takes a number"),
    ],
)
def test_what_cannot_be_set_is_refused(file, setting, said):
    result = simulate(file, "--set", setting)
    assert result.exit_code == 2
    assert said in result.stderr


def test_what_can_be_set_is_listed(file):
    result = simulate(file, "--set", "help")
    assert result.exit_code == 0
    assert "ddr_gbps" in result.stdout
    assert "launch_us" not in result.stdout


def test_on_forty_columns_no_line_is_wider_than_the_screen(file):
    result = CliRunner().invoke(app, ["simulate", str(file)], env={"COLUMNS": "40"})
    assert result.exit_code == 0, result.stderr
    assert max(map(len, result.stdout.splitlines())) <= 40


def test_one_sequence_of_several_is_named(tmp_path):
    mine = tmp_path / "two.mlir"
    mine.write_text(
        (Path(__file__).parents[1] / "designs/mlir/designs/two_sequences.mlir").read_text()
    )
    refused = simulate(mine)
    assert refused.exit_code == 2
    assert "2 runtime sequences (one, three); choose one with --sequence" in " ".join(
        refused.stderr.split()
    )
    assert found(mine, "--sequence", "one")["cycles"] < found(mine, "--sequence", "three")["cycles"]
