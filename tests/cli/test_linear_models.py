"""`tilescope linear` on models: configurations, modules, batches and sequence lengths."""

from __future__ import annotations

import json
from pathlib import Path
from xml.etree import ElementTree

import pytest
from typer.testing import CliRunner

from tilescope.cli.main import app
from tilescope.runs.models import Run

CONFIGS = Path(__file__).parents[1] / "workloads" / "configs"
QUICK = ["--mapping", "fused-k", "--timing-only"]

BLOCK = """
from torch import nn

class Block(nn.Module):
    def __init__(self, width=96):
        super().__init__()
        self.first = nn.Linear(width, 64)
        self.second = nn.Linear(64, width, bias=False)

class Needy(nn.Module):
    def __init__(self, width):
        super().__init__()

class Plain(nn.Module):
    pass

class Failing(nn.Module):
    def __init__(self):
        raise RuntimeError("no weights here")

a_number = 3
"""

WITHOUT_TORCH = "TILESCOPE_TORCH=no left PyTorch out; a set-up for tests installs it otherwise"


def call(*arguments: str) -> tuple[int, str, str]:
    result = CliRunner().invoke(app, ["linear", *arguments])
    return result.exit_code, result.stdout, result.stderr


def run_of(*arguments: str) -> Run:
    code, out, err = call(*arguments, *QUICK, "--json", "-", "--quiet")
    assert code == 0, err
    return Run.model_validate(json.loads(out))


def test_a_configuration_runs_its_projections() -> None:
    run = run_of("--config", str(CONFIGS / "phi-3-mini.json"), "--seq", "16")
    shapes = [(case.name, case.shape.m, case.shape.n, case.shape.k) for case in run.cases]
    assert shapes == [
        ("qkv_proj", 16, 9216, 3072),
        ("o_proj", 16, 3072, 3072),
        ("gate_up_proj", 16, 16384, 3072),
        ("down_proj", 16, 3072, 8192),
    ]


def test_the_head_runs_when_it_is_named() -> None:
    config = str(CONFIGS / "smollm2-135m.json")
    (case,) = run_of("--config", config, "--test-case", "lm_head", "--seq", "1").cases
    assert (case.name, case.shape.n, case.shape.k) == ("lm_head", 49152, 576)
    code, out, _ = call("--config", config, "--list")
    assert code == 0
    assert "lm_head" in out


def test_what_a_configuration_leaves_to_its_model_type_is_told() -> None:
    config = str(CONFIGS / "gemma-3-4b.json")
    code, out, err = call("--config", config, "--list")
    assert code == 0
    assert "q_proj     64×2048×2560" in out
    assert "leaves to its model type, gemma3_text: num_attention_heads 8" in err
    assert call("--config", config, "--list", "--quiet")[2] == ""


def test_ones_own_case_stands_beside_a_configuration() -> None:
    config = str(CONFIGS / "smollm2-135m.json")
    run = run_of("--config", config, "--test-case", "q_proj", "--case", "my:8x16x32")
    assert [case.name for case in run.cases] == ["q_proj", "my"]


def test_a_module_is_profiled_by_the_names_of_its_layers(tmp_path: Path) -> None:
    pytest.importorskip("torch", reason=WITHOUT_TORCH)
    path = tmp_path / "blocks.py"
    path.write_text(BLOCK)
    run = run_of("--model", f"{path}:Block", "--seq", "8")
    shapes = [(case.name, case.shape.m, case.shape.n, case.shape.k) for case in run.cases]
    assert shapes == [("first", 8, 64, 96), ("second", 8, 96, 64)]
    code, out, err = call("--model", f"{path}:Block", "--list")
    assert code == 0
    assert "first" in out
    assert "its code runs here" in err


@pytest.mark.parametrize(
    ("name", "says"),
    [
        ("Plain", "Plain has no linear layer"),
        ("Needy", "cannot be made without arguments"),
        ("Failing", "RuntimeError: no weights here"),
        ("Missing", "has no 'Missing'"),
        ("a_number", "is no module, and nothing that makes one"),
    ],
)
def test_a_module_that_cannot_be_had_is_refused(tmp_path: Path, name: str, says: str) -> None:
    pytest.importorskip("torch", reason=WITHOUT_TORCH)
    path = tmp_path / "blocks_refused.py"
    path.write_text(BLOCK)
    code, out, err = call("--model", f"{path}:{name}")
    assert (code, out) == (2, "")
    assert says in err
    assert "Traceback" not in err


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["--model", "no_such_module_of_mine:Block"], "cannot be imported: ModuleNotFoundError"),
        (["--model", "no_such_file.py:Block"], "There is no file no_such_file.py"),
        (["--model", "json"], "--model is module:Class"),
        (["--model", "json:dumps", "--config", "x.json"], "give one of them"),
        (
            ["--config", "nothing.json"],
            "There is no file nothing.json; a model's config.json is read",
        ),
        (["--seq", "0"], "each is 1 or more"),
        (["--seq", "1:8"], "a list as in"),
        (["--batch", "two"], "--batch is a list"),
        (["--batch", "1048576", "--seq", "2"], "largest dimension"),
        (["--plot", "a.svg"], "several points"),
        (["--case", "my:8x8x8", "--seq", "4"], "states its own"),
        (["--seq", "1,2", "--test-case", "r_proj"], "Unknown test case 'r_proj'"),
    ],
)
def test_bad_input_ends_plainly(arguments: list[str], says: str) -> None:
    pytest.importorskip("torch", reason=WITHOUT_TORCH)
    code, out, err = call(*arguments)
    assert (code, out) == (2, "")
    assert says in err
    assert "Traceback" not in err


def test_points_give_a_table_a_crossover_and_two_pictures(tmp_path: Path) -> None:
    pytest.importorskip("torch", reason=WITHOUT_TORCH)
    plot = tmp_path / "scaling.svg"
    code, out, err = call(
        "--mapping",
        "fused-k",
        "--test-case",
        "k_proj",
        "--batch",
        "1,2",
        "--seq",
        "1,16",
        "--num-runs",
        "3",
        "--plot",
        str(plot),
    )
    assert code == 0, err
    rows = [line.split() for line in out.splitlines() if line.startswith(("k_proj", "   "))]
    table = [row for row in rows if "launch" in row and row[-1].endswith("×")]
    # batch, tokens, M = batch · tokens
    assert [row[-9:-6] for row in table] == [
        ["1", "1", "1"],
        ["1", "16", "16"],
        ["2", "1", "2"],
        ["2", "16", "32"],
    ]
    assert "Where the NPU begins to beat this machine's PyTorch" in out
    assert "● NPU, ○ PyTorch" in out
    assert out.splitlines()[-1] == f"Written: {plot}"
    picture = ElementTree.parse(plot).getroot()
    assert picture.tag.endswith("svg")
    circles = [one for one in picture.iter() if one.tag.endswith("circle")]
    assert len(circles) == 2 * 2 * 4  # two panels, two curves, M = 1, 2, 16 and 32


def test_without_a_baseline_there_is_no_crossover() -> None:
    code, out, err = call("--test-case", "k_proj", "--seq", "1,64", *QUICK)
    assert code == 0, err
    assert "begins to beat" not in out
    assert "PyTorch" not in out


def test_a_table_over_tokens_names_the_bound_that_the_run_file_has() -> None:
    # Whole-array, its longest term is DDR's, and its largest limit the launch's.
    asked = ["--test-case", "q_proj", "--seq", "64,128", "--mapping", "whole-array"]
    asked += ["--dtype", "bf16", "--timing-only", "--no-advice"]
    code, out, err = call(*asked, "--json", "-", "--quiet")
    assert code == 0, err
    run = Run.model_validate(json.loads(out))
    first = run.cases[0]
    assert first.bound is not None
    assert first.bound.by == "launch"
    code, out, err = call(*asked)
    assert code == 0, err
    row = next(line for line in out.splitlines() if line.startswith("q_proj 960×768"))
    assert row.split()[-1] == "launch"


def test_a_picture_by_another_formats_name_is_refused_before_the_work(tmp_path: Path) -> None:
    code, out, err = call("--seq", "1,2", "--plot", str(tmp_path / "x.png"), *QUICK)
    assert (code, out) == (2, "")
    assert "name a file that ends in .svg" in err
