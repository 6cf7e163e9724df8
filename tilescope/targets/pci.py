"""What is on the PCI bus, as the kernel lists it."""

from __future__ import annotations

from dataclasses import dataclass

from tilescope.targets.machine import Machine

FOLDER = "sys/bus/pci/devices"


@dataclass(frozen=True)
class PciDevice:
    """One device by its bus address, vendor, device and revision numbers."""

    address: str
    vendor: int
    device: int
    revision: int | None


def pci_devices(machine: Machine) -> tuple[PciDevice, ...]:
    """Every device whose numbers can be read."""
    found = []
    for path in machine.listing(FOLDER):
        vendor, device, revision = (
            _number(machine.text(f"{FOLDER}/{path.name}/{part}"))
            for part in ("vendor", "device", "revision")
        )
        if vendor is not None and device is not None:
            found.append(PciDevice(path.name, vendor, device, revision))
    return tuple(found)


def _number(text: str | None) -> int | None:
    try:
        return int(text, 16) if text else None
    except ValueError:
        return None
