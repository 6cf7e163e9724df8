"""Every example runs and prints what stands beside it; `…` there is a figure of the machine."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

EXAMPLES = Path(__file__).parents[1] / "examples"
SCRIPTS = sorted(EXAMPLES.glob("*.py"))


def test_there_are_examples_and_each_output_belongs_to_one() -> None:
    assert SCRIPTS
    assert [path.stem for path in SCRIPTS] == sorted(path.stem for path in EXAMPLES.glob("*.txt"))


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda path: path.stem)
def test_an_example_prints_what_stands_beside_it(script: Path) -> None:
    if "torch" in script.with_suffix(".txt").read_text(encoding="utf-8").lower():
        pytest.importorskip("torch")
    done = subprocess.run(
        [sys.executable, str(script)], capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stderr) == (0, "")
    expected = script.with_suffix(".txt").read_text(encoding="utf-8")
    pattern = re.escape(expected).replace("…", r"[0-9][0-9.]*")
    assert re.fullmatch(pattern, done.stdout), done.stdout
