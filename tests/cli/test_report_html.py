"""`tilescope report html`: one report from a run file, or one sentence that says why not."""

import json
import os
import re
from collections.abc import Callable
from pathlib import Path

import pytest
from typer.testing import CliRunner

from tilescope.cli.main import app
from tilescope.runs.files import to_json
from tilescope.runs.models import Run

Edit = Callable[[dict[str, object]], None]


def report(*arguments: str | Path) -> tuple[int, str, str]:
    """The exit code, what was printed and what was said of errors."""
    found = CliRunner().invoke(app, ["report", "html", *map(str, arguments)])
    return found.exit_code, found.stdout, found.stderr


@pytest.fixture
def run_file(tmp_path: Path, per_tile_run: Run) -> Path:
    """A whole run file."""
    path = tmp_path / "run.json"
    path.write_text(to_json(per_tile_run))
    return path


def test_a_report_is_written_beside_its_run(run_file: Path) -> None:
    code, said, _ = report(run_file)
    assert (code, said) == (0, f"Written: {run_file.with_suffix('.html')}\n")
    assert "q_proj" in run_file.with_suffix(".html").read_text()


def test_a_report_goes_where_it_is_told(run_file: Path, tmp_path: Path) -> None:
    assert report(run_file, "-o", tmp_path / "other.html")[0] == 0
    assert (tmp_path / "other.html").exists()
    assert not run_file.with_suffix(".html").exists()


def test_a_dash_is_stdout_and_no_file(run_file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(run_file.parent)
    code, said, _ = report(run_file, "-o", "-")
    assert code == 0
    assert said.startswith("<!doctype html>")
    assert said.rstrip().endswith("</html>")
    assert os.listdir(run_file.parent) == ["run.json"]


def test_an_existing_report_is_kept_and_forced_away(run_file: Path) -> None:
    written = run_file.with_suffix(".html")
    written.write_text("mine")
    code, _, complaint = report(run_file)
    assert code == 2
    assert "add --force" in complaint
    assert written.read_text() == "mine"
    assert report(run_file, "--force")[0] == 0
    assert written.read_text() != "mine"


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("", "not whole, or not JSON"),
        ('{"schema_version": 1, "cases": [', "not whole, or not JSON"),
        ("{}", "not a tilescope run file"),
        ("[1, 2]", "not a tilescope run file"),
        ('{"schema_version": 99}', "written by a newer tilescope"),
        ('{"schema_version": 1}', "is not a run file: cases"),
        ("\ufeff<html>", "not whole, or not JSON"),
        ("[" * 200_000, "nested too deep"),
    ],
)
def test_what_is_no_whole_run_is_refused_in_a_sentence(
    tmp_path: Path, content: str, said: str
) -> None:
    path = tmp_path / "run.json"
    path.write_text(content)
    code, _, complaint = report(path)
    assert code == 2
    assert said in complaint
    assert len(complaint.strip().splitlines()) == 1
    assert os.listdir(tmp_path) == ["run.json"]


def first_case(content: dict[str, object]) -> dict[str, object]:
    """The first case of a run file, to be edited."""
    cases = content["cases"]
    assert isinstance(cases, list)
    case: dict[str, object] = cases[0]
    return case


def absurd(content: dict[str, object]) -> None:
    """A product of more operations than a float can count."""
    shape = first_case(content)["shape"]
    assert isinstance(shape, dict)
    shape["m"] = 10**400


def endless(content: dict[str, object]) -> None:
    """A time that is longer than any run."""
    time = first_case(content)["npu_us"]
    assert isinstance(time, dict)
    time["median"] = 1.7e308


def negative(content: dict[str, object]) -> None:
    """A time below zero."""
    first_case(content)["device_us"] = -1.0


@pytest.mark.parametrize(
    ("edit", "said"),
    [
        (absurd, "more operations than any run could do"),
        (endless, "less than or equal to"),
        (negative, "greater than or equal to 0"),
    ],
)
def test_an_edited_run_is_refused_in_a_sentence(run_file: Path, edit: Edit, said: str) -> None:
    content = json.loads(run_file.read_text())
    edit(content)
    run_file.write_text(json.dumps(content))
    code, _, complaint = report(run_file)
    assert code == 2
    assert said in complaint
    assert not run_file.with_suffix(".html").exists()


def test_keys_that_are_not_known_are_passed_over(run_file: Path) -> None:
    content = json.loads(run_file.read_text())
    content["from_the_future"] = {"a": 1}
    first_case(content)["also"] = [1]
    run_file.write_text(json.dumps(content))
    assert report(run_file)[0] == 0


@pytest.mark.parametrize("where", ["missing/report.html", "."])
def test_a_place_that_cannot_be_written_is_told(run_file: Path, where: str) -> None:
    code, _, complaint = report(run_file, "-o", run_file.parent / where, "--force")
    assert code == 2
    assert re.search("does not exist|is a folder", complaint)


def test_a_missing_timeline_is_told_on_stderr_without_what_steers_a_terminal(
    run_file: Path,
) -> None:
    content = json.loads(run_file.read_text())
    first_case(content).update(name="q\x1b[31m\u202e", timeline="gone.timeline.json.gz")
    run_file.write_text(json.dumps(content))
    code, _, complaint = report(run_file)
    assert code == 0
    assert "q␛[31m‹U+202E›: no drawings" in complaint
    assert "\x1b" not in complaint
