"""`tilescope linear`: what it prints, writes and refuses, and with which exit code."""

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from tilescope.cli.main import app
from tilescope.profiling import products as profiling
from tilescope.runs.files import read_run
from tilescope.runs.models import Run
from tilescope.runs.timeline import read_timeline

SMALL = ["--case", "my:64x64x64", "--num-runs", "2"]


@pytest.fixture
def call() -> CliRunner:
    """Calls the command in this process, stdout and stderr apart."""
    return CliRunner()


def test_a_case_of_ones_own_is_profiled_alone(call: CliRunner) -> None:
    result = call.invoke(app, ["linear", *SMALL])
    assert result.exit_code == 0
    assert "my     64×64×64" in result.stdout or "my    64×64×64" in result.stdout
    assert "q_proj" not in result.stdout
    assert "simulated" in result.stdout


def test_json_to_stdout_is_json_and_nothing_else(call: CliRunner) -> None:
    result = call.invoke(app, ["linear", *SMALL, "--json", "-"])
    assert result.exit_code == 0
    run = Run.model_validate(json.loads(result.stdout))
    assert [case.name for case in run.cases] == ["my"]
    assert result.stderr == ""


def test_a_pipe_sees_no_progress_and_no_colour(call: CliRunner) -> None:
    result = call.invoke(app, ["linear", *SMALL])
    assert result.stderr == ""
    assert "\033" not in result.stdout


def test_quiet_prints_nothing_and_still_writes(call: CliRunner, tmp_path: Path) -> None:
    path = tmp_path / "run.json"
    result = call.invoke(app, ["linear", *SMALL, "--quiet", "--json", str(path)])
    assert (result.exit_code, result.stdout, result.stderr) == (0, "", "")
    assert read_run(path).complete


def test_the_last_line_says_what_was_written(call: CliRunner, tmp_path: Path) -> None:
    path = tmp_path / "run.json"
    result = call.invoke(app, ["linear", *SMALL, "--json", str(path), "--timeline"])
    sidecar = tmp_path / "run.my.timeline.json.gz"
    assert result.stdout.splitlines()[-1] == f"Written: {path}, {sidecar}"
    assert read_run(path).cases[0].timeline == sidecar.name
    assert read_timeline(sidecar).case == "my"


def test_an_existing_file_is_kept_and_nothing_is_run(
    call: CliRunner, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "run.json"
    path.write_text("mine", encoding="utf-8")
    with monkeypatch.context() as patch:
        patch.setattr(profiling, "profile_case", None)
        result = call.invoke(app, ["linear", *SMALL, "--json", str(path)])
    assert result.exit_code == 2
    assert "--force" in result.stderr
    assert path.read_text(encoding="utf-8") == "mine"
    assert call.invoke(app, ["linear", *SMALL, "--json", str(path), "--force"]).exit_code == 0
    assert read_run(path).cases


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--test-case", "qproj"], "Did you mean q_proj?"),
        (["--test-case", "q_proj,nothing"], "Unknown test case 'nothing'"),
        (["--test-case", ""], "Unknown test case"),
        (["--case", "my"], "NAME:MxNxK"),
        (["--case", "my:0x1x1"], "M is 0"),
        (["--case", "my:-1x1x1"], "M is -1"),
        (["--case", "my:axbxc"], "three whole numbers"),
        (["--case", "my:9999999x1x1"], "largest dimension"),
        (["--case", "q_proj:1x1x1"], "already"),
        (["--case", "a:1x1x1", "--case", "a:1x1x1"], "already"),
        (["--case", "all:1x1x1"], "means every case"),
        (["--dtype", "f16"], "bfloat16"),
        (["--dtype", "double"], "Unknown dtype"),
        (["--device", "npu7"], "Unknown device"),
        (["--mapping", "fused"], "Unknown mapping"),
        (["--ports", "many"], "Unknown port"),
        (["--kernel", "simd"], "Unknown kernel"),
        (["--kernel", "scalar", "--dtype", "bf16"], "no scalar kernel"),
        (["--fp32", "exact"], "Unknown float32 emulation"),
        (["--fp32", "low", "--dtype", "bf16"], "the dtype is bfloat16"),
        (["--fp32", "fast", "--kernel", "scalar"], "the scalar kernel emulates nothing"),
        (["--runtime", "xrt"], "Unknown runtime"),
        (["--num-runs", "0"], "number of runs"),
        (["--num-runs", "many"], "--num-runs"),
        (["--seed", "-1"], "seed"),
        (["--color", "red"], "Unknown color mode"),
        (["--timeline"], "--json"),
        (["--json", "no/such/folder/run.json"], "does not exist"),
        (["--nonsense"], "--nonsense"),
    ],
)
def test_bad_input_is_a_plain_sentence_and_exit_code_two(
    call: CliRunner, arguments: list[str], said: str
) -> None:
    result = call.invoke(app, ["linear", *arguments])
    assert result.exit_code == 2
    assert said in result.stderr
    assert "Traceback" not in result.stderr
    assert result.stdout == ""


def test_cases_run_in_the_order_named_and_each_once(call: CliRunner) -> None:
    arguments = ["--test-case", "v_proj,k_proj", "--test-case", "v_proj", "--num-runs", "1"]
    result = call.invoke(app, ["linear", *arguments, "--json", "-"])
    assert [case["name"] for case in json.loads(result.stdout)["cases"]] == ["v_proj", "k_proj"]


def test_an_interruption_keeps_what_is_finished(
    call: CliRunner, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = profiling.profile_case
    seen = []

    def second_is_interrupted(*arguments: object) -> object:
        seen.append(arguments)
        if len(seen) == 2:
            raise KeyboardInterrupt
        return real(*arguments)  # type: ignore[arg-type]

    monkeypatch.setattr(profiling, "profile_case", second_is_interrupted)
    path = tmp_path / "run.json"
    arguments = [*SMALL, "--case", "other:64x64x64", "--json", str(path)]
    result = call.invoke(app, ["linear", *arguments])
    assert result.exit_code == 130
    assert "finished 1 of 2" in result.stderr
    assert "my" in result.stdout
    run = read_run(path)
    assert [case.name for case in run.cases] == ["my"]
    assert not run.complete


def test_an_interruption_before_the_first_case_writes_nothing(
    call: CliRunner, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupted(*arguments: object) -> object:
        raise KeyboardInterrupt

    monkeypatch.setattr(profiling, "profile_case", interrupted)
    result = call.invoke(app, ["linear", *SMALL, "--json", str(tmp_path / "run.json")])
    assert result.exit_code == 130
    assert list(tmp_path.iterdir()) == []


def test_without_torch_the_npu_side_still_runs(
    call: CliRunner, monkeypatch: pytest.MonkeyPatch
) -> None:
    reason = "PyTorch is not installed; install it."
    monkeypatch.setattr(profiling.PyTorchTarget, "available", lambda self: reason)
    result = call.invoke(app, ["linear", *SMALL])
    assert result.exit_code == 0
    assert f"No PyTorch figure: {reason}" in " ".join(result.stdout.split())
    assert "against float64" in " ".join(result.stdout.split())


def test_the_projections_can_be_listed(call: CliRunner) -> None:
    lines = call.invoke(app, ["linear", "--list"]).stdout.splitlines()
    assert len(lines) == 7
    assert lines[0].split()[:2] == ["q_proj", "64×960×768"]
