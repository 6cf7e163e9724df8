"""The command itself: version, help, schema, and how quickly it may answer."""

import json
import re
import subprocess
import sys

import pytest
from typer.testing import CliRunner

import tilescope
from tilescope.cli.main import app
from tilescope.runs.models import json_schema

HEAVY = ("numpy", "torch", "rich", "ml_dtypes", "tilescope._engine", "tilescope.runs.models")


@pytest.mark.parametrize("arguments", [["--help"], ["linear", "--help"], ["--version"]])
def test_help_imports_nothing_heavy(arguments: list[str]) -> None:
    code = (
        "import sys\n"
        f"sys.argv = ['tilescope', *{arguments!r}]\n"
        "from tilescope.cli.main import main\n"
        "try:\n    main()\nexcept SystemExit:\n    pass\n"
        f"print('heavy:', sorted(set(sys.modules) & set({HEAVY!r})))\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[-1] == "heavy: []"


def test_the_version_is_the_packages() -> None:
    result = CliRunner().invoke(app, ["--version"])
    assert (result.exit_code, result.stdout) == (0, f"tilescope {tilescope.__version__}\n")


def test_help_names_every_flag_of_linear() -> None:
    flags = set(re.findall(r"--[a-z0-9-]+", CliRunner().invoke(app, ["linear", "--help"]).stdout))
    assert flags >= {
        *("--test-case", "--case", "--num-runs", "--device", "--dtype", "--mapping", "--ports"),
        *("--kernel", "--fp32", "--runtime", "--seed", "--json", "--force", "--quiet"),
        *("--timeline", "--color", "--target"),
    }


def test_schema_prints_the_schema_of_the_run_file() -> None:
    result = CliRunner().invoke(app, ["schema"])
    assert result.exit_code == 0
    assert json.loads(result.stdout) == json_schema()


def test_an_unknown_verb_is_refused() -> None:
    assert CliRunner().invoke(app, ["nonsense"]).exit_code == 2
