"""NPUs of other makers: seen and named, so that nobody wonders."""

from __future__ import annotations

from tilescope.profiling.doctor.findings import Finding
from tilescope.targets.machine import Machine
from tilescope.targets.pci import pci_devices

INTEL = 0x8086
INTEL_NPUS = {
    0x7D1D: "Meteor Lake",
    0xAD1D: "Arrow Lake",
    0x643E: "Lunar Lake",
    0xB03E: "Panther Lake",
}
NOT_USED = "Nothing to do: tilescope does not use it."


def check_intel(machine: Machine) -> Finding:
    """Intel's NPU and its driver."""
    found = [
        INTEL_NPUS[device.device]
        for device in pci_devices(machine)
        if device.vendor == INTEL and device.device in INTEL_NPUS
    ]
    if not found:
        return Finding("lack", "Intel NPU", "none on the PCI bus", NOT_USED)
    names = ", ".join(found)
    if not machine.exists("sys/module/intel_vpu"):
        return Finding(
            "lack",
            "Intel NPU",
            f"{names}, without its driver",
            f"`sudo modprobe intel_vpu`. {NOT_USED}",
        )
    return Finding("note", "Intel NPU", f"{names}, driver loaded", NOT_USED)


def check_qualcomm(machine: Machine) -> Finding:
    """Qualcomm's Hexagon NPU: a remote processor of a Snapdragon."""
    names = [
        machine.text(f"sys/class/remoteproc/{path.name}/name") or ""
        for path in machine.listing("sys/class/remoteproc")
    ]
    processors = [name for name in names if "cdsp" in name]
    files = [path for path in machine.listing("dev") if path.name.startswith("fastrpc-cdsp")]
    if not processors and not files:
        return Finding("lack", "Qualcomm NPU", "no Hexagon processor is shown", NOT_USED)
    if not files:
        return Finding(
            "lack",
            "Qualcomm NPU",
            "a Hexagon processor without its device file (/dev/fastrpc-cdsp)",
            f"Load the fastrpc driver. {NOT_USED}",
        )
    return Finding("note", "Qualcomm NPU", "a Hexagon processor with its device file", NOT_USED)
