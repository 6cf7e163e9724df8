"""Runs tilescope's own commands anew, each in a process of its own, in turns.

A command comes from a run file or is typed. It is never given to a shell, and only verbs that
profile are run: a file from elsewhere cannot start anything else, or write anywhere.
"""

from __future__ import annotations

import os
import shlex
import subprocess
import sys
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from tilescope.errors import InputError
from tilescope.profiling.environment import SETTINGS, WITHHELD
from tilescope.runs.files import read_run
from tilescope.runs.models import Run

VERBS = ("linear", "gemm", "tile")
DROPPED = {"--json": 1, "--plot": 1, "--color": 1, "--output-dir": 1, "-o": 1, "--output": 1}
DROPPED |= {"--csv": 1, "--md": 1}
DROPPED |= {"--force": 0, "--quiet": 0, "-q": 0, "--verbose": 0, "-v": 0, "--timeline": 0}
REFUSED = ("--model",)
"""Options that would run somebody's code."""


@dataclass(frozen=True)
class Task:
    """A command of tilescope: the verb with its options, and variables that are set for it."""

    arguments: tuple[str, ...]
    environment: dict[str, str] = field(default_factory=dict)


def task(text: str) -> Task:
    """The command of a run file, or one that is typed: `OMP_NUM_THREADS=1 tilescope linear`.

    Raises:
        InputError: a file that cannot be read, or what is no command that profiles.
    """
    words = _words(text)
    if Path(text).is_file() or not any(word.split("/")[-1] == "tilescope" for word in words):
        provenance = read_run(Path(text)).provenance
        return Task(
            _arguments(_words(provenance.command_line), text),
            _allowed(provenance.environment or {}),
        )
    settings: dict[str, str] = {}
    while words and "=" in words[0]:
        name, _, value = words.pop(0).partition("=")
        settings[name] = value
    if foreign := sorted(settings.keys() - set(SETTINGS)):
        raise InputError(
            f"{foreign[0]} is none of the variables that a run records; there is "
            f"{', '.join(SETTINGS)}."
        )
    return Task(_arguments(words, text), settings)


def in_turns(tasks: Sequence[Task], repeats: int, notify: Callable[[str], None]) -> list[list[Run]]:
    """The runs of each task: all of them once, then in the opposite order, and so on.

    Raises:
        InputError: a command fails; its own message is passed on.
    """
    runs: list[list[Run]] = [[] for _ in tasks]
    with tempfile.TemporaryDirectory() as folder:
        for repeat in range(repeats):
            numbers = list(range(len(tasks)))
            for number in numbers if repeat % 2 == 0 else reversed(numbers):
                notify(f"repeat {repeat + 1} of {repeats}, command {number + 1} of {len(tasks)}")
                path = Path(folder, f"{repeat}-{number}.json")
                runs[number].append(_run(tasks[number], path))
    return runs


def _run(one: Task, path: Path) -> Run:
    command = [sys.executable, "-m", "tilescope", *one.arguments, "--quiet", "--json", str(path)]
    done = subprocess.run(
        command,
        env={**os.environ, **one.environment},
        capture_output=True,
        text=True,
        check=False,
        stdin=subprocess.DEVNULL,
    )
    if done.returncode != 0:
        said = done.stderr.strip().splitlines()
        why = said[-1].removeprefix("tilescope: ") if said else f"exit code {done.returncode}"
        raise InputError(f"`tilescope {shlex.join(one.arguments)}` failed: {why}")
    return read_run(path)


def _arguments(words: Sequence[str], source: str) -> tuple[str, ...]:
    """The verb and its options, without those that say where output goes."""
    if len(words) < 2 or Path(words[0]).name != "tilescope" or words[1] not in VERBS:
        raise InputError(
            f"{source}: its command is {shlex.join(words) or 'not known'!r}, and only tilescope "
            f"{', '.join(VERBS)} can be run anew."
        )
    kept: list[str] = []
    rest = iter(words[1:])
    for word in rest:
        name, equals, _ = word.partition("=")
        if name in REFUSED:
            raise InputError(f"{source}: a command with {name} runs code, so it is not run anew.")
        if name not in DROPPED:
            kept.append(word)
        elif DROPPED[name] and not equals:
            next(rest, None)
    return tuple(kept)


def _words(text: str) -> list[str]:
    try:
        return shlex.split(text)
    except ValueError as error:
        raise InputError(f"{text!r} cannot be read as a command: {error}.") from None


def _allowed(environment: dict[str, str]) -> dict[str, str]:
    return {
        name: value for name, value in environment.items() if name in SETTINGS and value != WITHHELD
    }
