"""Are Python, its packages, PyTorch and the compiler judged by what the main job needs?"""

from collections.abc import Callable
from pathlib import Path

import pytest

from tilescope.profiling.doctor import environment
from tilescope.targets.machine import Machine
from tilescope.targets.pytorch import PyTorchTarget

Made = Callable[..., Machine]


@pytest.mark.parametrize(
    ("found", "status"),
    [((3, 10, 14), "broken"), ((3, 11, 0), "ok"), ((3, 14, 1), "ok"), ((4, 0, 0), "ok")],
)
def test_python_is_3_11_or_newer(found: tuple[int, int, int], status: str) -> None:
    assert environment.check_python(found).status == status


def test_an_environment_of_its_own_is_seen(made: Made) -> None:
    machine = made(environ={"CONDA_PREFIX": "/opt/conda/envs/py311"})
    assert environment.check_virtual_environment(machine, "/a/.venv", "/usr").detail == "/a/.venv"
    conda = environment.check_virtual_environment(machine, "/usr", "/usr")
    assert (conda.status, conda.detail) == ("ok", "conda, /opt/conda/envs/py311")
    bare = environment.check_virtual_environment(made(), "/usr", "/usr")
    assert (bare.status, "env_setup.sh" in bare.remedy) == ("note", True)


def test_a_missing_package_is_named_and_stops_the_main_job(made: Made) -> None:
    present = tuple(name for name in environment.PACKAGES if name != "ml_dtypes")
    finding = environment.check_packages(made(modules=present))
    assert (finding.status, finding.detail) == ("broken", "missing: ml_dtypes")
    assert "pip install ml_dtypes" in finding.remedy
    assert environment.check_packages(made(modules=tuple(environment.PACKAGES))).status == "ok"


def test_without_pytorch_the_main_job_still_runs(monkeypatch: pytest.MonkeyPatch) -> None:
    reason = "PyTorch is not installed; install it."
    monkeypatch.setattr(PyTorchTarget, "available", lambda self: reason)
    finding = environment.check_torch()
    assert finding.status == "lack"
    assert finding.detail == "PyTorch is not installed; there will be no baseline"


def test_a_compiler_is_needed_to_build_only(made: Made) -> None:
    finding = environment.check_compiler(made())
    assert (finding.status, "apt install g++" in finding.remedy) == ("lack", True)
    named = environment.check_compiler(made(environ={"CXX": "my-c++ -O2"}, programs=("g++",)))
    assert "CXX names my-c++" in named.detail


def test_a_compiler_that_does_not_know_cpp20_is_a_lack(made: Made, tmp_path: Path) -> None:
    old = tmp_path / "old-c++"
    old.write_text("#!/bin/sh\nexit 1\n", encoding="utf-8")
    old.chmod(0o755)
    machine = Machine(root=tmp_path, environ={}, which=lambda name: str(old))
    finding = environment.check_compiler(machine)
    assert (finding.status, "does not compile C++20" in finding.detail) == ("lack", True)
    old.write_text("#!/bin/sh\nexit 0\n", encoding="utf-8")
    assert environment.check_compiler(machine).status == "ok"
