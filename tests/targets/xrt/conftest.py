"""A machine with an NPU and all its software, made of stand-ins."""

from __future__ import annotations

import resource
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.targets.xrt.stand_ins import Npu, Tools, make_pyxrt, make_tools
from tilescope.targets.machine import Machine

PHOENIX, STRIX = (0x1502, 0x00), (0x17F0, 0x10)


@dataclass
class Bench:
    """A machine, the NPU in it and its compilers."""

    machine: Machine
    npu: Npu
    tools: Tools
    root: Path

    @property
    def cache(self) -> Path:
        """Where compiled designs are kept."""
        return self.root / "cache" / "tilescope" / "xrt"

    def without(self, name: str) -> None:
        """Take a file or folder away."""
        (self.root / name).rename(self.root / f"gone-{name.replace('/', '-')}")


MakeBench = Callable[..., Bench]


@pytest.fixture
def make_bench(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> MakeBench:
    """Makes the machine, with a Phoenix unless told otherwise, and puts its pyxrt in place."""

    def make(pci: tuple[int, int] = PHOENIX, *, usable: bool = True) -> Bench:
        files = {
            "sys/bus/pci/devices/0000:c5:00.1/vendor": "0x1022",
            "sys/bus/pci/devices/0000:c5:00.1/device": f"{pci[0]:#06x}",
            "sys/bus/pci/devices/0000:c5:00.1/revision": f"{pci[1]:#04x}",
            "sys/module/amdxdna/version": "2.21",
            "dev/accel/accel0": "",
            "opt/xilinx/xrt/setup.sh": "",
            "opt/xilinx/xrt/version.json": '{"BUILD_VERSION": "2.19.0"}',
        }
        for name, text in files.items():
            path = tmp_path / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)
        monkeypatch.delenv("TILESCOPE_TARGET", raising=False)
        tools = make_tools(tmp_path)
        npu = Npu()
        if pci[0] == STRIX[0]:
            npu.name, npu.array = "NPU Strix", "npu2"
        monkeypatch.setitem(sys.modules, "pyxrt", make_pyxrt(npu))
        monkeypatch.setattr(resource, "getrlimit", lambda which: (-1, -1))
        machine = Machine(
            root=tmp_path,
            environ={
                "MLIR_AIE_INSTALL_DIR": str(tools.aie),
                "PEANO_INSTALL_DIR": str(tools.peano),
                "XDG_CACHE_HOME": str(tmp_path / "cache"),
            },
            which=lambda name: None,
            has_module=lambda name: name == "pyxrt",
            module_folder=lambda name: None,
            can_use=lambda path: usable,
        )
        for place in ("tilescope.targets.xrt.target", "tilescope.profiling.places"):
            monkeypatch.setattr(f"{place}.Machine", lambda: machine)
        return Bench(machine, npu, tools, tmp_path)

    return make


@pytest.fixture
def bench(make_bench: MakeBench) -> Bench:
    """A machine with a Phoenix and everything that measuring on it needs."""
    return make_bench()
