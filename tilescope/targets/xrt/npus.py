"""AMD's NPUs on the PCI bus, and which of tilescope's devices each one may be."""

from __future__ import annotations

from dataclasses import dataclass

from tilescope.targets.machine import Machine
from tilescope.targets.pci import pci_devices

AMD = 0x1022
KNOWN = {
    (0x1502, None): ("Phoenix or Hawk Point (npu1)", ("npu1", "npu1:hawk-point")),
    (0x17F0, 0x10): ("Strix Point (npu2)", ("npu2",)),
    (0x17F0, 0x11): ("Strix Halo (npu2)", ("npu2:strix-halo",)),
    (0x17F0, 0x20): ("Krackan (npu2)", ("npu2",)),
    (0x17F0, None): ("Strix, Strix Halo or Krackan (npu2)", ("npu2", "npu2:strix-halo")),
}


@dataclass(frozen=True)
class Npu:
    """One NPU: its name, where it is, and the devices of tilescope that it may be."""

    name: str
    address: str
    devices: tuple[str, ...]


def amd_npus(machine: Machine) -> tuple[Npu, ...]:
    """AMD's NPUs on the PCI bus; none where they are unknown here."""
    found = []
    for device in pci_devices(machine):
        known = KNOWN.get((device.device, device.revision)) or KNOWN.get((device.device, None))
        if device.vendor == AMD and known is not None:
            found.append(Npu(known[0], device.address, known[1]))
    return tuple(found)
