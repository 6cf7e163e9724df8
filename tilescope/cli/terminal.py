"""What the terminal can show: colour, width, and progress that a pipe never sees."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TextIO

from tilescope.quantities.names import check_choice

COLOUR_MODES = ("auto", "always", "never")
Notify = Callable[[str], None]


def wants_colour(mode: str, stream: TextIO) -> bool:
    """Whether to colour a stream: --color first, then NO_COLOR and FORCE_COLOR, then a terminal.

    Raises:
        InputError: there is no such mode.
    """
    if check_choice("color mode", mode, COLOUR_MODES) != "auto":
        return mode == "always"
    if os.environ.get("NO_COLOR"):
        return False
    if os.environ.get("FORCE_COLOR"):
        return True
    return stream.isatty() and os.environ.get("TERM") != "dumb"


def width() -> int:
    """Columns to write for: COLUMNS or the terminal's own, and 80 in a pipe."""
    return max(shutil.get_terminal_size(fallback=(80, 24)).columns, 40)


@contextmanager
def progress(*, quiet: bool) -> Iterator[Notify]:
    """A line on stderr that says what is going on; silent in a pipe or when quiet.

    It is written when something changes and never in between: a thread that draws a spinner takes
    time from the threads of the baseline while the clock runs.
    """
    if quiet or not sys.stderr.isatty():
        yield lambda text: None
        return
    try:
        yield lambda text: print(
            f"\r\033[K{text[: width() - 1]}", end="", file=sys.stderr, flush=True
        )
    finally:
        print("\r\033[K", end="", file=sys.stderr, flush=True)
