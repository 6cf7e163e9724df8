"""The whole examination, under the headings of the document that this project started from."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from pathlib import Path

from tilescope.profiling.doctor import (
    build,
    environment,
    kernels,
    memory,
    npu,
    other_npus,
    timing,
)
from tilescope.profiling.doctor.findings import Examination, Finding, Section, worst
from tilescope.targets.machine import Machine
from tilescope.targets.xrt.npus import amd_npus

ENVIRONMENT = "Environment Issues"
KERNELS = "Kernel Build Errors"
MEMORY = "Memory Issues"
NPU = "NPU Availability"
TIMES = "Measured Times"

ANSWERS = {
    ENVIRONMENT: {
        "ok": "none",
        "note": "none in the way",
        "lack": "none in the way; something optional is missing",
        "broken": "the main job cannot run in this environment",
    },
    KERNELS: {
        "ok": "none: the kernels are present, built and right",
        "note": "none in the way",
        "lack": "none in the way; what is built runs",
        "broken": "the kernels cannot be used as they are",
    },
    MEMORY: {
        "ok": "none",
        "note": "it may be tight",
        "lack": "it may be tight",
        "broken": "the main job does not fit",
    },
    TIMES: {
        "ok": "PyTorch's times can be trusted as they are",
        "note": "PyTorch's times need care; simulated times do not depend on this machine",
        "lack": "PyTorch's times need care; simulated times do not depend on this machine",
        "broken": "PyTorch's times cannot be trusted",
    },
}
Notify = Callable[[str], None]


def examine(machine: Machine | None = None, notify: Notify = lambda heading: None) -> Examination:
    """Look at everything; a check that fails by itself is a finding and no traceback."""
    machine = machine or Machine()
    sections = []
    for heading, checks in checks_of(machine):
        notify(heading)
        findings = tuple(_looked_at(name, check) for name, check in checks)
        sections.append(Section(heading, _answer(heading, findings), findings))
    return Examination(tuple(sections))


Checks = tuple[tuple[str, Callable[[], Finding]], ...]


def checks_of(machine: Machine) -> Iterator[tuple[str, Checks]]:
    """The checks by heading, each with what it looks at."""
    tree = kernels.source_tree()
    yield (
        ENVIRONMENT,
        (
            ("Python", environment.check_python),
            (
                "environment",
                lambda: environment.check_virtual_environment(machine, sys.prefix, sys.base_prefix),
            ),
            ("packages", lambda: environment.check_packages(machine)),
            ("PyTorch", environment.check_torch),
        ),
    )
    yield (
        KERNELS,
        (
            ("compiler", lambda: environment.check_compiler(machine)),
            ("engine", build.check_engine),
            ("CPU dispatch", lambda: build.check_dispatch(machine)),
            ("installed in", build.check_library_folder),
            ("kernels in cc/", lambda: kernels.check_sources(tree)),
            ("kernels built", lambda: kernels.check_built(tree)),
            ("contracts", kernels.check_contracts),
            ("self-test", kernels.check_self_test),
        ),
    )
    yield (
        MEMORY,
        (
            ("memory", lambda: memory.check_memory(machine)),
            ("disk", lambda: memory.check_disk(Path.cwd())),
        ),
    )
    on_chip: Checks = (("locked memory", npu.check_locked_memory),) if amd_npus(machine) else ()
    yield (
        NPU,
        (
            ("AMD NPU", lambda: npu.check_amd(machine)),
            ("amdxdna driver", lambda: npu.check_driver(machine)),
            ("/dev/accel", lambda: npu.check_accel(machine)),
            *on_chip,
            ("XRT", lambda: npu.check_xrt(machine)),
            ("mlir_aie", lambda: npu.check_mlir_aie(machine)),
            ("Peano", lambda: npu.check_peano(machine)),
            ("Intel NPU", lambda: other_npus.check_intel(machine)),
            ("Qualcomm NPU", lambda: other_npus.check_qualcomm(machine)),
        ),
    )
    yield (
        TIMES,
        (
            ("timer", timing.check_timer),
            ("clock source", lambda: timing.check_clock_source(machine)),
            ("virtualisation", lambda: timing.check_virtualisation(machine)),
            ("governor", lambda: timing.check_governor(machine)),
            ("load", lambda: timing.check_load(machine)),
        ),
    )


def _looked_at(name: str, check: Callable[[], Finding]) -> Finding:
    try:
        return check()
    except Exception as error:  # a check must never hide the others
        return Finding(
            "note",
            name,
            f"could not be looked at ({type(error).__name__}: {error})",
            "Please report this; the other findings stand.",
        )


def _answer(heading: str, findings: tuple[Finding, ...]) -> str:
    if heading != NPU:
        return ANSWERS[heading][worst(findings)]
    by_name = {finding.what: finding for finding in findings}
    if by_name["AMD NPU"].status != "ok":
        return "no AMD NPU here; the simulated one runs without"
    needed = ("amdxdna driver", "/dev/accel", "locked memory", "XRT", "mlir_aie", "Peano")
    lacking = [n for n in needed if n in by_name and by_name[n].status != "ok"]
    if lacking:
        return f"an AMD NPU is here; to run on it there lacks {', '.join(lacking)}"
    return (
        "an AMD NPU and all its software are here: linear, gemm and tile measure on it. That path "
        "was tested against stand-ins alone"
    )
