"""The seed's scripts: run in their folder, appended to, and printing the seed's report."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

SCRIPTS = Path(__file__).parents[2] / "vla" / "submodule_profile"


def run(*arguments: str) -> subprocess.CompletedProcess[str]:
    """Start Python in the scripts' folder, as the seed says."""
    environment = {**os.environ, "COLUMNS": "80"}
    return subprocess.run(
        [sys.executable, *arguments],
        cwd=SCRIPTS,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.fixture(scope="module")
def k_proj() -> str:
    """What the script prints for one projection."""
    done = run("linear_projection_profile.py", "--test-case", "k_proj", "--num-runs", "2")
    assert done.returncode == 0, done.stderr
    assert done.stderr == ""
    return done.stdout


def test_the_report_holds_the_calls_that_the_shape_gives(k_proj: str) -> None:
    # 64×320×768 in blocks of 64³: 1·5·12 = 60 launches of each kernel.
    assert "Matrix shapes: A(64, 768) @ B(768, 320) -> C(64, 320)" in k_proj
    assert k_proj.count("(60 calls)") == 2
    assert "Total Tiles:     60" in k_proj


def test_the_summary_follows(k_proj: str) -> None:
    assert k_proj.index("Throughput:") < k_proj.index("Summary")


def test_appended_cases_run_as_the_seed_shows() -> None:
    code = (
        "import linear_projection_profile as profile\n"
        "from linear_projection_profile import LinearProjectionTestCase, test_cases\n"
        "test_cases.append(\n"
        '    LinearProjectionTestCase("my_test", 64, 128, 256, "Description")\n'
        ")\n"
        "import sys; sys.argv[1:] = ['--test-case', 'my_test', '--num-runs', '1']\n"
        "profile.main()\n"
    )
    done = run("-c", code)
    assert done.returncode == 0, done.stderr
    assert "Profiling: my_test\nDescription: Description\n" in done.stdout


def test_an_unknown_case_is_refused_plainly() -> None:
    done = run("linear_projection_profile.py", "--test-case", "z_proj")
    assert done.returncode == 2
    assert "there is q_proj" in done.stderr
    assert "Traceback" not in done.stderr


def test_the_quick_test_passes() -> None:
    done = run("test_linear_profile.py")
    assert done.returncode == 0, done.stderr
    assert done.stdout.endswith("Quick test passed.\n")
