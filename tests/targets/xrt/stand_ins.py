"""Stand-ins for what is not here: XRT's Python module with an NPU behind it, aiecc and Peano.

The module keeps host and device memory apart, as a machine without coherence would: what was not
synced is not seen. A run is the simulator's function of the very text that aiecc was given, on
what the device's memory holds. Every rule of the interface that is broken ends in an error or in
wrong numbers, as on the device.
"""

from __future__ import annotations

import enum
import itertools
import json
import stat
import sys
import textwrap
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np

from tilescope.designs.mlir.reading import read_design
from tilescope.devices import load_device
from tilescope.quantities.dtypes import numpy_dtype
from tilescope.simulation.simulate import simulate_design

WORD_BYTES = 4
OPCODE = 3
UNSYNCED = 0xA5  # what memory of the device holds before anything was synced


class Direction(enum.IntEnum):
    """XRT's two directions."""

    XCL_BO_SYNC_BO_TO_DEVICE = 0
    XCL_BO_SYNC_BO_FROM_DEVICE = 1


class State(enum.IntEnum):
    """XRT's states of a command."""

    ERT_CMD_STATE_NEW = 1
    ERT_CMD_STATE_COMPLETED = 4
    ERT_CMD_STATE_ERROR = 5
    ERT_CMD_STATE_TIMEOUT = 9


@dataclass
class Npu:
    """The device behind the module: what it is, what it is told to do wrong, what it was asked."""

    name: str = "NPU Phoenix"
    array: str = "npu1"
    state: State = State.ERT_CMD_STATE_COMPLETED
    open_error: str | None = None
    context_error: str | None = None
    spoil: Callable[[int, np.ndarray], None] = lambda number, output: None
    skip: frozenset[int] = frozenset()  # runs, by number, that do nothing and say they did
    runs: int = 0
    contexts: itertools.count = field(default_factory=lambda: itertools.count(1))


class Buffer:
    """A buffer object: memory of the host and of the device, alike only after a sync."""

    def __init__(self, device: Any, size: int, flags: str, group: int) -> None:
        self.size, self.flags, self.group = size, flags, group
        self.host = bytearray(size)
        self.device = bytearray([UNSYNCED]) * size

    def map(self) -> memoryview:
        """The host's side."""
        return memoryview(self.host)

    def sync(self, direction: Direction) -> None:
        """Make one side as the other."""
        if direction is Direction.XCL_BO_SYNC_BO_TO_DEVICE:
            self.device[:] = self.host
        else:
            self.host[:] = self.device


def make_pyxrt(npu: Npu) -> ModuleType:
    """The module as Python imports it, with this NPU behind it."""
    module: Any = ModuleType("pyxrt")

    class DeviceHandle:
        def __init__(self, index: int) -> None:
            if index != 0 or npu.open_error:
                raise RuntimeError(npu.open_error or f"No such device with index '{index}'")
            self.registered: dict[str, Any] = {}

        def get_info(self, key: str) -> str:
            return npu.name if key == "name" else "NA"

        def register_xclbin(self, xclbin: Any) -> None:
            self.registered[xclbin.get_uuid()] = xclbin.content

    class Xclbin:
        def __init__(self, path: str) -> None:
            self.content = json.loads(Path(path).read_text())

        def get_uuid(self) -> str:
            return self.content["uuid"]

        def get_kernels(self) -> list[Any]:
            kernel: Any = ModuleType("kernel")
            kernel.get_name = lambda: self.content["kernel"]
            return [kernel]

    class HwContext:
        def __init__(self, device: DeviceHandle, uuid: str) -> None:
            if npu.context_error:
                raise RuntimeError(npu.context_error)
            assert uuid in device.registered, "a context of an xclbin that was not registered"
            self.content = device.registered[uuid]
            self.slot = next(npu.contexts)

    class Kernel:
        def __init__(self, context: HwContext, name: str) -> None:
            assert name == "MLIR_AIE:MLIRAIE", f"no kernel {name}"
            self.context, content = context, context.content
            self.design = read_design(content["text"], "aie.mlir", {}).design
            self.array = content["array"]
            self.instructions = bytes.fromhex(content["instructions"])

        def group_id(self, argument: int) -> int:
            return self.context.slot << 16 | argument

        def __call__(self, *arguments: Any) -> Any:
            run = Run(self, arguments)
            run.start()
            return run

    class Run:
        def __init__(self, kernel: Kernel, arguments: tuple[Any, ...]) -> None:
            self.kernel, self.arguments = kernel, arguments

        def start(self) -> None:
            self.state = State.ERT_CMD_STATE_NEW

        def wait(self, timeout_ms: int) -> State:
            npu.runs += 1
            if npu.state is State.ERT_CMD_STATE_COMPLETED and npu.runs not in npu.skip:
                self._execute()
            return npu.state

        def _execute(self) -> None:
            kernel = self.kernel
            if kernel.array != npu.array:
                raise RuntimeError("load xclbin failed: Operation not supported")
            opcode, instructions, words, *buffers = self.arguments
            assert opcode == OPCODE, f"opcode {opcode}"
            assert instructions.flags == "cacheable", "instructions must be cacheable"
            assert instructions.group == kernel.group_id(1), "the instructions' group is another's"
            assert bytes(instructions.device) == kernel.instructions, "stale instructions"
            assert words * WORD_BYTES == len(kernel.instructions), f"{words} words of instructions"
            hosts = kernel.design.host_buffers
            assert len(buffers) == len(hosts), f"{len(buffers)} buffers"
            arrays = {}
            for place, (buffer, host) in enumerate(zip(buffers, hosts, strict=True)):
                assert buffer.flags == "host_only", f"buffer {place} is {buffer.flags}"
                assert buffer.group == kernel.group_id(3 + place), f"buffer {place}: wrong group"
                assert buffer.size == host.host_bytes, f"buffer {place} has {buffer.size} bytes"
                memory = np.frombuffer(buffer.device, dtype=numpy_dtype(host.dtype))
                arrays[host.name] = memory.reshape(host.shape)
            device = load_device("npu1" if npu.array == "npu1" else "npu2")
            simulate_design(kernel.design, device, arrays)
            npu.spoil(npu.runs, arrays[hosts[-1].name])

    module.device, module.xclbin, module.hw_context = DeviceHandle, Xclbin, HwContext
    module.kernel, module.run = Kernel, Run
    module.bo = type("bo", (Buffer,), {"cacheable": "cacheable", "host_only": "host_only"})
    module.xclBOSyncDirection, module.ert_cmd_state = Direction, State
    module.xrt_info_device = type("xrt_info_device", (), {"name": "name"})
    return module


COMPILER = """
    import json, os, pathlib, sys
    here = pathlib.Path(sys.argv[0]).parent
    with (here / "calls.jsonl").open("a") as calls:
        calls.write(json.dumps(sys.argv[1:]) + "\\n")
    if (here / "fail").exists():
        sys.stderr.write((here / "fail").read_text())
        sys.exit(1)
    made = sys.argv[sys.argv.index("-o") + 1]
    source = pathlib.Path(sys.argv[sys.argv.index("-c") + 1])
    assert source.is_file(), source
    pathlib.Path(made).write_text(json.dumps({"source": source.name, "arguments": sys.argv[1:]}))
"""
AIECC = """
    import hashlib, json, os, pathlib, re, sys
    here = pathlib.Path(sys.argv[0]).parent
    if "--help" in sys.argv:
        print((here / "help").read_text())
        sys.exit(0)
    with (here / "calls.jsonl").open("a") as calls:
        calls.write(json.dumps(sys.argv[1:]) + "\\n")
    if (here / "fail").exists():
        sys.stderr.write((here / "fail").read_text())
        sys.exit(1)
    given = dict(one.split("=", 1) for one in sys.argv if one.startswith("--") and "=" in one)
    path = pathlib.Path(sys.argv[-1])
    text = path.read_text()
    read = (here / "reads").read_text() if (here / "reads").exists() else ""
    if read not in text:
        sys.stderr.write("aie.mlir:9:3: error: custom op 'aie.dma_bd' expected ','")
        sys.exit(1)
    for name in re.findall(r'link_with = "([^"]+)"', text):
        made = json.loads((path.parent / name).read_text())
        assert pathlib.Path(made["source"]).stem + ".o" == name, made
    digest = hashlib.sha256(text.encode()).digest()
    words = digest * (1 + digest[0] % 5)
    pathlib.Path(given["--npu-insts-name"]).write_bytes(words)
    content = {
        "uuid": digest.hex(),
        "kernel": "MLIR_AIE:MLIRAIE",
        "array": re.search(r"aie.device.(npu[0-9a-z_]+)", text)[1],
        "text": text,
        "instructions": words.hex(),
    }
    pathlib.Path(given["--xclbin-name"]).write_text(json.dumps(content))
    (path.parent / "intermediate.ll").write_text("not to be kept")
"""


@dataclass
class Tools:
    """The stand-ins' folders: what they were asked, and a file that makes them fail."""

    aie: Path
    peano: Path

    def calls(self, program: str) -> list[list[str]]:
        """The arguments of each call of aiecc or of clang++."""
        folder = self.aie if program == "aiecc" else self.peano
        file = folder / "bin" / "calls.jsonl"
        return [json.loads(line) for line in file.read_text().splitlines()] if file.exists() else []

    def fail(self, program: str, output: str) -> None:
        """Make a program end with 1, saying this."""
        folder = self.aie if program == "aiecc" else self.peano
        (folder / "bin" / "fail").write_text(output)

    def read_only(self, spelling: str) -> None:
        """Let aiecc read no text without this spelling of a transfer."""
        (self.aie / "bin" / "reads").write_text(spelling)

    def help(self, text: str) -> None:
        """What aiecc says of itself."""
        (self.aie / "bin" / "help").write_text(text)


def make_tools(folder: Path) -> Tools:
    """Install the stand-ins in a folder."""
    tools = Tools(folder / "mlir_aie", folder / "llvm-aie")
    for path, program in (
        (tools.aie / "bin" / "aiecc", AIECC),
        (tools.peano / "bin" / "clang++", COMPILER),
    ):
        path.parent.mkdir(parents=True)
        path.write_text(f"#!{sys.executable} -IS\n{textwrap.dedent(program)}")
        path.chmod(path.stat().st_mode | stat.S_IXUSR)
    headers = tools.aie / "include" / "aie_api"
    headers.mkdir(parents=True)
    (headers / "aie.hpp").write_text("// the AIE API\n")
    tools.help("  --get=<name> ... shorthands (e.g. --get-xclbin)\n")
    return tools
