"""--csv, --md, -k and --warmup, as they are typed."""

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from tilescope.cli.main import app
from tilescope.profiling.beside import SamplingRequest
from tilescope.profiling.products import ProductSettings, make_bench

SMALL = ["linear", "--case", "my:64x64x64", "--timing-only", "--no-advice"]
GEMM = ["gemm", "64", "64", "64", "--timing-only", "--no-advice"]


@pytest.fixture
def call() -> CliRunner:
    """Calls the command in this process, stdout and stderr apart."""
    return CliRunner()


@pytest.mark.parametrize("verb", [SMALL, GEMM])
@pytest.mark.parametrize(("option", "view"), [("--csv", "csv"), ("--md", "markdown")])
def test_a_view_asked_of_a_profile_is_that_of_its_run_file(
    call: CliRunner, tmp_path: Path, verb: list[str], option: str, view: str
) -> None:
    run, file = tmp_path / "run.json", tmp_path / "view"
    written = call.invoke(app, [*verb, "--json", str(run), option, str(file)])
    printed = call.invoke(app, [*verb, option, "-"])
    reported = call.invoke(app, ["report", view, str(run)])
    assert written.exit_code == printed.exit_code == reported.exit_code == 0
    assert written.stdout.endswith(f"Written: {run}, {file}\n")
    assert file.read_text(encoding="utf-8") == reported.stdout
    assert printed.stdout == reported.stdout


def test_a_view_on_stdout_leaves_a_file_as_it_is(call: CliRunner, tmp_path: Path) -> None:
    run = tmp_path / "run.json"
    result = call.invoke(app, [*SMALL, "--json", str(run), "--csv", "-"])
    assert result.exit_code == 0
    assert result.stdout.startswith("key,op,name,")
    assert json.loads(run.read_text(encoding="utf-8"))["cases"]


@pytest.mark.parametrize(
    "places",
    [
        ["--json", "-", "--csv", "-"],
        ["--csv", "-", "--md", "-"],
        ["--csv", "a", "--md", "a"],
        ["--csv", "a", "--md", "./a"],
        ["--json", "a", "--md", "a"],
        ["--output-dir", "a", "--md", "a/summary.md"],
        ["--output-dir", "a", "--csv", "a/run.json"],
    ],
)
def test_two_outputs_in_one_place_are_refused(
    call: CliRunner, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, places: list[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    result = call.invoke(app, [*SMALL, *places])
    assert (result.exit_code, result.stdout) == (2, "")
    assert "Two outputs go to one place" in result.stderr
    assert list(tmp_path.iterdir()) == []


def test_a_view_that_exists_is_kept_and_nothing_is_run(call: CliRunner, tmp_path: Path) -> None:
    file = tmp_path / "view.csv"
    file.write_text("mine")
    result = call.invoke(app, [*SMALL, "--csv", str(file)])
    assert result.exit_code == 2
    assert "--force" in result.stderr
    assert file.read_text() == "mine"


def names(call: CliRunner, *words: str) -> list[str]:
    """The cases that a profile ran."""
    result = call.invoke(app, ["linear", *words, "--timing-only", "--no-advice", "--json", "-"])
    assert result.exit_code == 0
    return [case["name"] for case in json.loads(result.stdout)["cases"]]


def test_k_leaves_the_cases_in_whose_names_it_is_found(call: CliRunner) -> None:
    assert names(call, "-k", "^[kv]_") == ["k_proj", "v_proj"]
    assert names(call, "-k", "a", "--case", "a:64x64x64", "--case", "b:64x64x64") == ["a"]


def test_k_leaves_what_is_listed_too(call: CliRunner) -> None:
    listed = call.invoke(app, ["linear", "--list", "-k", "gate|up"]).stdout
    assert [line.split()[0] for line in listed.splitlines()] == ["up_proj", "gate_proj"]


def test_a_place_without_a_name_is_refused_as_that(call: CliRunner) -> None:
    result = call.invoke(app, [*SMALL, "--csv", ""])
    assert (result.exit_code, result.stderr) == (
        2,
        "tilescope: . is a folder; name a file in it.\n",
    )


def test_k_that_is_found_nowhere_names_what_there_is(call: CliRunner) -> None:
    result = call.invoke(app, ["linear", "-k", "attention"])
    assert result.exit_code == 2
    assert "q_proj, k_proj" in result.stderr


def test_k_that_is_no_regular_expression_is_refused(call: CliRunner) -> None:
    result = call.invoke(app, ["linear", "-k", "(q"])
    assert result.exit_code == 2
    assert "no regular expression" in result.stderr


def test_a_negative_warm_up_is_refused(call: CliRunner) -> None:
    result = call.invoke(app, [*SMALL, "--warmup", "-1"])
    assert result.exit_code == 2
    assert "warm-up runs is -1" in result.stderr


def test_warm_up_calls_are_counted_as_asked_for() -> None:
    settings = ProductSettings(num_runs=1, sampling=SamplingRequest(warm_up=3))
    assert make_bench(settings).warm_up == 3
    assert make_bench(ProductSettings()).warm_up is None  # a rule of time
