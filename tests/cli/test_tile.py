"""`tilescope tile` and the seed's script for one tile: three targets, and lines for programs."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner

from tilescope.cli.main import app
from tilescope.runs.models import Run

SCRIPTS = Path(__file__).parents[2] / "vla" / "submodule_profile"
SEED = ["--dtype", "float32", "--tile-m", "64", "--tile-n", "128", "--tile-k", "128"]
QUICK = ["--num-runs", "3", "--warmup", "1"]
STATISTICS = ("MEAN", "MEDIAN", "MIN", "MAX", "STD", "P95", "P99")


def summary_of(text: str) -> dict[str, str]:
    """The lines for programs."""
    lines = text[text.index("\nSummary\n") :].strip().splitlines()[1:]
    return dict(line.split("=", 1) for line in lines)


def test_the_seeds_command_prints_three_targets_and_keys_that_stay() -> None:
    done = subprocess.run(
        [sys.executable, "single_tile_matmul_profile.py", *SEED, *QUICK, "--verbose"],
        cwd=SCRIPTS,
        env={**os.environ, "COLUMNS": "80"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert done.stderr == ""
    found = summary_of(done.stdout)
    assert list(found) == [
        *("TILE_M", "TILE_N", "TILE_K", "DTYPE", "OUT_DTYPE", "DEVICE", "RUNTIME"),
        *("NPU_KIND", "NPU_RUNS", *(f"NPU_{name}_US" for name in STATISTICS), "NPU_GFLOPS"),
        *("PYTORCH_KIND", "PYTORCH_RUNS", *(f"PYTORCH_{name}_US" for name in STATISTICS)),
        "PYTORCH_GFLOPS",
        *("NUMPY_KIND", "NUMPY_RUNS", *(f"NUMPY_{name}_US" for name in STATISTICS)),
        "NUMPY_GFLOPS",
        *("NPU_DEVICE_US", "NPU_BOUND_BY", "NPU_BOUND_US", "NPU_BOUND_GAP_US"),
        *("SPEEDUP_OVER_PYTORCH", "SPEEDUP_OVER_NUMPY"),
        *("MAX_ABS_ERROR", "MAX_REL_ERROR"),
    ]
    assert (found["NPU_KIND"], found["PYTORCH_KIND"]) == ("simulated", "measured")
    assert (found["NPU_RUNS"], found["NUMPY_RUNS"]) == ("1", "3")
    assert "simulated" in done.stdout.splitlines()[0]


@pytest.fixture(scope="module")
def block() -> Run:
    """The seed's block as a run file."""
    result = CliRunner().invoke(app, ["tile", *SEED, *QUICK, "--json", "-"])
    assert result.exit_code == 0, result.stderr
    return Run.model_validate(json.loads(result.stdout))


def test_a_tile_is_one_launch_of_one_block_on_16_cores(block: Run) -> None:
    (case,) = block.cases
    # 64/4 = 16, 128/4 = 32: a core tile of 16×32×128, called once on each of 16 cores.
    tile = case.mapping.core_tile
    assert (tile.m, tile.n, tile.k) == (16, 32, 128)
    assert (case.op, case.launches, case.kernels[0].core_calls) == ("tile", 1, 16)
    assert case.max_rel_error is not None
    assert case.max_rel_error <= 3e-6


def test_each_target_has_its_statistics(block: Run) -> None:
    (case,) = block.cases
    assert case.npu_us.p99 == case.npu_us.median
    assert case.npu_us.std == 0
    for times in (case.baseline_us, case.numpy_us):
        assert times is not None
        assert times.kind == "measured"
        assert len(times.samples) == times.n == 3
        assert times.p99 is not None
        assert times.min <= times.median <= times.p99 <= times.max


@pytest.mark.parametrize("dtype", ["int8", "int16", "int32"])
def test_whole_numbers_are_exact_and_counted_in_gops(dtype: str) -> None:
    text = CliRunner().invoke(app, ["tile", "--dtype", dtype, *QUICK]).stdout
    found = summary_of(text)
    assert float(found["MAX_ABS_ERROR"]) == 0
    assert float(found["NPU_GOPS"]) > 0
    assert "NPU_GFLOPS" not in found


def test_npu2_runs_the_block_on_16_of_its_cores() -> None:
    arguments = ["tile", "--dtype", "bf16", "--device", "npu2", "--bf16", "native", *QUICK]
    text = CliRunner().invoke(app, arguments).stdout
    assert "bfloat16 → float32, vector kernel, native" in text
    assert "one launch on 4×4 cores" in text


def test_a_side_that_does_not_divide_is_rounded_up_to_the_kernels_block() -> None:
    arguments = ["tile", "--tile-m", "30", "--tile-n", "20", "--tile-k", "9", *QUICK]
    text = CliRunner().invoke(app, arguments).stdout
    # 30/4 is 8 (blocks of 4), 20/4 is 5, so 8 (blocks of 4), and 9 is 16 (blocks of 8).
    assert "core tile 8×8×16" in text
    assert "padded to 32×32×16" in text


def test_verbose_adds_where_the_time_goes_and_the_samples() -> None:
    brief = CliRunner().invoke(app, ["tile", *QUICK]).stdout
    wordy = CliRunner().invoke(app, ["tile", *QUICK, "--verbose"]).stdout
    for line in ("Where the launch's", "PyTorch's samples", "NumPy's samples"):
        assert line in wordy
        assert line not in brief


def test_without_torch_its_keys_are_absent(monkeypatch: pytest.MonkeyPatch) -> None:
    from tilescope.profiling import tiles

    monkeypatch.setattr(tiles.PyTorchTarget, "available", lambda self: "No torch here.")
    result = CliRunner().invoke(app, ["tile", *QUICK])
    assert result.exit_code == 0
    assert "No PyTorch figure: No torch here." in result.stdout
    assert not [key for key in summary_of(result.stdout) if "PYTORCH" in key]
    assert "NUMPY_MEAN_US" in summary_of(result.stdout)


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--tile-m", "0"], "M is 0"),
        (["--tile-n", "-8"], "N is -8"),
        (["--tile-k", "ten"], "--tile-k"),
        (["--tile-k", "9999999"], "largest dimension"),
        # A and B twice: 2·(16·512 + 512·16)·4 B = 131,072, and C.
        (["--tile-k", "512"], "bytes of L1"),
        (["--dtype", "f16"], "use bfloat16"),
        (["--dtype", "f64"], "Unknown dtype"),
        (["--out-dtype", "int8"], "not int8"),
        (["--num-runs", "0"], "number of runs"),
        (["--warmup", "-1"], "warm-up runs"),
        (["--seed", "-1"], "seed"),
        (["--device", "npu9"], "Unknown device"),
        (["--device", "npu2", "--runtime", "allo-call"], "no data for device npu2"),
        (["--json", "no/such/run.json"], "does not exist"),
    ],
)
def test_bad_input_is_a_plain_sentence_and_exit_code_two(arguments: list[str], said: str) -> None:
    result = CliRunner().invoke(app, ["tile", *QUICK, *arguments])
    assert result.exit_code == 2
    assert said in result.stderr
    assert "Traceback" not in result.stderr
    assert result.stdout == ""
