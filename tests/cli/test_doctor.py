"""`tilescope doctor`: its exit code, its answers, and what it says where a package is missing."""

import json
import subprocess
import sys

import pytest
from typer.testing import CliRunner

from tilescope.cli.main import app
from tilescope.profiling.doctor import build
from tilescope.profiling.doctor.findings import Finding

HEADINGS = ("Environment Issues", "Kernel Build Errors", "Memory Issues", "NPU Availability")


def test_where_the_main_job_can_run_it_ends_well() -> None:
    result = CliRunner().invoke(app, ["doctor"], env={"COLUMNS": "80"})
    assert (result.exit_code, result.stderr) == (0, "")
    lines = result.stdout.splitlines()
    assert lines[0] == "The main job can run here."
    for heading in HEADINGS:
        assert any(line.startswith(f"{heading}: ") for line in lines)


def test_json_to_stdout_is_json_and_nothing_else() -> None:
    result = CliRunner().invoke(app, ["doctor", "--json", "-"])
    content = json.loads(result.stdout)
    assert content["can_run"] is True
    assert [section["heading"] for section in content["sections"]][:4] == list(HEADINGS)
    for section in content["sections"]:
        for finding in section["findings"]:
            assert (finding["status"] == "ok") == (finding["remedy"] == "")


def test_where_it_cannot_the_exit_code_is_two_and_the_report_is_whole(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    broken = Finding("broken", "engine", "cannot be loaded", "Rebuild.")
    monkeypatch.setattr(build, "check_engine", lambda: broken)
    result = CliRunner().invoke(app, ["doctor"])
    assert result.exit_code == 2
    assert "The main job cannot run here" in result.stdout
    assert "NPU Availability" in result.stdout


@pytest.mark.parametrize("missing", ["numpy", "ml_dtypes", "rich"])
def test_a_missing_package_is_named_with_its_remedy_and_no_traceback(missing: str) -> None:
    code = (
        "import sys\n"
        f"sys.modules[{missing!r}] = None\n"
        "sys.argv = ['tilescope', 'doctor']\n"
        "from tilescope.cli.main import main\n"
        "main()\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 2
    said = done.stdout + done.stderr
    assert f"The package {missing} is missing" in said or f"missing: {missing}" in said
    assert f"pip install {missing}" in said
    assert "Traceback" not in said


def test_without_the_engine_it_still_examines() -> None:
    code = (
        "import sys\n"
        "sys.modules['tilescope._engine'] = None\n"
        "sys.argv = ['tilescope', 'doctor', '--json', '-']\n"
        "from tilescope.cli.main import main\n"
        "main()\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 2
    sections = {section["heading"]: section for section in json.loads(done.stdout)["sections"]}
    assert sections["Kernel Build Errors"]["worst"] == "broken"
    assert sections["Memory Issues"]["worst"] != "broken"
    broken = [f for f in sections["Kernel Build Errors"]["findings"] if f["status"] == "broken"]
    assert all("./profile" in finding["remedy"] for finding in broken)
