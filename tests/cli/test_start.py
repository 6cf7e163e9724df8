"""How the command begins and ends where there is no verb yet to end plainly."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

COMMAND = (sys.executable, "-m", "tilescope")
INTERRUPTED_IMPORT = """
import builtins, sys
imported = builtins.__import__
def interrupted(name, *rest):
    if name == "typer":
        raise KeyboardInterrupt
    return imported(name, *rest)
builtins.__import__ = interrupted
from tilescope.cli.start import main
main()
"""


INTERRUPTED_START = """
import sys
from tilescope.cli import main, start
def interrupted():
    raise KeyboardInterrupt
main.app.callback()(interrupted)
sys.argv = ["tilescope", "schema"]
start.main()
"""


def test_ctrl_c_before_the_verb_begins_ends_in_one_sentence() -> None:
    done = subprocess.run(
        [sys.executable, "-c", INTERRUPTED_START], capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stderr) == (130, "tilescope: Interrupted.\n")


def test_ctrl_c_while_the_command_is_imported_ends_in_one_sentence() -> None:
    done = subprocess.run(
        [sys.executable, "-c", INTERRUPTED_IMPORT], capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stderr) == (130, "tilescope: Interrupted.\n")


@pytest.mark.parametrize("arguments", [("--help",), ("--version",), ("schema",)])
def test_a_full_disk_behind_stdout_is_one_sentence(arguments: tuple[str, ...]) -> None:
    with Path("/dev/full").open("wb") as full:
        done = subprocess.run(
            [*COMMAND, *arguments],
            stdout=full,
            stderr=subprocess.PIPE,
            text=True,
            check=False,
            env={name: value for name, value in os.environ.items() if name != "PYTHONUNBUFFERED"},
        )
    assert done.returncode == 2
    assert done.stderr == "tilescope: The output cannot be written: No space left on device.\n"


@pytest.mark.parametrize("closed", [(1,), (2,), (0, 1, 2)])
def test_closed_streams_change_nothing(closed: tuple[int, ...]) -> None:
    script = f"exec {' '.join(map(str, COMMAND))} schema " + " ".join(f"{n}>&-" for n in closed)
    done = subprocess.run(["sh", "-c", script], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")


def test_a_reader_that_has_gone_is_no_error() -> None:
    process = subprocess.Popen([*COMMAND, "schema"], stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    assert process.stdout is not None
    process.stdout.close()
    assert process.stderr is not None
    assert (process.wait(timeout=60), process.stderr.read()) == (0, b"")
