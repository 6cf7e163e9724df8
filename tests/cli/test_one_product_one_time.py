"""Does one product take one time, whichever verb asks?"""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from tilescope.cli.main import app
from tilescope.profiling.sweeps.reading import read_sweep
from tilescope.runs.models import Case, Run

SIDES = (60, 96, 192)
SHAPE = "x".join(map(str, SIDES))


def told(*arguments: str) -> str:
    result = CliRunner().invoke(app, list(arguments))
    assert result.exit_code == 0, result.stderr
    return result.stdout


def case_of(*arguments: str) -> Case:
    run = Run.model_validate(json.loads(told(*arguments, "--json", "-", "--quiet")))
    (case,) = run.cases
    return case


def figures(case: Case) -> dict[str, object]:
    """What a time consists of, and what it comes from."""
    assert case.bound is not None
    return {
        "npu_us": case.npu_us.median,
        "device_us": case.device_us,
        "setup_us": case.setup_us,
        "launches": case.launches,
        "gflops": case.npu_gflops,
        "bound_by": case.bound.by,
        "core_tile": case.mapping.core_tile,
        "budget": {one.term: one.us for one in case.budget},
        "interval": case.interval_us and (case.interval_us.low, case.interval_us.high),
    }


@pytest.mark.parametrize("device", ["npu1", "npu2"])
@pytest.mark.parametrize("family", ["per-tile", "fused-k", "whole-array"])
@pytest.mark.parametrize("dtype", ["float32", "bfloat16", "int8"])
def test_linear_gemm_precision_and_a_sweep_tell_the_same(
    tmp_path: Path, device: str, family: str, dtype: str
) -> None:
    asked = ["--mapping", family, "--device", device]
    profile = ["--dtype", dtype, "--no-advice", "--no-baseline"]
    linear = figures(case_of("linear", "--case", f"p:{SHAPE}", *asked, *profile))
    assert linear == figures(case_of("gemm", *map(str, SIDES), *asked, *profile))
    timed = [*asked, "--dtype", dtype, "--no-advice", "--timing-only"]
    assert linear == figures(case_of("linear", "--case", f"p:{SHAPE}", *timed))
    assert linear == figures(case_of("precision", f"p:{SHAPE}", "--dtypes", dtype, *asked))

    path = tmp_path / "sweep.parquet"
    axes = [f"mapping={family}", f"device={device}", f"dtype={dtype}"]
    typed = [part for axis in axes for part in ("--axis", axis)]
    told("sweep", *typed, "--case", f"p:{SHAPE}", "-o", str(path), "--jobs", "1", "--quiet")
    row = {name: column[0] for name, column in read_sweep(path).columns.items()}
    for name in ("npu_us", "device_us", "setup_us", "launches", "gflops", "bound_by"):
        assert row[name] == linear[name]
    budget = linear["budget"]
    assert isinstance(budget, dict)
    assert {term: row[f"{term}_us"] for term in budget} == budget
    low = row["interval_low_us"]
    assert (None if low is None else (low, row["interval_high_us"])) == linear["interval"]


def test_a_batch_takes_what_as_many_rows_take() -> None:
    """4 sequences of 16 tokens, 64 of 1, and a product of 64 rows: one time."""
    common = ["--mapping", "fused-k", "--dtype", "bf16", "--timing-only", "--no-advice"]
    scaled = ["linear", "--test-case", "k_proj", *common]
    batched = figures(case_of(*scaled, "--batch", "4", "--seq", "16"))
    assert batched == figures(case_of(*scaled, "--batch", "64", "--seq", "1"))
    assert batched == figures(case_of("gemm", "64", "320", "768", *common))
