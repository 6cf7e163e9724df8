"""The verb `validate`: rows chosen, tables, JSON and refusals."""

from __future__ import annotations

import json
from pathlib import Path

from typer.testing import CliRunner

from tilescope.cli.main import app

runner = CliRunner()


def test_rows_are_listed_with_their_error_and_its_largest_terms() -> None:
    result = runner.invoke(app, ["validate", "--source", "vla-to-npu", "--op", "gemm", "--rows"])
    assert result.exit_code == 0
    line = next(line for line in result.stdout.splitlines() if line.startswith("m0004"))
    assert "1301" in line
    assert "shim_port" in line


def test_rows_without_a_prediction_stay_with_their_reason() -> None:
    result = runner.invoke(app, ["validate", "--op", "power"])
    assert result.exit_code == 0
    assert "0 of 15 rows are predicted" in result.stdout
    assert "no energy of an operation is published" in result.stdout


def test_json_goes_to_stdout_by_a_dash() -> None:
    result = runner.invoke(app, ["validate", "--source", "xdna-emu", "--json", "-"])
    data = json.loads(result.stdout)
    assert data["schema_version"] == 1
    assert {row["source"] for row in data["rows"]} == {"xdna-emu"}


def test_an_unknown_source_ends_with_exit_code_2() -> None:
    result = runner.invoke(app, ["validate", "--source", "tablet"])
    assert result.exit_code == 2


def test_a_folder_that_is_not_there_ends_with_exit_code_2(tmp_path: Path) -> None:
    result = runner.invoke(app, ["validate", "--measurements", str(tmp_path / "none")])
    assert result.exit_code == 2
