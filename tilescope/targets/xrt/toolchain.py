"""The compilers that a design and its kernels go through, where they lie and how they are called.

aiecc (Xilinx/mlir-aie, tools/aiecc/README.md) makes an xclbin and an instruction file of a design;
Peano's clang++ (Xilinx/llvm-aie) makes an object of each kernel, called as mlir-aie calls it
(programming_examples/makefile-common, python/utils/compile/utils.py).
"""

from __future__ import annotations

import os
import subprocess
from dataclasses import dataclass
from pathlib import Path

import tilescope
from tilescope.errors import MachineError
from tilescope.targets.machine import Machine

HELP_SECONDS = 60
OPTIONS = {  # the option in the help of a release: how it is asked for both files
    "--get-xclbin": ("--get-xclbin", "--get-npu-insts"),
    "--aie-generate-xclbin": (
        "--no-compile-host",
        "--no-xchesscc",
        "--no-xbridge",
        "--aie-generate-xclbin",
        "--aie-generate-npu-insts",
    ),
}


@dataclass(frozen=True)
class Toolchain:
    """The programs, the folder of the AIE API's headers, and how this aiecc is asked."""

    aiecc: Path
    compiler: Path
    headers: Path
    options: tuple[str, ...]

    @property
    def peano(self) -> Path:
        """The folder that Peano is installed in."""
        return self.compiler.parent.parent

    def identity(self) -> str:
        """What tells this installation from another one: paths, sizes and times of change."""
        parts = []
        for path in (self.aiecc, self.compiler, self.headers / "aie_api" / "aie.hpp"):
            state = path.stat()
            parts.append(f"{path} {state.st_size} {state.st_mtime_ns}")
        return "\n".join([*parts, *self.options])


def find_aiecc(machine: Machine) -> Path | None:
    """The driver of mlir-aie: AIECC_PATH, an installation's bin, or the path."""
    if named := machine.environ.get("AIECC_PATH"):
        return Path(named) if Path(named).is_file() else None
    root = aie_root(machine)
    for name in ("aiecc", "aiecc.py"):
        if root is not None and (root / "bin" / name).is_file():
            return root / "bin" / name
    for name in ("aiecc", "aiecc.py"):
        if place := machine.which(name):
            return Path(place)
    return None


def aie_root(machine: Machine) -> Path | None:
    """The folder that mlir-aie is installed in."""
    if named := machine.environ.get("MLIR_AIE_INSTALL_DIR"):
        return Path(named)
    return machine.module_folder("mlir_aie")


def find_compiler(machine: Machine) -> Path | None:
    """Peano's clang++."""
    named = machine.environ.get("PEANO_INSTALL_DIR")
    root = Path(named) if named else machine.module_folder("llvm-aie")
    place = root / "bin" / "clang++" if root is not None else None
    return place if place is not None and place.is_file() else None


def source_folder() -> Path | None:
    """cc/ beside the package where it runs from its sources, within it where it is installed."""
    package = Path(tilescope.__file__).parent
    places = (package.parent / "cc", package / "cc")
    return next((folder for folder in places if (folder / "linear.h").is_file()), None)


def find_toolchain(machine: Machine) -> Toolchain:
    """All of it. Raises MachineError saying what is not there or not as it is known."""
    aiecc, compiler = find_aiecc(machine), find_compiler(machine)
    if aiecc is None or compiler is None:
        raise MachineError("mlir_aie or Peano is missing; `tilescope doctor` says how to get it.")
    root = aie_root(machine) or aiecc.resolve().parent.parent
    headers = root / "include"
    if not (headers / "aie_api" / "aie.hpp").is_file():
        raise MachineError(
            f"The headers of the AIE API are not in {headers}; reinstall mlir_aie, or name its "
            "folder with MLIR_AIE_INSTALL_DIR."
        )
    return Toolchain(aiecc, compiler, headers, _options(aiecc))


def _options(aiecc: Path) -> tuple[str, ...]:
    """How this release is asked for an xclbin and instructions, as its help tells."""
    try:
        shown = subprocess.run(
            [os.fspath(aiecc), "--help"],
            capture_output=True,
            text=True,
            errors="replace",
            timeout=HELP_SECONDS,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        raise MachineError(f"{aiecc} cannot be run ({error}); reinstall mlir_aie.") from error
    for option, asked in OPTIONS.items():
        if option in shown.stdout + shown.stderr:
            return asked
    known = " nor ".join(OPTIONS)
    raise MachineError(f"{aiecc} knows neither {known}; install a newer mlir_aie.")
