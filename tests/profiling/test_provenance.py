"""The conditions of a run."""

import subprocess
from pathlib import Path

import pytest

import tilescope
from tilescope.profiling import machine, provenance


def test_the_conditions_are_recorded_without_the_environment(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for name in ("SOME_TOKEN", "TILESCOPE_TOKEN", "OMP_SECRET", "MKL_KEY", "PYTORCH_PASSWORD"):
        monkeypatch.setenv(name, "a-secret-value")
    monkeypatch.setenv("OMP_NUM_THREADS", "3")
    found = provenance.gather(
        device="npu1", runtime="xrt-linux", seed=3, torch={"torch": "2.0", "torch_threads": "4"}
    )
    assert found.tilescope == tilescope.__version__
    assert (found.device, found.runtime, found.seed) == ("npu1", "xrt-linux", 3)
    assert (found.torch, found.torch_threads) == ("2.0", 4)
    assert found.kernel_library
    assert found.date.endswith("+00:00")
    assert found.environment is not None
    assert found.environment["OMP_NUM_THREADS"] == "3"
    assert found.packages["ml_dtypes"]
    assert found.cpus is not None
    assert found.cpus >= 1
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


def test_clocks_are_those_that_the_machine_shows(tmp_path: Path) -> None:
    files = {
        "proc/cpuinfo": "cpu MHz\t\t: 2596.138\n",
        "sys/devices/system/cpu/cpu0/cpufreq/cpuinfo_max_freq": "4700000\n",
    }
    assert machine.clock_mhz(tmp_path) is None
    assert machine.most_clock_mhz(tmp_path) is None
    for name, text in files.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text, encoding="utf-8")
    assert machine.clock_mhz(tmp_path) == 2596.138
    assert machine.most_clock_mhz(tmp_path) == 4700.0
