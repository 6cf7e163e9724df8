"""The conditions of a run."""

import subprocess
from pathlib import Path

import pytest

import tilescope
from tilescope.profiling import provenance


def test_the_conditions_are_recorded_without_the_environment(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("SOME_TOKEN", "a-secret-value")
    found = provenance.gather(
        device="npu1", runtime="xrt-linux", seed=3, torch={"torch": "2.0", "torch_threads": "4"}
    )
    assert found.tilescope == tilescope.__version__
    assert (found.device, found.runtime, found.seed) == ("npu1", "xrt-linux", 3)
    assert (found.torch, found.torch_threads) == ("2.0", 4)
    assert found.kernel_library
    assert found.date.endswith("+00:00")
    assert "a-secret-value" not in found.model_dump_json()


def test_the_command_is_recorded_without_its_folder() -> None:
    typed = ["/somewhere/bin/tilescope", "linear", "--case", "a b:1x1x1"]
    assert provenance.command_line(typed) == "tilescope linear --case 'a b:1x1x1'"


def test_a_tree_without_git_has_no_commit(tmp_path: Path) -> None:
    assert provenance.git_commit(tmp_path) is None


def test_a_changed_tree_says_so(tmp_path: Path) -> None:
    def git(*arguments: str) -> None:
        who = ["-c", "user.name=a", "-c", "user.email=a@example.org"]
        subprocess.run(["git", *who, *arguments], cwd=tmp_path, check=True, capture_output=True)

    git("init", "-q")
    (tmp_path / "file").write_text("1", encoding="utf-8")
    git("add", "file")
    git("commit", "-qm", "one")
    clean = provenance.git_commit(tmp_path)
    assert clean is not None
    assert len(clean) == 40
    (tmp_path / "file").write_text("2", encoding="utf-8")
    assert provenance.git_commit(tmp_path) == f"{clean}-changed"
