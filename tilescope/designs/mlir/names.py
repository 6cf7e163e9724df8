"""Words that the writer and the reader of MLIR-AIE share."""

from __future__ import annotations

import json
import re
from pathlib import PurePosixPath

from tilescope.kernels.contract import Kernel

ELEMENT_TYPES = {
    "float32": "f32",
    "bfloat16": "bf16",
    "float16": "f16",
    "int8": "i8",
    "int16": "i16",
    "int32": "i32",
    "uint8": "ui8",
    "uint16": "ui16",
    "uint32": "ui32",
}

# Columns and tilescope's device of each array that MLIR-AIE names; all have six rows, cores from
# row 2. https://github.com/Xilinx/mlir-aie, the AIE dialect's list of devices.
ARRAYS = {
    "npu1": (4, "npu1"),
    **{f"npu1_{columns}col": (columns, "npu1") for columns in range(1, 5)},
    "npu2": (8, "npu2"),
    **{f"npu2_{columns}col": (columns, "npu2") for columns in range(1, 8)},
}
ARRAY_ROWS = 6
ARRAY_OF = {"aie2": "npu1", "aie2p": "npu2"}  # by a device's generation

STAGED_LINK = "tilescope.staged_link"  # a link whose slices hold several objects
TOOLCHAIN = "tilescope.toolchain"  # whose cycles a kernel takes, where that is not peano
FOREVER = (1 << 63) - 1  # the largest index: trips of a loop that does not end
MAX_TASK_DIMS = 4  # the levels of a shim's walk; of four the outermost repeats the task


def object_file(kernel: Kernel) -> str:
    """The object that a kernel is linked from: its source, compiled."""
    return f"{PurePosixPath(kernel.source).stem}.o"


_BARE = re.compile(r"[A-Za-z_][A-Za-z0-9_$.]*")


def symbol(name: str) -> str:
    """A symbol as MLIR writes it, quoted where it has to be."""
    return f"@{name}" if _BARE.fullmatch(name) else f"@{json.dumps(name, ensure_ascii=False)}"


def memref(shape: tuple[int, ...], dtype: str) -> str:
    """The type of a buffer."""
    return f"memref<{'x'.join(map(str, shape))}x{ELEMENT_TYPES[dtype]}>"
