"""Python, its packages, the virtual environment, PyTorch and the compiler."""

from __future__ import annotations

import platform
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from tilescope.profiling.doctor.findings import Finding
from tilescope.targets.machine import Machine
from tilescope.targets.pytorch import PyTorchTarget

PYTHON = (3, 11)
PACKAGES = {
    "numpy": "numpy",
    "ml_dtypes": "ml_dtypes",
    "pydantic": "pydantic",
    "rich": "rich",
    "typer": "typer",
}
"""Modules that the main job imports, with the packages they come in."""
SET_UP = "run ./profile in tilescope's folder, which sets everything up"
CPP20 = "#include <bit>\n#include <span>\nint main() { return std::popcount(0u); }\n"


def check_python(found: Sequence[int] = sys.version_info[:3]) -> Finding:
    """Python itself: 3.11 or newer."""
    text = ".".join(map(str, found))
    if tuple(found[:2]) < PYTHON:
        wanted = ".".join(map(str, PYTHON))
        return Finding(
            "broken", "Python", text, f"Install Python {wanted} or newer, then {SET_UP}."
        )
    return Finding("ok", "Python", f"{text} ({platform.python_implementation()})")


def check_virtual_environment(machine: Machine, prefix: str, base_prefix: str) -> Finding:
    """Whether an environment of its own is in use, tilescope's or conda's."""
    if prefix != base_prefix:
        return Finding("ok", "environment", prefix)
    if conda := machine.environ.get("CONDA_PREFIX"):
        return Finding("ok", "environment", f"conda, {conda}")
    return Finding(
        "note",
        "environment",
        "Python of the system, no environment of its own",
        "`source env_setup.sh` in tilescope's folder makes one and leaves it active.",
    )


def check_packages(machine: Machine) -> Finding:
    """The packages that every run imports."""
    missing = [name for module, name in PACKAGES.items() if not machine.has_module(module)]
    if missing:
        return Finding(
            "broken",
            "packages",
            f"missing: {', '.join(missing)}",
            f"Install them with `pip install {' '.join(missing)}`, or {SET_UP}.",
        )
    return Finding(
        "ok", "packages", ", ".join(f"{name} {_version(name)}" for name in PACKAGES.values())
    )


def check_torch(target: PyTorchTarget | None = None) -> Finding:
    """The baseline: without it the NPU side still runs."""
    target = target or PyTorchTarget()
    reason = target.available()
    if reason is not None:
        return Finding(
            "lack",
            "PyTorch",
            reason.partition(";")[0].rstrip(".") + "; there will be no baseline",
            "The README says how to get the small CPU build; reports run without it.",
        )
    versions = target.versions()
    threads = versions.get("torch_threads", "?")
    return Finding("ok", "PyTorch", f"{versions.get('torch', '?')}, {threads} threads")


def check_compiler(machine: Machine) -> Finding:
    """A C++20 compiler: needed to build, not to run what is built."""
    named = (machine.environ.get("CXX") or "").split()[:1]
    candidates = named or ["c++", "g++", "clang++"]
    compiler = next((path for name in candidates if (path := machine.which(name))), None)
    if compiler is None:
        what = f"CXX names {named[0]}, which is not there" if named else "none on the path"
        return Finding(
            "lack",
            "compiler",
            f"{what}; what is built runs without",
            "To rebuild, install one, for example `sudo apt install g++`, or set CXX.",
        )
    if not compiles_cpp20(compiler):
        return Finding(
            "lack",
            "compiler",
            f"{compiler} does not compile C++20; what is built runs without",
            "To rebuild, install g++ 11 or clang 14 or newer, or name one in CXX.",
        )
    return Finding("ok", "compiler", f"{compiler}, C++20")


def compiles_cpp20(compiler: str) -> bool:
    """Whether a compiler takes a small program in that standard, with its library."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder, "probe.cc")
        file.write_text(CPP20, encoding="utf-8")
        try:
            done = subprocess.run(
                [compiler, "-std=c++20", "-fsyntax-only", str(file)],
                capture_output=True,
                timeout=60,
                check=False,
            )
        except (OSError, subprocess.TimeoutExpired):
            return False
    return done.returncode == 0


def _version(package: str) -> str:
    try:
        return version(package)
    except PackageNotFoundError:
        return "of unknown version"
