"""Do the verbs measure where there is an NPU, say so, and refuse in one sentence?

Stand-ins take the place of XRT, the compilers and the NPU: "measured" in these outputs is how long
the stand-in took.
"""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path

import numpy as np
import pytest
from click.testing import Result
from typer.testing import CliRunner

from tests.targets.xrt.conftest import STRIX, Bench, MakeBench
from tests.targets.xrt.stand_ins import State
from tilescope.cli.main import app
from tilescope.cli.seed import run_seed_profile
from tilescope.runs.files import read_run
from tilescope.runs.models import Case, Run
from tilescope.targets.simulated import SimulatedNpu
from tilescope.workloads.cases import default_test_cases

CASE = ["--case", "my:64x64x128", "--dtype", "bfloat16", "--num-runs", "5", "--no-baseline"]


def call(*words: str) -> Result:
    """A call of tilescope in this process."""
    return CliRunner().invoke(app, list(words), env={"COLUMNS": "80"})


def measured(*words: str) -> tuple[Run, Result]:
    """A run that is to go well, as a run file."""
    result = call(*words, "--json", "-")
    assert result.exit_code == 0, result.stderr
    return Run.model_validate(json.loads(result.stdout)), result


def only(run: Run) -> Case:
    """Its one case."""
    (case,) = run.cases
    return case


def test_a_usable_npu_measures_by_itself_and_the_first_line_says_so(bench: Bench) -> None:
    result = call("linear", *CASE)
    assert result.exit_code == 0, result.stderr
    assert result.stderr == (
        "tilescope: measuring on Phoenix or Hawk Point (npu1); --target simulated simulates.\n"
    )
    assert result.stdout.splitlines()[0] == (
        "Linear projections on npu1 (measured), runtime xrt-python"
    )


def test_a_measured_case_has_its_samples_and_nothing_that_only_a_simulation_knows(
    bench: Bench,
) -> None:
    case = only(measured("linear", *CASE)[0])
    assert (case.npu_us.kind, case.npu_us.n) == ("measured", 5)
    assert case.device_us is None
    assert case.bound is None
    assert case.interval_us is None
    assert case.memory is None
    assert case.timeline is None
    assert {part.term for part in case.budget} <= {"host", "launch_and_array", "residual"}
    assert sum(part.us for part in case.budget) == pytest.approx(case.npu_us.median)
    assert all(one.low_uj is None for one in case.energy)


def test_a_measured_run_says_which_driver_and_runtime_it_ran_with(bench: Bench) -> None:
    packages = measured("linear", *CASE)[0].provenance.packages
    assert (packages["amdxdna"], packages["xrt"]) == ("2.21", "2.19.0")


def test_the_prediction_stands_beside_it_with_its_signed_error(bench: Bench) -> None:
    case = only(measured("linear", *CASE)[0])
    simulated = only(
        measured("linear", *CASE, "--target", "simulated", "--runtime", "xrt-python")[0]
    )
    assert case.predicted is not None
    assert case.predicted.us == simulated.npu_us.median
    assert case.predicted.device_us == simulated.device_us
    assert case.predicted.runtime == "xrt-python"
    assert case.predicted.error == pytest.approx(
        (simulated.npu_us.median - case.npu_us.median) / case.npu_us.median
    )
    assert sum(part.us for part in case.predicted.budget) == pytest.approx(case.predicted.us)


def test_the_screen_shows_prediction_and_measurement_in_one_table(bench: Bench) -> None:
    text = call("linear", *CASE).stdout
    table = text.partition("Predicted and measured\n")[2].partition("\n\n")[0]
    assert "predicted" in table
    assert "\u2212" in table or "+" in table
    assert "Predicted is simulated under xrt-python" in table
    for word in ("What bounds it", "Memory:", "deterministic", "critical path", "The array works"):
        assert word not in text
    assert [line for line in text.splitlines() if len(line) > 80] == []


def test_a_file_of_a_measured_run_makes_every_view(bench: Bench, tmp_path: Path) -> None:
    folder = tmp_path / "out"
    beside = [word for word in CASE if word != "--no-baseline"]
    result = call("linear", *beside, "--output-dir", str(folder))
    assert result.exit_code == 0, result.stderr
    assert {path.name for path in folder.iterdir()} == {
        "run.json",
        "results.csv",
        "results.json",
        "summary.md",
        "times.svg",
        "report.html",
    }
    (row,) = csv.DictReader(io.StringIO((folder / "results.csv").read_text()))
    case = only(read_run(folder / "run.json"))
    assert case.predicted is not None
    assert row["npu_kind"] == "measured"
    assert row["array_us"] == ""
    assert row["budget_compute_us"] == ""
    assert row["broadcast_saved_bytes"] == ""
    assert float(row["predicted_us"]) == pytest.approx(case.predicted.us)
    series = json.loads((folder / "results.json").read_text())["series"]
    kinds = {one["metric"]: one["kind"] for one in series}
    assert kinds["npu_median_us"] == "measured"
    assert kinds["predicted_us"] == "simulated"
    assert "(measured)" in (folder / "times.svg").read_text()
    page = (folder / "report.html").read_text()
    assert "Predicted and measured" in page
    assert "A clock does not tell what bounds a launch" in page
    assert "a clock sees no timeline" in page
    assert "A clock does not see what the memories held" in page
    assert "saved by broadcasts" not in page
    assert page.count("every sample, the median long") == 2  # the NPU's, and PyTorch's


def test_a_measured_run_compares_with_itself_by_its_samples(bench: Bench, tmp_path: Path) -> None:
    path = tmp_path / "run.json"
    assert call("linear", *CASE, "--json", str(path)).exit_code == 0
    result = call("compare", str(path), str(path))
    assert result.exit_code == 0
    assert "Mann-Whitney" in result.stdout


def test_the_seeds_report_says_measured_and_what_was_predicted(
    bench: Bench, capsys: pytest.CaptureFixture[str]
) -> None:
    run_seed_profile(
        default_test_cases(),
        ["--test-case", "k_proj", "--num-runs", "2", "--dtype", "bf16", "--mapping", "fused-k"],
    )
    text = capsys.readouterr().out
    assert "NPU time is measured: device npu1, runtime xrt-python; " in text
    assert "predicted (simulated under xrt-python), error " in text


def test_a_block_is_measured_too(bench: Bench) -> None:
    result = call("tile", "--dtype", "bfloat16", "--num-runs", "3", "--verbose")
    assert result.exit_code == 0, result.stderr
    assert "NPU_KIND=measured\nNPU_RUNS=3\n" in result.stdout
    assert "PREDICTED_KIND=simulated\n" in result.stdout
    assert "NPU_DEVICE_US" not in result.stdout
    assert "NPU's samples in µs" in result.stdout


def test_whole_array_is_measured_without_staging_which_aiecc_has_no_words_for(
    bench: Bench,
) -> None:
    words = ["gemm", "512", "512", "512", "--dtype", "bf16", "--num-runs", "2", "--no-baseline"]
    case = only(measured(*words)[0])
    assert case.mapping.k_mt is None
    assert only(measured(*words, "--target", "simulated")[0]).mapping.k_mt is not None


@pytest.mark.parametrize(
    "option",
    [["--timing-only"], ["--set", "ddr_gbps=30"], ["--runtime", "xrt-python"]],
    ids=lambda option: option[0],
)
def test_what_only_a_simulation_answers_is_simulated_or_refused(
    bench: Bench, option: list[str]
) -> None:
    run, result = measured("linear", *CASE, *option)
    assert only(run).npu_us.kind == "simulated"
    assert f"not used: {option[0]}" in result.stderr
    refused = call("linear", *CASE, *option, "--target", "xrt")
    assert refused.exit_code == 2
    assert f"{option[0]}" in refused.stderr
    assert "is answered by a simulation alone" in refused.stderr


def test_an_npu_that_cannot_be_used_is_simulated_and_the_first_line_says_what_lacks(
    bench: Bench,
) -> None:
    bench.without("llvm-aie/bin/clang++")
    run, result = measured("linear", *CASE)
    assert only(run).npu_us.kind == "simulated"
    assert result.stderr.startswith(
        "tilescope: Phoenix or Hawk Point (npu1) is here and not used; simulated instead. Peano: "
    )
    assert "Install llvm-aie from the Xilinx/llvm-aie releases." in result.stderr
    refused = call("linear", *CASE, "--target", "xrt")
    assert refused.exit_code == 2
    assert "xrt cannot measure here. Peano: " in refused.stderr


def test_another_npu_than_the_device_is_named_with_the_option(make_bench: MakeBench) -> None:
    make_bench(STRIX)
    run, result = measured("linear", *CASE)
    assert only(run).npu_us.kind == "simulated"
    assert "The NPU here is not npu1 but Strix Point (npu2): --device npu2." in result.stderr


def test_without_an_npu_nothing_is_said_and_xrt_is_refused(bench: Bench) -> None:
    bench.without("sys/bus/pci/devices/0000:c5:00.1")
    run, result = measured("linear", *CASE)
    assert (only(run).npu_us.kind, result.stderr) == ("simulated", "")
    refused = call("linear", *CASE, "--target", "xrt")
    assert refused.exit_code == 2
    assert "AMD NPU: none on the PCI bus" in refused.stderr


def test_the_environment_may_say_where_everything_runs(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TILESCOPE_TARGET", "simulated")
    assert only(measured("linear", *CASE)[0]).npu_us.kind == "simulated"


def test_an_unknown_target_is_refused_with_those_there_are(bench: Bench) -> None:
    refused = call("linear", *CASE, "--target", "npu")
    assert refused.exit_code == 2
    assert "Unknown target 'npu'; there is auto, numpy, pytorch, simulated, xrt." in refused.stderr
    refused = call("linear", *CASE, "--target", "numpy")
    assert refused.exit_code == 2
    assert "does not run mapped products" in refused.stderr


def spoil_all(number: int, output: np.ndarray) -> None:
    """Every output is a little larger than it should be."""
    output *= np.asarray(1.25, dtype=output.dtype)


def spoil_a_later_one(number: int, output: np.ndarray) -> None:
    """One element of a timed run's last launch is off."""
    if number > 30:
        output.reshape(-1)[0] += 64


@pytest.mark.parametrize(
    ("spoil", "told"),
    [
        (spoil_all, "breaks the contract of linear_matmul_bfloat16_float32, so it was not timed"),
        (spoil_a_later_one, "gave another output than the one that was checked"),
    ],
)
def test_a_wrong_result_ends_with_three_and_shows_no_time(
    bench: Bench, tmp_path: Path, spoil: object, told: str
) -> None:
    bench.npu.spoil = spoil  # type: ignore[assignment]
    path = tmp_path / "run.json"
    result = call("linear", *CASE, "--json", str(path), "--num-runs", "30")
    assert result.exit_code == 3
    assert told in " ".join(result.stderr.split())
    assert "ms" not in result.stdout
    assert not path.exists()


def test_a_run_that_hangs_ends_with_two_in_one_sentence(bench: Bench) -> None:
    bench.npu.state = State.ERT_CMD_STATE_TIMEOUT
    result = call("linear", *CASE)
    assert result.exit_code == 2
    assert "did not end on the NPU: its state is TIMEOUT" in result.stderr
    assert "Traceback" not in result.stderr
    assert result.stdout == ""


def test_ctrl_c_keeps_the_finished_cases_and_ends_with_130(bench: Bench, tmp_path: Path) -> None:
    path = tmp_path / "run.json"
    sizes: list[int] = []

    def interrupt(number: int, output: np.ndarray) -> None:
        sizes.append(output.size)
        if sizes.count(128 * 64) == 2:  # within the second case, after its check
            raise KeyboardInterrupt

    bench.npu.spoil = interrupt
    cases = ["--case", "my:64x64x64", "--case", "late:128x64x64", "--mapping", "fused-k"]
    options = ["--dtype", "bfloat16", "--num-runs", "2", "--no-baseline"]
    result = call("linear", *cases, *options, "--json", str(path))
    assert result.exit_code == 130
    assert "finished 1 of 2" in result.stderr
    assert [case.name for case in read_run(path).cases] == ["my"]


def test_what_aiecc_has_no_words_for_is_refused_before_anything_is_compiled(bench: Bench) -> None:
    words = ["gemm", "128", "128", "512", "--dtype", "bf16", "--k-mt", "128", "--tile", "16,16,64"]
    result = call(*words, "--no-baseline")
    assert result.exit_code == 2
    assert "which MLIR-AIE has no words for; --k-mt 64 avoids that" in result.stderr
    assert bench.tools.calls("clang++") == []


def test_many_blocks_in_one_launch_are_measured_with_their_descriptors_given_back(
    bench: Bench,
) -> None:
    words = ["gemm", "256", "256", "64", "--dtype", "bf16", "--tile", "16,16,64", "--mapping"]
    case = only(measured(*words, "fused-k", "--no-baseline", "--num-runs", "2")[0])
    assert (case.tiles, case.npu_us.kind) == (16, "measured")
    (text,) = bench.cache.glob("*/aie.mlir")
    assert "aiex.dma_free_task" in text.read_text()


def test_chess_is_not_what_is_compiled_with(bench: Bench) -> None:
    result = call("linear", *CASE, "--toolchain", "chess")
    assert result.exit_code == 2
    assert "leave --toolchain chess out" in result.stderr


def test_the_prediction_is_under_the_runtime_that_was_asked_for_where_python_has_no_page(
    bench: Bench,
) -> None:
    bench.npu.name = "NPU Hawk Point"
    case = only(measured("linear", *CASE, "--device", "npu1:hawk-point")[0])
    assert case.predicted is not None
    assert case.predicted.runtime == "xrt-linux"
    assert SimulatedNpu("npu1:hawk-point").costs.label == "xrt-linux"


def test_a_searched_mapping_is_measured_without_staging_and_says_so(bench: Bench) -> None:
    words = ["gemm", "256", "256", "1024", "--dtype", "bf16", "--mapping", "best", "--no-baseline"]
    result = call(*words, "--num-runs", "2")
    assert result.exit_code == 0, result.stderr
    told = " ".join(result.stdout.split())
    assert "a search found for it, with nothing staged in mem tiles" in told
