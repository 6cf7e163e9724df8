"""Which versions a measurement on the NPU ran with: driver, XRT, mlir-aie and Peano."""

from __future__ import annotations

import contextlib
import json
from importlib.metadata import PackageNotFoundError, version

from tilescope.targets.machine import Machine

PACKAGES = ("mlir_aie", "llvm-aie")
DRIVER = "sys/module/amdxdna/version"
XRT = ("opt/xilinx/xrt/version.json", "BUILD_VERSION")


def software_versions(machine: Machine) -> dict[str, str]:
    """Those that are written down where they are looked for; compilers as installed packages."""
    found = {}
    for name in PACKAGES:
        with contextlib.suppress(PackageNotFoundError):
            found[name] = version(name)
    if told := machine.text(DRIVER):
        found["amdxdna"] = told
    with contextlib.suppress(ValueError, TypeError, KeyError):
        found["xrt"] = str(json.loads(machine.text(XRT[0]) or "")[XRT[1]])
    return found
