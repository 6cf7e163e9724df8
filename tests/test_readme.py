"""The README and docs: commands are ones there are, what is shown is printed, links lead on."""

import re
import shlex
from pathlib import Path
from typing import Any

import pytest
import typer.main
from typer.testing import CliRunner

from tilescope.cli.main import app

ROOT = Path(__file__).parents[1]
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]
README = PAGES[0].read_text(encoding="utf-8")
PROGRAM: Any = typer.main.get_command(app)
SHELL = ("|", ">", ">>", "&", "&&")


def typed_commands(text: str) -> list[list[str]]:
    """The words of each tilescope command of a page's code, up to what a shell takes of them."""
    blocks = re.findall(r"^```\w*\n(.*?)^```", text, re.MULTILINE | re.DOTALL)
    spans = re.findall(r"`(tilescope [^`\n]+)`", text)
    lines = [
        line.removeprefix("$ ")
        for block in blocks
        for line in block.replace("\\\n", " ").splitlines()
        if line.removeprefix("$ ").startswith("tilescope ")
    ]
    found = []
    for line in [*lines, *spans]:
        words = shlex.split(line, comments=True)
        end = min((words.index(one) for one in SHELL if one in words), default=len(words))
        found.append(words[1:end])
    return found


def only_mentioned(words: list[str]) -> bool:
    """Whether a command stands for others: `VERB`, `...`, or a verb that is only mentioned."""
    return len(words) < 2 or any("..." in word or word.isupper() for word in words)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_a_command_of_a_page_is_one_that_there_is(page: Path) -> None:
    for words in typed_commands(page.read_text(encoding="utf-8")):
        if only_mentioned(words) or words[0].startswith("-"):
            continue
        command = PROGRAM.commands[words[0]]
        rest = words[1:]
        if hasattr(command, "commands"):
            command, rest = command.commands[rest[0]], rest[1:]
        if "--set" in rest and "help" in rest:
            continue
        command.make_context(words[0], rest)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_a_link_of_a_page_leads_to_a_file(page: Path) -> None:
    for link in re.findall(r"\]\(([^)#:]+)(?:#[^)]*)?\)", page.read_text(encoding="utf-8")):
        assert (page.parent / link).exists(), link


def shown(command: str) -> list[str]:
    """The lines that the README shows of a command, without those that PyTorch decides."""
    (block,) = re.findall(rf"^```\n\$ {re.escape(command)}\n(.*?)^```", README, re.M | re.S)
    lines = [line.removesuffix("...").rstrip() for line in block.splitlines()]
    lines = [line for line in lines if line]
    return [line for line in lines if "PyTorch" not in line and not line.endswith("×")]


@pytest.mark.parametrize(
    ("command", "really"),
    [
        ("./profile", "linear --no-baseline"),
        (
            "tilescope search q_proj --dtype bf16 --timing-only",
            "search q_proj --dtype bf16 --timing-only --state {state}",
        ),
    ],
)
def test_what_the_readme_shows_is_printed(command: str, really: str, tmp_path: Path) -> None:
    words = really.format(state=tmp_path / "state").split()
    result = CliRunner().invoke(app, words, env={"COLUMNS": "80", "NO_COLOR": "1"})
    printed = iter(result.stdout.splitlines())
    for line in shown(command):
        assert any(one.startswith(line) for one in printed), line
