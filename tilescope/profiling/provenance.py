"""The conditions of a run: versions, machine, date and command; never the environment's secrets."""

from __future__ import annotations

import contextlib
import platform
import shlex
import subprocess
import sys
from collections.abc import Mapping
from datetime import UTC, datetime
from importlib import import_module
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

import numpy as np

import tilescope
from tilescope.kernels.library import load_library
from tilescope.profiling import environment, machine
from tilescope.runs.models import Provenance

PACKAGES = ("ml_dtypes", "pydantic", "scipy")


def gather(
    *,
    device: str,
    runtime: str,
    seed: int,
    torch: Mapping[str, str],
    npu: Mapping[str, str] | None = None,
) -> Provenance:
    """What can be said of this run.

    `torch` holds the baseline's versions and threads, `npu` those of what a measured NPU ran with.
    """
    threads = torch.get("torch_threads")
    return Provenance(
        tilescope=tilescope.__version__,
        git_commit=git_commit(Path(tilescope.__file__).parent.parent),
        engine=engine_build(),
        kernel_library=load_library().isa,
        device=device,
        runtime=runtime,
        python=platform.python_version(),
        numpy=np.__version__,
        torch=torch.get("torch"),
        torch_threads=int(threads) if threads else None,
        cpu=machine.cpu_model(),
        governor=machine.frequency_governor(),
        virtualisation=machine.virtualisation(),
        packages={**package_versions(), **(npu or {})},
        cpus=machine.usable_cpus(),
        cpu_mhz=machine.clock_mhz(),
        cpu_max_mhz=machine.most_clock_mhz(),
        load=machine.load(),
        environment=environment.recorded(),
        os=machine.operating_system(),
        date=datetime.now(UTC).isoformat(timespec="seconds"),
        seed=seed,
        command_line=command_line(sys.argv),
    )


def package_versions() -> dict[str, str]:
    """The versions of what else takes part in a figure, where they are installed."""
    versions = {}
    for name in PACKAGES:
        with contextlib.suppress(PackageNotFoundError):
            versions[name] = version(name)
    return versions


def command_line(arguments: list[str]) -> str:
    """The command as it was typed, without the folder that the program lies in."""
    return shlex.join([Path(arguments[0]).name, *arguments[1:]]) if arguments else ""


def engine_build() -> str | None:
    """The compiler and the machine that the engine was built with; None where it does not say."""
    engine = import_module("tilescope._engine")
    try:
        text = Path(str(engine.__file__)).with_name("_engine_build.txt").read_text(encoding="utf-8")
    except OSError:
        return None
    return text.strip() or None


def git_commit(tree: Path) -> str | None:
    """The commit of the tree that tilescope runs from, marked where files in it were changed.

    None for an installed wheel, and where there is no git.
    """
    if not (tree / ".git").exists():
        return None
    commit = _git(tree, "rev-parse", "HEAD")
    changed = _git(tree, "status", "--porcelain", "--untracked-files=no")
    return f"{commit}-changed" if commit and changed else commit or None


def _git(tree: Path, *arguments: str) -> str:
    try:
        done = subprocess.run(
            ["git", "-C", str(tree), *arguments],
            capture_output=True,
            text=True,
            timeout=10,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired):
        return ""
    return done.stdout.strip() if done.returncode == 0 else ""
