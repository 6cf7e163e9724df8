"""`tilescope report trace|csv|markdown|json|plot` and --output-dir, as they are typed."""

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from tilescope.cli.main import app
from tilescope.cli.output_folder import RUN_FILE, VIEWS
from tilescope.runs.files import read_run, to_json
from tilescope.runs.models import Run

SMALL = ["linear", "--case", "my:64x64x64", "--timing-only", "--no-advice"]
TEXTS = ["csv", "markdown", "json", "plot"]


@pytest.fixture
def call() -> CliRunner:
    """Calls the command in this process, stdout and stderr apart."""
    return CliRunner()


@pytest.fixture
def run_file(tmp_path: Path, mixed_run: Run) -> Path:
    """A run file without timelines."""
    path = tmp_path / "run.json"
    path.write_text(to_json(mixed_run), encoding="utf-8")
    return path


@pytest.mark.parametrize("verb", TEXTS)
def test_a_view_goes_to_stdout_or_to_a_file(call: CliRunner, run_file: Path, verb: str) -> None:
    printed = call.invoke(app, ["report", verb, str(run_file), "-o", "-"])
    out = run_file.with_name("view.svg")
    written = call.invoke(app, ["report", verb, str(run_file), "-o", str(out)])
    assert printed.exit_code == written.exit_code == 0
    assert printed.stdout == out.read_text(encoding="utf-8")
    assert written.stdout == f"Written: {out}\n"


@pytest.mark.parametrize("verb", [*TEXTS, "trace"])
def test_a_file_that_exists_is_kept(call: CliRunner, run_file: Path, verb: str) -> None:
    out = run_file.with_name("view.svg")
    out.write_text("mine")
    result = call.invoke(app, ["report", verb, str(run_file), "-o", str(out)])
    assert result.exit_code == 2
    assert out.read_text() == "mine"
    assert "--force" in result.stderr or "no timeline" in result.stderr


@pytest.mark.parametrize("verb", [*TEXTS, "trace", "html"])
def test_force_does_not_put_a_view_in_the_place_of_its_run(
    call: CliRunner, run_file: Path, verb: str
) -> None:
    before, link = run_file.read_bytes(), run_file.with_name("link.svg")
    link.symlink_to(run_file)
    for out in (run_file.parent / "." / "run.json", link):
        result = call.invoke(app, ["report", verb, str(run_file), "-o", str(out), "--force"])
        assert result.exit_code == 2
        assert "is the file that is read" in result.stderr or ".svg" in result.stderr
        assert run_file.read_bytes() == before


@pytest.mark.parametrize("verb", [*TEXTS, "trace"])
@pytest.mark.parametrize(
    ("content", "why"),
    [
        ("", "not whole, or not JSON"),
        ('{"schema_version": 1, "cases": [', "not whole, or not JSON"),
        ('{"a": 1}', "not a tilescope run file"),
        ('{"schema_version": 99}', "written by a newer tilescope"),
        ('{"schema_version": 1, "cases": 3}', "is not a run file: "),
        ("[" * 100_000, "nested too deep"),
    ],
)
def test_what_is_no_run_file_is_refused_in_a_sentence(
    call: CliRunner, tmp_path: Path, verb: str, content: str, why: str
) -> None:
    path = tmp_path / "run.json"
    path.write_text(content)
    result = call.invoke(app, ["report", verb, str(path)])
    assert result.exit_code == 2
    assert why in result.stderr
    assert result.stdout == ""
    assert sorted(tmp_path.iterdir()) == [path]


def test_a_plot_is_svg_and_nothing_else(call: CliRunner, run_file: Path) -> None:
    out = run_file.with_suffix(".png")
    result = call.invoke(app, ["report", "plot", str(run_file), "-o", str(out)])
    assert result.exit_code == 2
    assert "name a file that ends in .svg" in result.stderr
    assert not out.exists()


def test_a_trace_needs_a_timeline(call: CliRunner, run_file: Path) -> None:
    result = call.invoke(app, ["report", "trace", str(run_file)])
    assert result.exit_code == 2
    assert "profile with --json PATH --timeline" in result.stderr


def test_an_output_folder_takes_the_run_and_every_view(call: CliRunner, tmp_path: Path) -> None:
    folder = tmp_path / "new" / "folder"
    result = call.invoke(app, [*SMALL, "--output-dir", str(folder)])
    assert result.exit_code == 0
    names = [RUN_FILE, "run.my.timeline.json.gz", *VIEWS]
    assert sorted(path.name for path in folder.iterdir()) == sorted(names)
    last = result.stdout.splitlines()[-1]
    assert last == f"Written: {', '.join(str(folder / name) for name in names)}"
    assert read_run(folder / RUN_FILE).cases[0].timeline == "run.my.timeline.json.gz"


@pytest.mark.parametrize(
    ("verb", "name"),
    [
        ("csv", "results.csv"),
        ("json", "results.json"),
        ("markdown", "summary.md"),
        ("plot", "times.svg"),
        ("html", "report.html"),
        ("trace", "trace.perfetto-trace"),
    ],
)
def test_an_output_folder_has_what_each_report_verb_writes(
    call: CliRunner, tmp_path: Path, verb: str, name: str
) -> None:
    folder, alone = tmp_path / "folder", tmp_path / "alone.svg"
    assert call.invoke(app, [*SMALL, "--output-dir", str(folder)]).exit_code == 0
    asked = ["report", verb, str(folder / RUN_FILE), "-o", str(alone)]
    assert call.invoke(app, asked).exit_code == 0
    assert alone.read_bytes() == (folder / name).read_bytes()


def test_an_output_folder_keeps_what_is_there(call: CliRunner, tmp_path: Path) -> None:
    """Before the work begins, and whichever file it is."""
    for name in (RUN_FILE, *VIEWS):
        folder = tmp_path / name
        folder.mkdir()
        (folder / name).write_text("mine")
        result = call.invoke(app, [*SMALL, "--output-dir", str(folder)])
        assert result.exit_code == 2
        assert "exists and is kept" in result.stderr
        assert [path.read_text() for path in folder.iterdir()] == ["mine"]


def test_force_replaces_what_is_there(call: CliRunner, tmp_path: Path) -> None:
    (tmp_path / VIEWS[0]).write_text("mine")
    result = call.invoke(app, [*SMALL, "--output-dir", str(tmp_path), "--force"])
    assert result.exit_code == 0
    assert (tmp_path / VIEWS[0]).read_text().startswith("key,")


@pytest.mark.parametrize(
    ("arguments", "why"),
    [
        (["--output-dir", "{file}"], "is a file; name a folder"),
        (["--output-dir", "{folder}", "--json", "x.json"], "leave --json out"),
        (["--output-dir", "{folder}", "--json", "-"], "leave --json out"),
    ],
)
def test_an_output_folder_that_cannot_be_is_refused(
    call: CliRunner, tmp_path: Path, arguments: list[str], why: str
) -> None:
    places = {"file": tmp_path / "file", "folder": tmp_path / "folder"}
    places["file"].write_text("mine")
    told = [argument.format(**places) for argument in arguments]
    result = call.invoke(app, [*SMALL, *told])
    assert result.exit_code == 2
    assert why in result.stderr
    assert places["file"].read_text() == "mine"


def test_gemm_has_an_output_folder_too(call: CliRunner, tmp_path: Path) -> None:
    arguments = ["gemm", "64", "64", "64", "--timing-only", "--no-advice", "-q"]
    result = call.invoke(app, [*arguments, "--output-dir", str(tmp_path)])
    assert result.exit_code == 0
    assert result.stdout == ""
    series = call.invoke(app, ["report", "json", str(tmp_path / RUN_FILE)])
    keys = {entry["key"] for entry in json.loads(series.stdout)["series"]}
    assert len(keys) == 1
