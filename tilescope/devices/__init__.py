"""Hardware as data: one page of cited facts per device; knows no workload."""

from tilescope.devices.catalog import device_names, device_sources, load_device
from tilescope.devices.device import Device
from tilescope.devices.facts import Fact

__all__ = ["Device", "Fact", "device_names", "device_sources", "load_device"]
