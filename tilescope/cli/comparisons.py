"""What `tilescope compare` asks for, read from its options, and the comparisons themselves."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import cast

from tilescope.cli import terminal
from tilescope.cli.rerunning import in_turns, task
from tilescope.errors import InputError
from tilescope.evidence.comparing import FIGURES, Comparison, Figure, Terms
from tilescope.evidence.comparing import compare as compare_runs
from tilescope.evidence.conditions import PROPERTIES
from tilescope.evidence.repeats import compare_repeats
from tilescope.quantities.names import check_choice
from tilescope.runs.files import read_run

FAIL_ON = ("slower", "different", "nothing")
MOST_REPEATS = 1000
Named = tuple[tuple[str, str], Comparison]


@dataclass(frozen=True)
class Wanted:
    """How to compare, and when to fail.

    Raises InputError for a choice that does not exist, or a number out of range.
    """

    fail_on: str = "slower"
    strict: bool = False
    rerun: bool = False
    repeats: int = 7

    def __post_init__(self) -> None:
        check_choice("reason to fail", self.fail_on, FAIL_ON)
        if not 1 <= self.repeats <= MOST_REPEATS:
            raise InputError(
                f"The number of repeats is {self.repeats}; it must be from 1 to {MOST_REPEATS:,}."
            )

    def exit_code(self, comparisons: Sequence[Comparison]) -> int:
        """0 fine, 1 for what is to fail, 4 for what is not clear where that is asked for."""
        words = {case.verdict.word for one in comparisons for case in one.cases}
        failing = {"slower": {"SLOW"}, "different": {"SLOW", "FAST"}, "nothing": set[str]()}
        if words & failing[self.fail_on]:
            return 1
        return 4 if self.strict and "AMBIGUOUS" in words else 0


def make_terms(figure: str, threshold: str | None, allowed: Sequence[str]) -> Terms:
    """The terms of a comparison, from how they are typed.

    Raises:
        InputError: an unknown figure or property, or a threshold that is no percentage.
    """
    check_choice("figure", figure, FIGURES)
    names = [name.strip() for text in allowed for name in text.split(",")]
    for name in names:
        check_choice("property", name, PROPERTIES)
    limit = None if threshold is None else parse_threshold(threshold)
    return Terms(cast("Figure", figure), limit, frozenset(names))


def parse_threshold(text: str) -> float:
    """Read `3%` or `0.03`.

    Raises:
        InputError: it is neither, or not below 100 %.
    """
    number = re.fullmatch(r"\s*([0-9]*\.?[0-9]+)\s*(%?)\s*", text)
    value = float(number[1]) / (100 if number[2] else 1) if number else math.nan
    if not 0 <= value < 1:
        raise InputError(f"A threshold is a percentage below 100, as 3% or 0.03, not {text!r}.")
    return value


def compare_files(before: str, after: Sequence[str], terms: Terms, wanted: Wanted) -> list[Named]:
    """Each of the later runs beside the first, as they are or run anew.

    Raises:
        InputError: a file that cannot be read or compared, or a command that cannot be run.
    """
    if not wanted.rerun:
        first = read_run(Path(before))
        return [
            ((before, name), compare_runs(first, read_run(Path(name)), terms)) for name in after
        ]
    tasks = [task(name) for name in (before, *after)]
    with terminal.progress(quiet=False) as notify:
        runs = in_turns(tasks, wanted.repeats, notify)
    return [
        ((before, name), compare_repeats(runs[0], runs[number], terms))
        for number, name in enumerate(after, start=1)
    ]
