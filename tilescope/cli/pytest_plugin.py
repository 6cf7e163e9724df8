"""The pytest plug-in: a test that fails where a case became slower than in a stored run.

    def test_the_projection_is_no_slower(tilescope_compare):
        tilescope_compare("stored.json", "tilescope linear --test-case q_proj --no-baseline")

pytest imports this module in every session, so that it imports nothing else before a test asks.
"""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tilescope.evidence.comparing import Comparison
    from tilescope.runs.models import Run


def pytest_addoption(parser: pytest.Parser) -> None:
    """The plug-in's own options."""
    group = parser.getgroup("tilescope")
    group.addoption(
        "--tilescope-update",
        action="store_true",
        help="write the stored runs of tilescope_compare anew, in place of comparing",
    )
    group.addoption(
        "--tilescope-strict",
        action="store_true",
        help="fail where tilescope_compare finds a case AMBIGUOUS",
    )


@pytest.fixture
def tilescope_compare(request: pytest.FixtureRequest) -> Comparer:
    """Compares a run with a stored one and fails the test where a case is SLOW."""
    return Comparer(
        request.path.parent,
        update=bool(request.config.getoption("--tilescope-update")),
        strict=bool(request.config.getoption("--tilescope-strict")),
    )


class Comparer:
    """What the fixture gives: call it with a stored run and a new one.

    update: write the stored run in place of comparing; strict: fail where a case is AMBIGUOUS.
    """

    def __init__(self, folder: Path, *, update: bool, strict: bool) -> None:
        self._folder = folder
        self._update = update
        self._strict = strict

    def __call__(
        self,
        stored: str | Path,
        run: Run | Path | str,
        *,
        threshold: str | None = None,
        figure: str = "npu",
        allow_different: Sequence[str] = (),
    ) -> Comparison | None:
        """The comparison with a stored run; None where that was written instead.

        stored: a path from the test's own folder; run: a run, the path of a run file, or a command
        as `tilescope linear --test-case q_proj`, which is run in a process of its own; the rest as
        in `tilescope compare`. Fails the test where a case is SLOW, where there is no stored run,
        and where the two cannot be compared.
        """
        from tilescope.errors import TilescopeError

        __tracebackhide__ = True
        path, wrong = self._folder / stored, ""
        try:
            if not self._update:
                _check_stored(path)
            new = _taken(run)
            if self._update:
                self._write(new, path)
                return None
            found = self._compare(path, new, threshold, figure, allow_different)
        except TilescopeError as error:
            wrong = str(error)
        if wrong:  # outside of the handler, so that pytest tells it once
            pytest.fail(wrong, pytrace=False)
        self._judge(found, path)
        return found

    def _compare(
        self,
        path: Path,
        new: Run,
        threshold: str | None,
        figure: str,
        allow_different: Sequence[str],
    ) -> Comparison:
        from tilescope.cli.comparisons import make_terms
        from tilescope.evidence.comparing import compare
        from tilescope.runs.files import read_run

        return compare(read_run(path), new, make_terms(figure, threshold, allow_different))

    def _judge(self, found: Comparison, path: Path) -> None:
        from tilescope.reports.comparison import comparison_text

        __tracebackhide__ = True
        text = comparison_text(found, (path.name, "this run"))
        if found.count("SLOW"):
            pytest.fail(f"Slower than the stored run.\n\n{text}", pytrace=False)
        if found.count("AMBIGUOUS"):
            if self._strict:
                pytest.fail(f"Too little evidence.\n\n{text}", pytrace=False)
            warnings.warn(pytest.PytestWarning(f"Too little evidence.\n\n{text}"), stacklevel=3)

    def _write(self, run: Run, path: Path) -> None:
        from tilescope.runs.files import write_run

        write_run(run, path, force=True)


def _check_stored(path: Path) -> None:
    """Accept a stored run before the other one is made. Raises InputError where there is none."""
    from tilescope.errors import InputError

    if not path.exists():
        raise InputError(
            f"There is no stored run {path.name} beside the test; "
            "`pytest --tilescope-update` writes it."
        )


def _taken(run: Run | Path | str) -> Run:
    """The run itself, that of a file, or the one that a command makes."""
    from tilescope.runs.files import read_run

    if isinstance(run, Path):
        return read_run(run)
    if isinstance(run, str):
        from tilescope.cli.rerunning import in_turns, task

        return in_turns([task(run)], 1, lambda text: None)[0][0]
    return run
