"""The set-up: what it refuses in one sentence, and what makes it build again."""

import importlib.util
import io
import json
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


@pytest.fixture
def told(set_up: ModuleType, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What the set-up says, on a machine without PyTorch where pip is never started."""
    said: list[str] = []
    monkeypatch.setattr(set_up, "tell", lambda text, **_: said.append(text))
    monkeypatch.setattr(set_up, "finds", lambda module: False)
    monkeypatch.setattr(set_up, "LOG", set_up.ROOT / "set-up.log")
    monkeypatch.delenv("TILESCOPE_TORCH", raising=False)
    return said


def pip_reports(set_up: ModuleType, monkeypatch: pytest.MonkeyPatch, *names: str) -> None:
    """Let pip's dry run report these packages."""
    report = json.dumps({"install": [{"metadata": {"name": name}} for name in names]})
    monkeypatch.setattr(set_up, "PIP_INSTALL", (sys.executable, "-c", f"print({report!r})"))


def installs(set_up: ModuleType, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The packages that are really installed, as they are asked of pip."""
    asked: list[str] = []
    monkeypatch.setattr(set_up, "run_logged", lambda command: asked.append(command[-1]) or 0)
    return asked


def test_pytorch_without_cuda_is_installed_unasked(
    set_up: ModuleType, told: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    pip_reports(set_up, monkeypatch, "torch", "sympy")
    asked = installs(set_up, monkeypatch)
    set_up.install_torch()
    assert asked == ["torch"]
    assert not any("gigabytes" in text for text in told)


@pytest.mark.parametrize(("answer", "fetched"), [("y\n", True), ("\n", False), ("", False)])
def test_pytorch_with_cuda_is_asked_for_on_a_terminal(
    set_up: ModuleType,
    told: list[str],
    monkeypatch: pytest.MonkeyPatch,
    answer: str,
    fetched: bool,
) -> None:
    pip_reports(set_up, monkeypatch, "torch", "nvidia-cublas", "cuda-toolkit")
    asked = installs(set_up, monkeypatch)
    for name, stream in (("stdin", Terminal(answer)), ("stderr", Terminal())):
        monkeypatch.setattr(sys, name, stream)
    set_up.install_torch()
    assert asked == (["torch"] if fetched else [])
    assert "2 packages more and several gigabytes" in sys.stderr.getvalue()  # type: ignore[attr-defined]
    assert any("without the baseline" in text for text in told) is not fetched


def test_pytorch_with_cuda_is_announced_where_nobody_can_be_asked(
    set_up: ModuleType, told: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    pip_reports(set_up, monkeypatch, "torch", "nvidia-cublas")
    asked = installs(set_up, monkeypatch)
    monkeypatch.setattr(sys, "stdin", io.StringIO())
    set_up.install_torch()
    assert asked == ["torch"]
    assert any("TILESCOPE_TORCH=no leaves it out" in text for text in told)


def test_pytorch_can_be_left_out(
    set_up: ModuleType, told: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = installs(set_up, monkeypatch)
    monkeypatch.setenv("TILESCOPE_TORCH", "no")
    set_up.install_torch()
    assert asked == []
    (line,) = told
    assert "runs without the baseline" in line


def test_without_a_network_one_sentence_says_so(
    set_up: ModuleType, told: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(set_up, "VENV", set_up.ROOT)
    code = "print('NewConnectionError: no route'); raise SystemExit(1)"
    with pytest.raises(SystemExit) as ended:
        set_up.run_logged([sys.executable, "-c", code], "installing the build tools")
    assert ended.value.code == 2
    (line,) = told
    assert "pip reaches no package index" in line


class Terminal(io.StringIO):
    """A stream that says that it is a terminal."""

    def isatty(self) -> bool:
        """Always."""
        return True


@pytest.mark.parametrize("on_the_path", [False, True])
def test_a_profile_tells_how_to_type_what_it_advises(bare: Path, on_the_path: bool) -> None:
    ready = bare / "repo" / "tools" / "set_up"
    ready.write_text("#!/bin/sh\n")
    program = bare / "repo" / ".venv" / "bin" / "tilescope"
    program.parent.mkdir(parents=True)
    program.write_text('#!/bin/sh\necho "$@"\n')
    program.chmod(0o755)
    if on_the_path:
        add_program(bare, "tilescope", "")
    done = profile(bare)
    assert (done.returncode, done.stdout) == (0, "linear\n")
    assert ("source env_setup.sh" in done.stderr) is not on_the_path
