"""--help: every verb in a line, every option in a section, every example a command there is."""

import os
import shlex
import subprocess
import sys
from typing import Any

import pytest
import typer.main
from typer.testing import CliRunner

from tilescope.cli.helping import SECTIONS, Verb
from tilescope.cli.main import GROUPS, VERBS, app

PROGRAM: Any = typer.main.get_command(app)
SECTIONED = ["linear", "gemm", "tile", "precision", "sweep", "search", "design"]
EXAMPLES = [
    line.strip() for verbs in VERBS.values() for commands in verbs.values() for line in commands
]


def help_of(*words: str) -> str:
    """What --help says on a terminal of 80 columns."""
    return CliRunner().invoke(app, [*words, "--help"], env={"COLUMNS": "80"}).stdout


@pytest.mark.parametrize("group", [(), *((name,) for found in GROUPS.values() for name in found)])
def test_every_verb_has_a_line_of_its_own_that_is_not_cut(group: tuple[str, ...]) -> None:
    lines = help_of(*group).splitlines()
    command = PROGRAM.commands[group[0]] if group else PROGRAM
    for name in command.commands:
        (line,) = [line for line in lines if line.startswith(f"  {name} ")]
        assert line.endswith(".")
        assert not line.endswith("...")


@pytest.mark.parametrize("verb", SECTIONED)
def test_every_option_of_a_verb_that_profiles_stands_in_a_section(verb: str) -> None:
    known = {name for names in SECTIONS.values() for name in names}
    params = PROGRAM.commands[verb].params
    assert {one.name for one in params if one.param_type_name == "option"} <= known


def test_sections_stand_in_one_order_and_hold_their_options_once() -> None:
    text = help_of("linear")
    places = [text.find(f"\n{heading}:\n") for heading in (*SECTIONS, "Options")]
    there = [place for place in places if place >= 0]
    assert len(there) == len(places) - 1  # no search in it
    assert there == sorted(there)
    assert text.count("\n  --seed N") == 1


def test_arguments_stand_by_their_bare_names() -> None:
    text = help_of("gemm")
    assert "Usage: tilescope gemm [OPTIONS] M N K\n" in text.replace("root", "tilescope")
    assert "<str>" not in text


@pytest.mark.parametrize("example", EXAMPLES)
def test_an_example_is_a_command_that_there_is(example: str) -> None:
    program, *words = shlex.split(example.partition(" > ")[0])
    assert program == "tilescope"
    PROGRAM.commands[words[0]].make_context(words[0], words[1:])


def test_every_verb_has_an_example() -> None:
    verbs = {name: one for name, one in PROGRAM.commands.items() if isinstance(one, Verb)}
    for name, verb in verbs.items():
        assert f"tilescope {name}" in verb.epilog


def test_a_shell_completes_verbs_and_names() -> None:
    for words, expected in (
        ("tilescope dev", ["devices"]),
        ("tilescope linear --device npu2:s", ["npu2:strix-halo"]),
        ("tilescope linear --mapping fu", ["fused-k"]),
        ("tilescope gemm --dtype bf", ["bfloat16"]),
        ("tilescope tile --runtime xrt-l", ["xrt-linux"]),
        ("tilescope search down", ["down_proj"]),
    ):
        environment = {
            **os.environ,
            "_TILESCOPE_COMPLETE": "complete_bash",
            "COMP_WORDS": words,
            "COMP_CWORD": str(len(words.split()) - 1),
        }
        code = "import sys; sys.argv[0] = 'tilescope'; from tilescope.cli.main import app; app()"
        command = [sys.executable, "-c", code]
        done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
        assert done.stdout.split() == expected, words


@pytest.mark.parametrize("code", ["0", "1", "2", "3", "4", "130"])
def test_each_exit_code_has_a_line_of_its_own(code: str) -> None:
    text = help_of()
    assert "\\b" not in text
    assert len([line for line in text.splitlines() if line.split()[:1] == [code]]) == 1
