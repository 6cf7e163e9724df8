"""`tilescope gemm`: any product, laid out as asked, or one sentence why not."""

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from tilescope.cli.main import app
from tilescope.runs.models import Run

FAST = ["--num-runs", "1"]


def run_of(*arguments: str) -> Run:
    """The run file that the verb writes to stdout."""
    result = CliRunner().invoke(app, ["gemm", *arguments, "--json", "-"])
    assert result.exit_code == 0, result.stderr
    assert result.stderr == ""
    return Run.model_validate(json.loads(result.stdout))


def test_the_tile_is_the_core_tile_and_the_file_has_it_and_the_block() -> None:
    arguments = ["--dtype", "bf16", "--mapping", "fused-k", "--tile", "16,32,64", "--grid", "2x4"]
    (case,) = run_of("64", "128", "128", *arguments, *FAST).cases
    assert (case.op, case.name, case.dtype) == ("gemm", "gemm", "bfloat16")
    tile, block = case.mapping.core_tile, case.mapping.block
    assert (tile.m, tile.n, tile.k) == (16, 32, 64)
    assert (block.m, block.n, block.k) == (32, 128, 64)  # 2 rows of 16, 4 columns of 32
    assert case.max_rel_error is not None
    assert case.baseline_us is not None


@pytest.mark.parametrize("family", ["per-tile", "fused-k", "whole-array"])
def test_every_family_multiplies_what_does_not_divide_and_says_what_that_costs(family: str) -> None:
    (case,) = run_of("30", "70", "90", "--mapping", family, *FAST).cases
    assert case.mapping.family == family
    assert case.padded is not None
    assert case.padded.m >= 30
    # GFLOP/s count the unpadded work: 2·30·70·90 = 378,000 operations.
    assert case.npu_gflops == pytest.approx(378_000 / case.npu_us.median / 1e3)


@pytest.mark.parametrize("device", ["npu1", "npu2"])
@pytest.mark.parametrize("family", ["per-tile", "fused-k", "whole-array"])
@pytest.mark.parametrize(
    ("dtype", "c_dtype"),
    [("int8", "int32"), ("int8", "int16"), ("int8", "int8"), ("int16", "int16"), ("int32", None)],
)
def test_whole_numbers_are_exact_on_both_generations(
    device: str, family: str, dtype: str, c_dtype: str | None
) -> None:
    out = ["--out-dtype", c_dtype] if c_dtype else []
    arguments = ["--device", device, "--mapping", family, "--dtype", dtype, *out, *FAST]
    (case,) = run_of("100", "70", "300", *arguments).cases
    assert case.max_abs_error == 0
    assert case.mapping.c_dtype == (c_dtype or "int32")
    assert case.reference == ("pytorch" if case.mapping.c_dtype == "int32" else "contract")


def test_whole_numbers_are_counted_in_gops() -> None:
    arguments = ["gemm", "64", "64", "64", "--dtype", "int8", "--timing-only"]
    text = CliRunner().invoke(app, arguments).stdout
    assert "int8 → int32" in text
    assert "GOPS" in text
    assert "GFLOP" not in text


def test_npu2_takes_all_its_cores_and_bfloat16_by_way_of_bfp16() -> None:
    arguments = ["256", "256", "256", "--dtype", "bf16", "--device", "npu2", *FAST]
    bfp16, native = run_of(*arguments).cases[0], run_of(*arguments, "--bf16", "native").cases[0]
    assert (bfp16.mapping.grid.rows, bfp16.mapping.grid.cols) == (4, 8)
    assert (bfp16.mapping.emulation, native.mapping.emulation) == ("bfp16", "native")
    assert bfp16.max_rel_error is not None
    assert native.max_rel_error is not None
    assert native.max_rel_error < bfp16.max_rel_error


@pytest.mark.parametrize("family", ["per-tile", "fused-k", "whole-array"])
def test_b_by_columns_gives_the_same_product(family: str) -> None:
    arguments = ["96", "80", "200", "--dtype", "int8", "--mapping", family, *FAST]
    (case,) = run_of(*arguments, "--b-layout", "column").cases
    assert (case.mapping.b_layout, case.max_abs_error) == ("column", 0)


def test_a_product_of_whole_blocks_is_not_called_padded() -> None:
    arguments = ["--mapping", "per-tile", *FAST]
    assert run_of("64", "64", "64", *arguments).cases[0].padded is None
    text = CliRunner().invoke(app, ["gemm", "30", "70", "90", *arguments]).stdout
    # 64·128·128 = 1,048,576 for 30·70·90 = 189,000, 5.55 times.
    assert "padded: gemm to 64×128×128, 5.55 times the work" in text


def test_timing_only_prints_no_figure_that_was_not_obtained() -> None:
    arguments = ["gemm", "512", "512", "512", "--dtype", "bf16", "--timing-only"]
    result = CliRunner().invoke(app, arguments)
    assert result.exit_code == 0
    assert "Only the time was asked for" in result.stdout
    table = result.stdout[result.stdout.index("name ") :]
    for absent in ("PyTorch", "error", "speed"):
        assert absent not in table
    (case,) = run_of(*arguments[1:]).cases
    assert case.max_rel_error is None
    assert case.reference is None
    assert case.baseline_us is None
    assert case.npu_us.median > 0


def test_timing_only_takes_the_same_time_as_with_data() -> None:
    arguments = ["128", "128", "128", "--dtype", "bf16", *FAST]
    with_data, without = run_of(*arguments).cases[0], run_of(*arguments, "--timing-only").cases[0]
    assert with_data.npu_us == without.npu_us
    assert with_data.budget == without.budget


def test_timing_only_has_a_baseline_when_it_is_asked_for() -> None:
    (case,) = run_of("64", "64", "64", "--timing-only", "--baseline", *FAST).cases
    assert case.baseline_us is not None
    assert case.max_rel_error is None


def test_the_baseline_can_be_left_out() -> None:
    (case,) = run_of("64", "64", "64", "--no-baseline").cases
    assert case.baseline_us is None
    assert case.reference == "float64"


def test_a_large_product_is_timed_without_its_memory() -> None:
    (case,) = run_of("8192", "8192", "8192", "--dtype", "bf16", "--timing-only").cases
    assert case.launches == 1


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["x", "1", "1"], "three whole numbers"),
        (["0", "1", "1"], "M is 0"),
        (["1", "-1", "1"], "-1"),
        (["1", "1", "9999999"], "largest dimension"),
        (["1.5", "1", "1"], "three whole numbers"),
        (["64", "64"], "K"),
        (["64", "64", "64", "--tile", "16,16"], "A core tile is m,n,k"),
        (["64", "64", "64", "--tile", ""], "A core tile is m,n,k"),
        (["64", "64", "64", "--tile", "a,b,c"], "A core tile is m,n,k"),
        (["64", "64", "64", "--tile", "16,0,64"], "1 or more"),
        (["64", "64", "64", "--tile", "16,-16,64"], "A core tile is m,n,k"),
        (["64", "64", "64", "--tile", "9999999,16,64"], "multiple of"),
        (["64", "64", "64", "--tile", "1000000,16,64"], "bytes of L1"),
        (["64", "64", "64", "--grid", "4"], "A grid is RxC"),
        (["64", "64", "64", "--grid", "0x4"], "1 or more"),
        (["64", "64", "64", "--grid", "4x5"], "larger than npu1"),
        (["64", "64", "64", "--grid", "4x9", "--device", "npu2"], "larger than npu2"),
        (["64", "64", "64", "--mapping", "tiled"], "Unknown mapping"),
        (["64", "64", "64", "--mapping", "per-tile", "--k-mt", "64"], "per-tile"),
        (["64", "64", "64", "--ports", "single"], "spread"),
        (["64", "64", "64", "--k-mt", "0"], "stages 0"),
        (["64", "64", "64", "--k-mt", "-64"], "stages -64"),
        (["64", "64", "64", "--k-mt", "many"], "--k-mt"),
        (["64", "64", "64", "--c-depth", "0"], "once or twice"),
        (["64", "64", "64", "--dtype", "f16"], "use bfloat16"),
        (["64", "64", "64", "--out-dtype", "f64"], "Unknown dtype"),
        (["64", "64", "64", "--out-dtype", "int8"], "not int8"),
        (
            ["64", "64", "64", "--device", "npu2", "--runtime", "allo-call"],
            "no data for device npu2",
        ),
        (["64", "64", "64", "--num-runs", "0"], "number of runs"),
        (["64", "64", "64", "--dtype", "bf16", "--bf16", "bfp16"], "aie2p"),
        (["64", "64", "64", "--dtype", "int8", "--bf16", "native"], "the dtype is int8"),
        (["64", "64", "64", "--toolchain", "gcc"], "Unknown toolchain"),
        (["64", "64", "64", "--b-layout", "diagonal"], "Unknown layout of B"),
        (["64", "64", "64", "--dtype", "int32", "--out-dtype", "int8"], "gives int32, not int8"),
        (["64", "64", "64", "--dtype", "int16", "--kernel", "scalar"], "no scalar kernel"),
        (["1048576", "1048576", "1", "--timing-only", "--tile", "16,16,16"], "transfers"),
        (["64", "64", "64", "--timeline"], "--json"),
    ],
)
def test_bad_input_is_a_plain_sentence_and_exit_code_two(
    arguments: list[str], said: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    result = CliRunner().invoke(app, ["gemm", *arguments])
    assert result.exit_code == 2
    assert said in result.stderr
    assert "Traceback" not in result.stderr
    assert result.stdout == ""
    assert list(tmp_path.iterdir()) == []


def test_an_existing_file_is_kept(tmp_path: Path) -> None:
    path = tmp_path / "run.json"
    path.write_text("mine", encoding="utf-8")
    arguments = ["gemm", "64", "64", "64", "--timing-only", "--json", str(path)]
    result = CliRunner().invoke(app, arguments)
    assert (result.exit_code, path.read_text(encoding="utf-8")) == (2, "mine")
    assert CliRunner().invoke(app, [*arguments, "--force"]).exit_code == 0
