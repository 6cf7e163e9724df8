"""AMD's NPU: the chip, its driver, and the software that a run on it would need."""

from __future__ import annotations

import resource

from tilescope.profiling.doctor.findings import Finding
from tilescope.profiling.doctor.machine import Machine
from tilescope.profiling.doctor.pci import PciDevice, pci_devices

AMD = 0x1022
NAMES = {
    (0x1502, None): "Phoenix or Hawk Point (npu1)",
    (0x17F0, 0x10): "Strix Point (npu2)",
    (0x17F0, 0x11): "Strix Halo (npu2)",
    (0x17F0, 0x20): "Krackan (npu2)",
    (0x17F0, None): "Strix, Strix Halo or Krackan (npu2)",
}
SIMULATED = "Nothing to do: the simulated NPU stands in."
FOR_REAL = "Only for a real NPU:"
CONTEXT_BYTES = 64 << 20
"""What the driver locks for the instructions of one context."""


def amd_npus(machine: Machine) -> list[PciDevice]:
    """AMD's NPUs on the PCI bus."""
    known = {device for device, _ in NAMES}
    return [d for d in pci_devices(machine) if d.vendor == AMD and d.device in known]


def check_amd(machine: Machine) -> Finding:
    """Whether there is one."""
    found = amd_npus(machine)
    if not found:
        return Finding(
            "lack",
            "AMD NPU",
            "none on the PCI bus (1022:1502, 1022:17f0)",
            f"{SIMULATED} A Ryzen AI that should have one: enable the NPU (IPU) in the firmware's "
            "set-up; a virtual machine needs it passed through.",
        )
    return Finding("ok", "AMD NPU", ", ".join(f"{_name(d)} at {d.address}" for d in found))


def check_driver(machine: Machine) -> Finding:
    """The kernel module, loaded or built in."""
    if machine.exists("sys/module/amdxdna"):
        version = machine.text("sys/module/amdxdna/version")
        return Finding("ok", "amdxdna driver", f"loaded{f', {version}' if version else ''}")
    return Finding(
        "lack",
        "amdxdna driver",
        "not loaded",
        "`sudo modprobe amdxdna` (in Linux since 6.14; before, build amd/xdna-driver)."
        if amd_npus(machine)
        else f"{FOR_REAL} it comes with Linux since 6.14, or build amd/xdna-driver.",
    )


def check_accel(machine: Machine) -> Finding:
    """The device file, and whether this user may use it."""
    files = [path for path in machine.listing("dev/accel") if path.name.startswith("accel")]
    if not files:
        return Finding(
            "lack",
            "/dev/accel",
            "no accelerator's device file",
            "Load the driver; a container needs `--device /dev/accel`."
            if amd_npus(machine)
            else f"{FOR_REAL} the driver makes it; a container needs `--device /dev/accel`.",
        )
    closed = [path.name for path in files if not machine.can_use(path)]
    names = ", ".join(path.name for path in files)
    if closed:
        return Finding(
            "lack",
            "/dev/accel",
            f"{names}; this user may not use {', '.join(closed)}",
            "`sudo usermod -aG render $USER`, then log in again.",
        )
    return Finding("ok", "/dev/accel", names)


def check_locked_memory(limit: int | None = None) -> Finding:
    """Whether a user may lock what a context needs; -1 is unlimited."""
    allowed = resource.getrlimit(resource.RLIMIT_MEMLOCK)[0] if limit is None else limit
    if 0 <= allowed < CONTEXT_BYTES:
        return Finding(
            "lack",
            "locked memory",
            f"{allowed >> 10} KiB; a context of the NPU locks {CONTEXT_BYTES >> 20} MiB",
            "`ulimit -l unlimited`, or a line for memlock in /etc/security/limits.conf.",
        )
    return Finding("ok", "locked memory", "enough for a context of the NPU")


def check_xrt(machine: Machine) -> Finding:
    """AMD's runtime."""
    folder = machine.environ.get("XILINX_XRT") or (
        str(machine.path("opt/xilinx/xrt")) if machine.exists("opt/xilinx/xrt") else None
    )
    place = folder or machine.which("xrt-smi")
    if place is None:
        return Finding(
            "lack",
            "XRT",
            "not found (XILINX_XRT, /opt/xilinx/xrt, xrt-smi)",
            f"{FOR_REAL} install XRT with its plug-in from amd/xdna-driver.",
        )
    if not machine.has_module("pyxrt"):
        return Finding(
            "lack",
            "XRT",
            f"{place}, without pyxrt for this Python",
            "`source /opt/xilinx/xrt/setup.sh`, with the Python that XRT was built for.",
        )
    return Finding("ok", "XRT", f"{place}, with pyxrt")


def check_mlir_aie(machine: Machine) -> Finding:
    """The compiler from a design to the NPU's program."""
    if machine.environ.get("MLIR_AIE_INSTALL_DIR") or machine.has_module("aie"):
        return Finding("ok", "mlir_aie", machine.environ.get("MLIR_AIE_INSTALL_DIR") or "installed")
    return Finding(
        "lack",
        "mlir_aie",
        "not found (module aie, MLIR_AIE_INSTALL_DIR)",
        f"{FOR_REAL} install mlir_aie from the Xilinx/mlir-aie releases.",
    )


def check_peano(machine: Machine) -> Finding:
    """The C++ compiler for the NPU's cores."""
    folder = machine.environ.get("PEANO_INSTALL_DIR")
    if folder or machine.has_module("llvm-aie"):
        return Finding("ok", "Peano", folder or "installed")
    return Finding(
        "lack",
        "Peano",
        "not found (llvm-aie, PEANO_INSTALL_DIR)",
        f"{FOR_REAL} install llvm-aie from the Xilinx/llvm-aie releases.",
    )


def _name(device: PciDevice) -> str:
    return NAMES.get((device.device, device.revision)) or NAMES[device.device, None]
