"""`tilescope precision`: formats side by side, and which step loses the bits."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from tilescope.cli.main import app
from tilescope.runs.files import read_run
from tilescope.runs.models import Run

CONFIGS = Path(__file__).parents[1] / "workloads" / "configs"
SMALL = "small:64x64x192"


def call(*arguments: str) -> tuple[int, str, str]:
    result = CliRunner().invoke(app, ["precision", *arguments], env={"COLUMNS": "80"})
    return result.exit_code, result.stdout, result.stderr


def test_time_traffic_and_error_stand_side_by_side() -> None:
    code, out, err = call(SMALL, "--mapping", "fused-k", "--dtypes", "float32,bf16,float16,int8")
    assert (code, err) == (0, "")
    assert "Precisions of small (64×64×192) on npu1 (simulated)" in out
    assert "The NPU has no float16" in out
    assert "Scales of quantisation" in out
    assert "Which step loses the bits" in out
    assert "gives the array's output to the last bit" in out
    assert "C in bfloat16" in out or "C and its partial sums in bfloat16" in out
    assert max(map(len, out.splitlines())) <= 80


def test_the_run_file_has_each_format_with_its_steps() -> None:
    code, out, err = call(SMALL, "--dtypes", "bf16:bf16,int8", "--json", "-")
    assert (code, err) == (0, "")
    run = Run.model_validate(json.loads(out))
    assert [case.name for case in run.cases] == ["small.bfloat16-bfloat16", "small.int8"]
    for case in run.cases:
        assert case.reference == "float64"
        assert case.error is not None
        assert case.error.snr_db is not None
        assert case.error.unexplained is not None
        fractions = sum(step.fraction for step in case.error.steps)
        assert fractions == pytest.approx(1 - case.error.unexplained)
        assert sum(one.count for one in case.error.ulps) == 64 * 64
    steps = [step.step for step in run.cases[0].error.steps] if run.cases[0].error else []
    assert steps == [
        "input rounding",
        "accumulation inside a core tile",
        "partial sums across K tiles",
        "output rounding",
    ]


def test_the_default_formats_show_that_bfloat16_partial_sums_fail() -> None:
    code, out, err = call("q_proj")
    assert (code, err) == (0, "")
    for label in ("float32", "bfloat16", "bfloat16:bfloat16", "float16", "int8", "int16"):
        assert any(line.startswith(f"{label} ") for line in out.splitlines())
    assert "passes 0.01 from K = 1,024" in " ".join(out.split())


def test_what_does_not_add_up_is_told_with_the_steps_that_hang_together() -> None:
    """64 outputs of K = 768: rounding a C that was rounded before hangs on how it was."""
    asked = ["d:1x64x768", "--mapping", "fused-k", "--dtypes", "bf16,bf16:bf16"]
    code, out, err = call(*asked, "--json", "-", "--quiet")
    assert (code, err) == (0, "")
    kept, held = Run.model_validate(json.loads(out)).cases
    assert kept.error is not None
    assert held.error is not None
    assert abs(kept.error.unexplained or 0) <= 0.10 < abs(held.error.unexplained or 0)
    told = " ".join(call(*asked)[1].split())
    percent = f"{100 * abs(held.error.unexplained or 0):.1f} % of the error's power does not add up"
    assert f"bfloat16:bfloat16: {percent}, as " in told
    assert "hang together, +" in told
    assert "; 64 outputs leave it to chance." in told
    assert "bfloat16: 0" not in told  # what closes is not told of


@pytest.mark.parametrize(("device", "said"), [("npu1", False), ("npu2", True)])
def test_an_error_that_partial_sums_only_add_to_is_not_laid_at_their_door(
    device: str, said: bool
) -> None:
    """npu2 multiplies bfloat16 in blocks of eight mantissas; npu1 in full."""
    code, out, err = call("p:64x256x64", "--dtypes", "bf16", "--device", device)
    assert (code, err) == (0, "")
    told = " ".join(out.split())
    assert ("already, as the kernel multiplies in fewer digits" in told) == said


def test_a_models_projection_and_a_written_file(tmp_path: Path) -> None:
    path = tmp_path / "precision.json"
    config = str(CONFIGS / "smollm2-135m.json")
    code, out, _ = call("k_proj", "--config", config, "--dtypes", "int8", "--json", str(path))
    assert code == 0
    assert out.splitlines()[-1] == f"Written: {path}"
    assert read_run(path).cases[0].shape.n == 192
    code, _, err = call("k_proj", "--dtypes", "int8", "--json", str(path))
    assert code == 2
    assert "exists and is kept" in err


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["r_proj"], "Unknown test case 'r_proj'"),
        (["all"], "names 7"),
        (["q_proj,k_proj"], "names 2"),
        (["my:0x1x1"], "must be 1 or more"),
        (["q_proj", "--dtypes", "float8"], "Unknown dtype"),
        (["q_proj", "--dtypes", "int8,int8"], "twice"),
        (["q_proj", "--dtypes", "int16:int8"], "gives int32, int16, not int8"),
        (["q_proj", "--out-dtype", "bfloat16"], "twice"),
        (["q_proj", "--dtypes", "int8", "--out-dtype", "bf16"], "not bfloat16"),
        (["q_proj", "--kernel", "scalar"], "The scalar kernel multiplies float32 only"),
        (["q_proj", "--device", "npu9"], "npu9"),
        (["q_proj", "--config", "nothing.json"], "There is no file nothing.json"),
        (["q_proj", "--bf16", "bfp16"], "bfp16"),
        (["q_proj", "--seed", "-1"], "seed"),
    ],
)
def test_bad_input_ends_plainly(arguments: list[str], says: str) -> None:
    code, out, err = call(*arguments)
    assert (code, out) == (2, "")
    assert says in err
    assert "Traceback" not in err


def test_on_forty_columns_only_tables_are_wider_than_the_screen() -> None:
    result = CliRunner().invoke(app, ["precision", "p:64x64x64"], env={"COLUMNS": "40"})
    assert result.exit_code == 0, result.stderr
    blocks = result.stdout.split("\n\n")
    title, trust = blocks[0], blocks[-1]
    assert max(map(len, [*title.splitlines(), *trust.splitlines()])) <= 40
    assert "Each step's part of the error's power; ·\n" in result.stdout
