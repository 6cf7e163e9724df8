"""Colour: what the user says goes first, then the environment, then the terminal."""

import io

import pytest

from tilescope.cli.terminal import progress, wants_colour, width
from tilescope.errors import InputError


class Terminal(io.StringIO):
    """A stream that says it is a terminal."""

    def isatty(self) -> bool:
        return True


@pytest.fixture(autouse=True)
def _no_wishes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("NO_COLOR", raising=False)
    monkeypatch.delenv("FORCE_COLOR", raising=False)
    monkeypatch.setenv("TERM", "xterm")


def test_a_terminal_gets_colour_and_a_pipe_none() -> None:
    assert wants_colour("auto", Terminal())
    assert not wants_colour("auto", io.StringIO())


def test_no_color_wins_over_force_color(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FORCE_COLOR", "1")
    assert wants_colour("auto", io.StringIO())
    monkeypatch.setenv("NO_COLOR", "1")
    assert not wants_colour("auto", Terminal())


def test_the_option_wins_over_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    assert wants_colour("always", io.StringIO())
    assert not wants_colour("never", Terminal())


def test_an_unknown_mode_is_refused() -> None:
    with pytest.raises(InputError, match="auto, always, never"):
        wants_colour("sometimes", io.StringIO())


def test_the_width_follows_the_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "132")
    assert width() == 132


@pytest.mark.parametrize(("columns", "written_for"), [("40", 40), ("59", 59), ("10", 40)])
def test_a_narrow_terminal_is_written_for_down_to_forty_columns(
    monkeypatch: pytest.MonkeyPatch, columns: str, written_for: int
) -> None:
    monkeypatch.setenv("COLUMNS", columns)
    assert width() == written_for


def test_progress_on_a_terminal_is_one_line_that_is_cleared(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    terminal = Terminal()
    monkeypatch.setattr("sys.stderr", terminal)
    with progress(quiet=False) as notify:
        notify("working")
    assert terminal.getvalue() == "\r\033[Kworking\r\033[K"


def test_progress_is_silent_where_nobody_watches(capsys: pytest.CaptureFixture[str]) -> None:
    with progress(quiet=False) as notify:
        notify("working")
    assert capsys.readouterr() == ("", "")
