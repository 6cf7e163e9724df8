"""`tilescope compare`: what it prints, writes and refuses, and with which exit code."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from typer.testing import CliRunner

from tests.conftest import following
from tilescope.cli import rerunning
from tilescope.cli.main import app
from tilescope.cli.rerunning import Task, task
from tilescope.errors import InputError
from tilescope.profiling.samples import measured, simulated
from tilescope.runs.files import to_json, write_run
from tilescope.runs.models import Run

OLDER = Path(__file__).parents[1] / "runs" / "older" / "first.json"


@pytest.fixture
def call() -> CliRunner:
    """Calls the command in this process, stdout and stderr apart."""
    return CliRunner()


@pytest.fixture
def files(per_tile_run: Run, tmp_path: Path) -> dict[str, str]:
    """Run files: before, as before, 1 % slower, twice as fast, with noisy baselines."""
    (case,) = per_tile_run.cases
    random = np.random.default_rng(0)

    def noisy(us: float, spread: float) -> dict[str, Any]:
        return {"baseline_us": measured(list(us * np.exp(spread * random.standard_normal(60))))}

    changes: dict[str, dict[str, Any]] = {
        "before": noisy(1000, 0.01),
        "same": noisy(1000, 0.01),
        "slow": {"npu_us": simulated(20_200.0), "budget": (), **noisy(1200, 0.01)},
        "fast": {"npu_us": simulated(10_000.0), "budget": ()},
        "unclear": noisy(1030, 0.05),
        "other": {"name": "other"},
    }
    paths = {}
    for name, update in changes.items():
        path = tmp_path / f"{name}.json"
        write_run(
            per_tile_run.model_copy(update={"cases": (following(case.model_copy(update=update)),)}),
            path,
        )
        paths[name] = str(path)
    return paths


@pytest.mark.parametrize(
    ("after", "options", "code"),
    [
        ("same", [], 0),
        ("slow", [], 1),
        ("slow", ["--fail-on", "nothing"], 0),
        ("slow", ["--threshold", "3%"], 0),
        ("slow", ["--threshold", "0.005"], 1),
        ("fast", [], 0),
        ("fast", ["--fail-on", "different"], 1),
        ("slow", ["--figure", "baseline"], 1),
        ("same", ["--figure", "baseline"], 0),
        ("unclear", ["--figure", "baseline"], 0),
        ("unclear", ["--figure", "baseline", "--strict"], 4),
        ("slow", ["--figure", "baseline", "--strict"], 1),
    ],
)
def test_the_exit_code_is_the_verdict(
    after: str, options: list[str], code: int, call: CliRunner, files: dict[str, str]
) -> None:
    result = call.invoke(app, ["compare", files["before"], files[after], *options])
    assert (result.exit_code, result.stderr) == (code, "")


def test_the_worst_of_several_decides(call: CliRunner, files: dict[str, str]) -> None:
    order = [files[name] for name in ("before", "slow", "same", "fast")]
    result = call.invoke(app, ["compare", *order])
    assert result.exit_code == 1
    assert result.stdout.count("→") == 3


def test_json_is_json_and_nothing_else(call: CliRunner, files: dict[str, str]) -> None:
    result = call.invoke(app, ["compare", files["before"], files["slow"], "--json", "-"])
    assert result.exit_code == 1
    (found,) = json.loads(result.stdout)["comparisons"]
    assert found["counts"]["SLOW"] == 1
    assert found["cases"][0]["ratio"] == pytest.approx(1.01)


def test_markdown_is_a_table(call: CliRunner, files: dict[str, str]) -> None:
    result = call.invoke(app, ["compare", files["before"], files["slow"], "--md", "-"])
    assert "| **SLOW** | `linear.q_proj/f32@npu1/per-tile` |" in result.stdout


def test_markdown_goes_into_a_file_beside_the_screen(
    call: CliRunner, files: dict[str, str], tmp_path: Path
) -> None:
    path = tmp_path / "table.md"
    both = ["compare", files["before"], files["slow"], "--md"]
    written, printed = call.invoke(app, [*both, str(path)]), call.invoke(app, [*both, "-"])
    assert written.exit_code == printed.exit_code == 1
    assert path.read_text(encoding="utf-8") == printed.stdout
    assert "Why\n" in written.stdout
    assert written.stdout.endswith(f"Written: {path}\n")


def test_markdown_and_json_do_not_share_a_place(call: CliRunner, files: dict[str, str]) -> None:
    arguments = ["compare", files["before"], files["same"], "--md", "-", "--json", "-"]
    result = call.invoke(app, arguments)
    assert (result.exit_code, result.stdout) == (2, "")
    assert "Two outputs go to one place" in result.stderr


def test_an_existing_output_is_kept_unless_forced(
    call: CliRunner, files: dict[str, str], tmp_path: Path
) -> None:
    path = tmp_path / "out.json"
    path.write_text("mine", encoding="utf-8")
    arguments = ["compare", files["before"], files["same"], "--json", str(path)]
    result = call.invoke(app, arguments)
    assert (result.exit_code, "exists and is kept" in result.stderr) == (2, True)
    assert path.read_text(encoding="utf-8") == "mine"
    assert call.invoke(app, [*arguments, "--force"]).exit_code == 0
    assert json.loads(path.read_text(encoding="utf-8"))["comparisons"]


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["before", "missing"], "cannot be read: No such file"),
        (["before", "other"], "share no case"),
        (["before", "same", "--fail-on", "faster"], "Unknown reason to fail 'faster'"),
        (["before", "same", "--threshold", "3"], "a percentage below 100, as 3% or 0.03"),
        (["before", "same", "--threshold", "-3%"], "a percentage below 100"),
        (["before", "same", "--threshold", "nan"], "a percentage below 100"),
        (["before", "same", "--figure", "gpu"], "Unknown figure 'gpu'; there is npu, baseline"),
        (["before", "same", "--allow-different", "colour"], "Unknown property 'colour'"),
        (["before", "same", "--repeats", "0"], "must be from 1 to 1,000"),
        (["before", "truncated"], "not whole, or not JSON"),
        (["before", "foreign"], "not a tilescope run file"),
        (["before", "newer"], "newer tilescope"),
        (["before", "edited"], "n is 60 and there are 59 samples"),
        (["before", "empty"], "has no case"),
        (["before", "folder"], "cannot be read: Is a directory"),
    ],
)
def test_bad_input_is_one_plain_sentence(
    arguments: list[str], said: str, call: CliRunner, files: dict[str, str], tmp_path: Path
) -> None:
    text = Path(files["before"]).read_text(encoding="utf-8")
    content = json.loads(text)
    del content["cases"][0]["baseline_us"]["samples"][0]
    written = {
        "truncated": text[:-50],
        "foreign": '{"a": 1}',
        "newer": '{"schema_version": 7}',
        "edited": json.dumps(content),
        "empty": json.dumps({**content, "cases": []}),
    }
    for name, one in written.items():
        (tmp_path / f"{name}.json").write_text(one, encoding="utf-8")
    (tmp_path / "folder").mkdir()
    files = {**files, "folder": str(tmp_path / "folder")}
    typed = [files.get(word, str(tmp_path / f"{word}.json")) for word in arguments[:2]]
    result = call.invoke(app, ["compare", *typed, *arguments[2:]])
    assert result.exit_code == 2
    assert said in result.stderr
    assert result.stderr.startswith("tilescope: ")
    assert result.stderr.count("\n") == 1
    assert result.stdout == ""


def test_a_file_of_the_first_version_still_compares(call: CliRunner) -> None:
    result = call.invoke(app, ["compare", str(OLDER), str(OLDER)])
    assert result.exit_code == 0
    assert "linear.k_proj/f32@npu1/per-tile" in result.stdout


def test_the_command_of_a_run_file_is_run_without_its_outputs(
    per_tile_run: Run, tmp_path: Path
) -> None:
    typed = "tilescope linear --test-case q_proj --json a.json --force -q --num-runs=7 --timeline"
    conditions = {"command_line": typed, "environment": {"OMP_NUM_THREADS": "1", "PATH": "/x"}}
    changed = per_tile_run.provenance.model_copy(update=conditions)
    path = tmp_path / "run.json"
    path.write_text(to_json(per_tile_run.model_copy(update={"provenance": changed})), "utf-8")
    arguments = ("linear", "--test-case", "q_proj", "--num-runs=7")
    assert task(str(path)) == Task(arguments, {"OMP_NUM_THREADS": "1"})


def test_a_typed_command_may_set_a_variable() -> None:
    assert task("OMP_NUM_THREADS=1 tilescope gemm 8 8 8") == Task(
        ("gemm", "8", "8", "8"), {"OMP_NUM_THREADS": "1"}
    )


@pytest.mark.parametrize(
    ("command", "said"),
    [
        ("rm -rf tilescope", "only tilescope linear, gemm, tile can be run anew"),
        ("tilescope compare a b", "only tilescope linear"),
        ("tilescope", "only tilescope linear"),
        ("LD_PRELOAD=/x.so tilescope linear", "LD_PRELOAD is none of the variables"),
        ("tilescope linear --model evil.py:Class", "runs code"),
        ("tilescope linear --model=evil.py:Class", "runs code"),
        ("tilescope linear 'open", "cannot be read as a command"),
        ("neither a file nor a command", "cannot be read"),
    ],
)
def test_nothing_else_is_ever_run(command: str, said: str) -> None:
    with pytest.raises(InputError, match=said):
        task(command)


def test_commands_take_turns_and_the_order_turns_with_them(
    monkeypatch: pytest.MonkeyPatch, per_tile_run: Run
) -> None:
    order: list[str] = []

    def run(one: Task, path: Path) -> Run:
        order.append(one.arguments[0])
        return per_tile_run

    monkeypatch.setattr(rerunning, "_run", run)
    runs = rerunning.in_turns([Task(("a",)), Task(("b",))], 3, lambda text: None)
    assert order == ["a", "b", "b", "a", "a", "b"]
    assert [len(of_one) for of_one in runs] == [3, 3]


def test_a_rerun_runs_tilescope_in_processes_of_its_own(call: CliRunner) -> None:
    command = "tilescope gemm 16 16 16 --no-baseline --timing-only"
    result = call.invoke(app, ["compare", "--rerun", "--repeats", "1", command, command])
    assert result.exit_code == 0, result.stderr
    assert "1 SAME" in result.stdout


def test_a_command_that_fails_passes_its_sentence_on(call: CliRunner) -> None:
    command = "tilescope gemm 16 16 16 --device npu9"
    result = call.invoke(app, ["compare", "--rerun", command, command])
    assert result.exit_code == 2
    assert "failed: Unknown device 'npu9'" in result.stderr
