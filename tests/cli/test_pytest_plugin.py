"""The fixture `tilescope_compare`, in sessions of pytest of its own."""

import subprocess
import sys
from pathlib import Path

import pytest

from tests.conftest import following
from tilescope.profiling.samples import measured, simulated
from tilescope.runs.files import read_run, write_run
from tilescope.runs.models import Run

pytest_plugins = ["pytester"]

TEST = """
from pathlib import Path

def test_speed(tilescope_compare):
    tilescope_compare("stored.json", Path("new.json"), **{options})
"""


@pytest.fixture
def session(pytester: pytest.Pytester, per_tile_run: Run) -> pytest.Pytester:
    """A folder with a stored run and one that is 1 % slower."""
    (case,) = per_tile_run.cases
    slower = following(case.model_copy(update={"npu_us": simulated(20_200.0), "budget": ()}))
    write_run(per_tile_run, pytester.path / "stored.json")
    write_run(per_tile_run.model_copy(update={"cases": (slower,)}), pytester.path / "new.json")
    return pytester


def outcomes(session: pytest.Pytester, *arguments: str, **options: str) -> pytest.RunResult:
    """The test with these options of the comparison."""
    session.makepyfile(TEST.format(options=repr(options)))
    return session.runpytest_inprocess(*arguments, "-p", "no:cacheprovider")


def test_a_slower_case_fails_the_test_and_says_which(session: pytest.Pytester) -> None:
    result = outcomes(session)
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(["*Slower than the stored run.*", "*SLOW *+1.00 %*q_proj*"])


def test_a_change_within_the_threshold_passes(session: pytest.Pytester) -> None:
    outcomes(session, threshold="2%").assert_outcomes(passed=1)


def test_what_is_faster_passes(session: pytest.Pytester) -> None:
    (session.path / "stored.json").rename(session.path / "faster.json")
    (session.path / "new.json").rename(session.path / "stored.json")
    (session.path / "faster.json").rename(session.path / "new.json")
    outcomes(session).assert_outcomes(passed=1)


def test_a_missing_stored_run_fails_and_says_how_to_write_it(session: pytest.Pytester) -> None:
    (session.path / "stored.json").unlink()
    result = outcomes(session)
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(["*no stored run stored.json*--tilescope-update*"])
    assert "another exception" not in result.stdout.str()


def test_nothing_is_run_where_there_is_nothing_to_compare_with(pytester: pytest.Pytester) -> None:
    pytester.makepyfile(
        """
        def test_speed(tilescope_compare):
            tilescope_compare("stored.json", "tilescope gemm 16 16 16 --no-such-option")
        """
    )
    result = pytester.runpytest_inprocess()
    result.stdout.fnmatch_lines(["*no stored run stored.json*"])
    result.stdout.no_fnmatch_line("*no-such-option.*")


def test_update_writes_what_the_next_session_compares_with(session: pytest.Pytester) -> None:
    outcomes(session, "--tilescope-update").assert_outcomes(passed=1)
    assert read_run(session.path / "stored.json") == read_run(session.path / "new.json")
    outcomes(session).assert_outcomes(passed=1)


@pytest.mark.parametrize(
    ("figure", "threshold", "said"),
    [
        ("gpu", "3%", "Unknown figure 'gpu'"),
        ("npu", "three", "A threshold is a percentage"),
    ],
)
def test_bad_input_fails_with_a_plain_sentence(
    figure: str, threshold: str, said: str, session: pytest.Pytester
) -> None:
    result = outcomes(session, figure=figure, threshold=threshold)
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines([f"*{said}*"])
    assert "Traceback" not in result.stdout.str()


@pytest.mark.parametrize(("strict", "passed"), [(False, 1), (True, 0)])
def test_too_little_evidence_is_a_warning_or_a_failure_under_strict(
    strict: bool, passed: int, session: pytest.Pytester, per_tile_run: Run
) -> None:
    (case,) = per_tile_run.cases
    few = case.model_copy(update={"baseline_us": measured([1000.0] * 4)})
    write_run(
        per_tile_run.model_copy(update={"cases": (few,)}), session.path / "new.json", force=True
    )
    arguments = ["--tilescope-strict"] if strict else []
    result = outcomes(session, *arguments, figure="baseline")
    result.assert_outcomes(passed=passed, failed=1 - passed)
    result.stdout.fnmatch_lines(["*Too little evidence*"])


def test_a_command_is_run_and_compared(pytester: pytest.Pytester) -> None:
    pytester.makepyfile(
        """
        COMMAND = "tilescope gemm 16 16 16 --timing-only"

        def test_speed(tilescope_compare):
            found = tilescope_compare("stored.json", COMMAND)
            assert found is None or found.count("SAME") == 1
        """
    )
    pytester.runpytest_inprocess("--tilescope-update").assert_outcomes(passed=1)
    assert Path(pytester.path, "stored.json").exists()
    pytester.runpytest_inprocess().assert_outcomes(passed=1)


def test_pytest_starts_without_importing_what_is_heavy() -> None:
    script = (
        "import sys, tilescope.cli.pytest_plugin; "
        "print([name for name in ('numpy', 'pydantic', 'scipy', 'typer', 'torch') "
        "if name in sys.modules])"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "[]"
