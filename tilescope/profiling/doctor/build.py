"""The compiled engine, and which host build of the kernels this CPU gets."""

from __future__ import annotations

from importlib import import_module

from tilescope.errors import InputError
from tilescope.kernels.library import (
    KERNELS_VARIABLE,
    best_isa,
    built_isas,
    kernel_directory,
    load_library,
)
from tilescope.profiling import machine as this_machine
from tilescope.profiling.doctor.environment import SET_UP
from tilescope.profiling.doctor.findings import Finding
from tilescope.profiling.provenance import engine_build
from tilescope.targets.machine import Machine

REBUILD = f"Rebuild: {SET_UP}; without it, `pip install .` there."


def check_engine() -> Finding:
    """The simulator's compiled module."""
    try:
        import_module("tilescope._engine")
    except ImportError as error:
        return Finding("broken", "engine", f"cannot be loaded ({error})", REBUILD)
    return Finding("ok", "engine", engine_build() or "built, by a compiler that left no name")


def check_dispatch(machine: Machine) -> Finding:
    """The host build of the kernels that is taken, and whether it is the fastest that could be."""
    try:
        taken, best, built = load_library().isa, best_isa(), built_isas()
    except InputError as error:
        remedy = REBUILD
        if machine.environ.get(KERNELS_VARIABLE):
            remedy = f"Unset {KERNELS_VARIABLE}. {remedy}"
        return Finding("broken", "CPU dispatch", str(error), remedy)
    cpu = this_machine.cpu_model(machine.root) or "this CPU"
    detail = f"{taken} kernels on {cpu}; built: {', '.join(built)}"
    if machine.environ.get(KERNELS_VARIABLE) and taken != best:
        return Finding(
            "note",
            "CPU dispatch",
            f"{detail}; {KERNELS_VARIABLE} asks for them, {best} would be faster",
            f"Unset {KERNELS_VARIABLE} to let the CPU decide.",
        )
    flags = (machine.text("proc/cpuinfo") or "").split()
    if taken == "portable" and "avx512_bf16" in flags and "avx512bf16" not in built:
        return Finding(
            "note",
            "CPU dispatch",
            f"{detail}; this CPU has AVX512-BF16 and nothing is built for it",
            f"Use g++ 11 or clang 14 or newer. {REBUILD}",
        )
    return Finding("ok", "CPU dispatch", detail)


def check_library_folder() -> Finding:
    """Where the host builds lie."""
    try:
        return Finding("ok", "installed in", str(kernel_directory()))
    except InputError as error:
        return Finding("broken", "installed in", str(error), REBUILD)
