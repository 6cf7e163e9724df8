"""The set-up: what it refuses in one sentence, and what makes it build again."""

import importlib.util
import os
import shutil
import subprocess
import sys
from pathlib import Path
from types import ModuleType

import pytest

ROOT = Path(__file__).parents[2]
SCRIPTS = ("profile", "check", ".ci/run", "tools/set_up")


@pytest.fixture
def set_up(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    """tools/set_up.py as a module, at work on an empty repository."""
    spec = importlib.util.spec_from_file_location("set_up", ROOT / "tools" / "set_up.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    monkeypatch.setattr(module, "ROOT", tmp_path)
    return module


@pytest.fixture
def bare(tmp_path: Path) -> Path:
    """A repository without .venv, and beside it a bin folder with what a shell needs."""
    shutil.copytree(ROOT / "tools", tmp_path / "repo" / "tools")
    shutil.copy(ROOT / "profile", tmp_path / "repo" / "profile")
    (tmp_path / "bin").mkdir()
    for name in ("sh", "dirname"):
        found = shutil.which(name)
        assert found is not None
        (tmp_path / "bin" / name).symlink_to(found)
    return tmp_path


def profile(bare: Path) -> subprocess.CompletedProcess[str]:
    """Start ./profile where only the bin folder is on the path."""
    environment = {"PATH": str(bare / "bin")}
    command = [str(bare / "repo" / "profile")]
    return subprocess.run(command, env=environment, capture_output=True, text=True, check=False)


def refusal(done: subprocess.CompletedProcess[str]) -> str:
    """The one line that a refusal is."""
    assert done.returncode == 2
    assert done.stdout == ""
    (line,) = done.stderr.splitlines()
    return line


def add_program(bare: Path, name: str, text: str) -> None:
    """Put a shell script on the path."""
    program = bare / "bin" / name
    program.write_text(f"#!/bin/sh\n{text}\n", encoding="utf-8")
    program.chmod(0o755)


@pytest.mark.parametrize("script", SCRIPTS)
def test_the_scripts_can_be_started(script: str) -> None:
    assert os.access(ROOT / script, os.X_OK)


def test_without_python_the_sentence_says_what_to_install(bare: Path) -> None:
    line = refusal(profile(bare))
    assert "no python3 was found" in line
    assert "apt install python3" in line


def test_an_old_python_is_named(bare: Path) -> None:
    add_program(bare, "python3", 'case "$2" in *version_info*) exit 1;; esac; echo "it has 3.9.2"')
    assert "3.9.2" in refusal(profile(bare))


def test_without_a_compiler_the_sentence_says_what_to_install(bare: Path) -> None:
    add_program(bare, "python3", f'exec {sys.executable} "$@"')
    line = refusal(profile(bare))
    assert "No C++ compiler was found" in line
    assert "apt install g++" in line


def test_a_compiler_without_cpp20_is_named(bare: Path) -> None:
    add_program(bare, "python3", f'exec {sys.executable} "$@"')
    add_program(bare, "c++", "exit 1")
    assert "does not compile C++20" in refusal(profile(bare))


def test_a_change_to_what_is_built_asks_for_a_new_set_up(set_up: ModuleType) -> None:
    root: Path = set_up.ROOT
    for name in ("pyproject.toml", "constraints.txt", "CMakeLists.txt", "cc/a.cc", "engine/b.hpp"):
        file = root / name
        file.parent.mkdir(exist_ok=True)
        file.write_text("1", encoding="utf-8")
        before = set_up.fingerprint()
        file.write_text("2", encoding="utf-8")
        assert set_up.fingerprint() != before


def test_a_change_to_a_python_source_asks_for_none(set_up: ModuleType) -> None:
    root: Path = set_up.ROOT
    for name in ("pyproject.toml", "constraints.txt", "CMakeLists.txt"):
        (root / name).write_text("", encoding="utf-8")
    before = set_up.fingerprint()
    (root / "tilescope").mkdir()
    (root / "tilescope" / "a.py").write_text("1", encoding="utf-8")
    assert set_up.fingerprint() == before
