"""Are NPUs, their drivers and their software found where they are, and only there?"""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from tilescope.profiling.doctor import npu, other_npus
from tilescope.profiling.doctor.findings import Finding
from tilescope.targets.machine import Machine

Made = Callable[..., Machine]


def pci(address: str, vendor: int, device: int, revision: int = 0) -> dict[str, str]:
    """The files of one PCI device."""
    folder = f"sys/bus/pci/devices/{address}"
    numbers = {"vendor": vendor, "device": device, "revision": revision}
    return {f"{folder}/{part}": f"{number:#06x}\n" for part, number in numbers.items()}


STRIX = pci("0000:c5:00.1", 0x1022, 0x17F0, 0x10)


def test_an_empty_machine_lacks_everything_and_says_what_to_do(made: Made) -> None:
    machine = made()
    findings: list[Finding] = [
        npu.check_amd(machine),
        npu.check_driver(machine),
        npu.check_accel(machine),
        npu.check_xrt(machine),
        npu.check_mlir_aie(machine),
        npu.check_peano(machine),
        other_npus.check_intel(machine),
        other_npus.check_qualcomm(machine),
    ]
    assert {finding.status for finding in findings} == {"lack"}
    assert all(finding.remedy for finding in findings)
    assert "simulated NPU stands in" in findings[0].remedy


@pytest.mark.parametrize(
    ("device", "revision", "name"),
    [
        (0x1502, 0x00, "Phoenix or Hawk Point (npu1)"),
        (0x17F0, 0x10, "Strix Point (npu2)"),
        (0x17F0, 0x11, "Strix Halo (npu2)"),
        (0x17F0, 0x20, "Krackan (npu2)"),
        (0x17F0, 0x33, "Strix, Strix Halo or Krackan (npu2)"),
    ],
)
def test_an_amd_npu_is_known_by_its_pci_numbers(
    made: Made, device: int, revision: int, name: str
) -> None:
    finding = npu.check_amd(made(pci("0000:c5:00.1", 0x1022, device, revision)))
    assert finding == Finding("ok", "AMD NPU", f"{name} at 0000:c5:00.1")


@pytest.mark.parametrize(
    "files",
    [
        pci("0000:00:01.0", 0x1022, 0x1503),
        pci("0000:00:01.0", 0x8086, 0x1502),
        {"sys/bus/pci/devices/0000:00:01.0/vendor": "nonsense"},
    ],
)
def test_another_device_is_no_amd_npu(made: Made, files: dict[str, str]) -> None:
    assert npu.check_amd(made(files)).status == "lack"


def test_an_npu_without_its_driver_is_told_how_to_load_it(made: Made) -> None:
    finding = npu.check_driver(made(STRIX))
    assert (finding.status, "modprobe amdxdna" in finding.remedy) == ("lack", True)


def test_a_loaded_driver_is_found_with_its_version(made: Made) -> None:
    machine = made({**STRIX, "sys/module/amdxdna/version": "2.21.0\n"})
    assert npu.check_driver(machine) == Finding("ok", "amdxdna driver", "loaded, 2.21.0")


def test_a_device_file_that_this_user_may_not_use_asks_for_the_group(made: Made) -> None:
    files = {**STRIX, "dev/accel/accel0": ""}
    closed = npu.check_accel(made(files, usable=False))
    assert (closed.status, "render" in closed.remedy) == ("lack", True)
    assert npu.check_accel(made(files)) == Finding("ok", "/dev/accel", "accel0")


@pytest.mark.parametrize(
    ("limit", "status"),
    [(-1, "ok"), (64 << 20, "ok"), ((64 << 20) - 1, "lack"), (8 << 20, "lack")],
)
def test_a_context_needs_64_mib_of_locked_memory(limit: int, status: str) -> None:
    assert npu.check_locked_memory(limit).status == status


def test_xrt_without_its_python_module_is_a_lack(made: Made) -> None:
    files = {"opt/xilinx/xrt/setup.sh": ""}
    assert "setup.sh" in npu.check_xrt(made(files)).remedy
    assert npu.check_xrt(made(files, modules=("pyxrt",))).status == "ok"
    assert npu.check_xrt(made(programs=("xrt-smi",), modules=("pyxrt",))).status == "ok"


def test_the_compilers_are_found_by_module_by_variable_or_on_the_path(
    made: Made, tmp_path: Path
) -> None:
    files = {"aie/bin/aiecc": "", "peano/bin/clang++": ""}
    folders = {"mlir_aie": tmp_path / "aie", "llvm-aie": tmp_path / "peano"}
    by_module = replace(made(files), module_folder=folders.get)
    assert npu.check_mlir_aie(by_module).detail == str(tmp_path / "aie/bin/aiecc")
    assert npu.check_peano(by_module).detail == str(tmp_path / "peano/bin/clang++")
    variables = {
        "MLIR_AIE_INSTALL_DIR": str(tmp_path / "aie"),
        "PEANO_INSTALL_DIR": str(tmp_path / "peano"),
    }
    assert npu.check_mlir_aie(made(environ=variables)).status == "ok"
    assert npu.check_peano(made(environ=variables)).status == "ok"
    assert npu.check_mlir_aie(made(programs=("aiecc.py",))).detail == "/bin/aiecc.py"
    named = str(tmp_path / "aie/bin/aiecc")
    assert npu.check_mlir_aie(made(environ={"AIECC_PATH": named})).detail == named
    assert npu.check_mlir_aie(made(environ={"AIECC_PATH": "/nowhere"})).status == "lack"


def test_a_compilers_folder_without_the_compiler_is_a_lack(made: Made, tmp_path: Path) -> None:
    empty = {"MLIR_AIE_INSTALL_DIR": str(tmp_path), "PEANO_INSTALL_DIR": str(tmp_path)}
    assert npu.check_mlir_aie(made(environ=empty)).status == "lack"
    assert npu.check_peano(made(environ=empty)).status == "lack"


def test_intels_npu_is_named_and_not_used(made: Made) -> None:
    files = pci("0000:00:0b.0", 0x8086, 0x643E)
    assert "modprobe intel_vpu" in other_npus.check_intel(made(files)).remedy
    loaded = other_npus.check_intel(made({**files, "sys/module/intel_vpu/version": ""}))
    assert (loaded.status, loaded.detail) == ("note", "Lunar Lake, driver loaded")


def test_qualcomms_npu_is_seen_by_its_processor_and_its_device_file(made: Made) -> None:
    files = {"sys/class/remoteproc/remoteproc1/name": "cdsp\n"}
    assert "fastrpc" in other_npus.check_qualcomm(made(files)).remedy
    whole = made({**files, "dev/fastrpc-cdsp": ""})
    assert other_npus.check_qualcomm(whole).status == "note"
