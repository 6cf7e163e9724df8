"""Is everything looked at, under the four headings and one more?"""

import resource
from collections.abc import Callable
from pathlib import Path

import pytest

from tilescope.profiling.doctor import build, memory
from tilescope.profiling.doctor.examination import NPU, examine
from tilescope.profiling.doctor.findings import Finding
from tilescope.targets.machine import Machine

Made = Callable[..., Machine]


def test_the_four_headings_of_the_seed_are_answered(made: Made) -> None:
    headings = []
    examination = examine(made(), notify=headings.append)
    assert [section.heading for section in examination.sections] == headings
    assert headings[:4] == [
        "Environment Issues",
        "Kernel Build Errors",
        "Memory Issues",
        "NPU Availability",
    ]
    assert all(section.answer for section in examination.sections)
    assert "simulated one" in examination.sections[3].answer


def test_this_machine_can_run_the_main_job() -> None:
    assert examine().can_run


def test_what_is_broken_is_said_and_stops_the_main_job(
    made: Made, monkeypatch: pytest.MonkeyPatch
) -> None:
    broken = Finding("broken", "engine", "cannot be loaded", "Rebuild.")
    monkeypatch.setattr(build, "check_engine", lambda: broken)
    examination = examine(made())
    assert not examination.can_run
    answers = {section.heading: section.answer for section in examination.sections}
    assert answers["Kernel Build Errors"] == "the kernels cannot be used as they are"


def test_a_check_that_fails_by_itself_hides_no_other(
    made: Made, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails(machine: Machine) -> Finding:
        raise RuntimeError("a surprise")

    monkeypatch.setattr(memory, "check_memory", fails)
    sections = {section.heading: section for section in examine(made()).sections}
    found = sections["Memory Issues"].findings
    assert [finding.what for finding in found] == ["memory", "disk"]
    assert "RuntimeError: a surprise" in found[0].detail


def test_an_npu_without_its_software_is_told_what_lacks(
    made: Made, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(resource, "getrlimit", lambda which: (-1, -1))
    folder = "sys/bus/pci/devices/0000:c5:00.1"
    files = {f"{folder}/vendor": "0x1022", f"{folder}/device": "0x1502"}
    answers = {s.heading: s.answer for s in examine(made(files)).sections}
    assert answers[NPU] == (
        "an AMD NPU is here; to run on it there lacks amdxdna driver, /dev/accel, XRT, mlir_aie, "
        "Peano"
    )


def test_an_npu_with_everything_measures_and_that_was_never_tried_on_one(
    made: Made, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(resource, "getrlimit", lambda which: (-1, -1))
    folder = "sys/bus/pci/devices/0000:c5:00.1"
    files = {f"{folder}/vendor": "0x1022", f"{folder}/device": "0x1502"}
    files |= dict.fromkeys(("sys/module/amdxdna/version", "dev/accel/accel0"), "")
    files |= dict.fromkeys(("opt/xilinx/xrt/setup.sh", "aie/bin/aiecc", "peano/bin/clang++"), "")
    environ = {
        "MLIR_AIE_INSTALL_DIR": str(tmp_path / "aie"),
        "PEANO_INSTALL_DIR": str(tmp_path / "peano"),
    }
    machine = made(files, modules=("pyxrt",), environ=environ)
    answers = {s.heading: s.answer for s in examine(machine).sections}
    assert answers[NPU] == (
        "an AMD NPU and all its software are here: linear, gemm and tile measure on it. That path "
        "was tested against stand-ins alone"
    )
