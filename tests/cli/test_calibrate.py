"""The verb `calibrate`: what moved, and refusals."""

from __future__ import annotations

from typer.testing import CliRunner

from tilescope.cli.main import app

runner = CliRunner()


def test_a_device_without_a_page_ends_with_exit_code_2() -> None:
    result = runner.invoke(app, ["calibrate", "npu9"])
    assert result.exit_code == 2


def test_a_runtime_without_a_page_ends_with_exit_code_2() -> None:
    result = runner.invoke(app, ["calibrate", "npu1", "--runtime", "telegraph"])
    assert result.exit_code == 2


def test_a_runtime_without_fit_rows_ends_with_exit_code_2() -> None:
    result = runner.invoke(app, ["calibrate", "npu1", "--runtime", "allo-profile"])
    assert result.exit_code == 2
