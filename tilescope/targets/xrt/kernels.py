"""The objects that a design is linked with: which file of cc/ makes each, and with which macros."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import PurePosixPath

from tilescope.designs.ir import Design
from tilescope.designs.mlir.names import object_file
from tilescope.kernels.contract import Kernel

# The compiler's own macros; each is documented with the AIE API. Without one a float32 product is
# safe, and a bfloat16 one on AIE2P multiplies element by element.
DEFINITIONS = {
    "fast": ("AIE2_FP32_EMULATION_ACCURACY_FAST=1",),
    "low": ("AIE2_FP32_EMULATION_ACCURACY_LOW=1",),
    "bfp16": ("AIE_API_EMULATE_BFLOAT16_MMUL_WITH_BFP16=1",),
}
FLAGS = ("-O2", "-std=c++20", "-DNDEBUG", "-D__AIE_API_AIE_ADF_HPP__")
"""As mlir-aie compiles kernels; the last one leaves out a header that Peano does not have."""


def called_kernels(design: Design) -> Iterator[Kernel]:
    """Every kernel that the design's cores call, once each."""
    seen: set[str] = set()
    for core in design.cores:
        for call in core.calls():
            if call.kernel.symbol not in seen:
                seen.add(call.kernel.symbol)
                yield call.kernel


def objects(design: Design) -> dict[str, Kernel]:
    """The kernels by the object that the printed text names in `link_with`, one for each."""
    found: dict[str, Kernel] = {}
    for kernel in called_kernels(design):
        found.setdefault(object_file(kernel), kernel)
    return found


def definitions(kernel: Kernel) -> tuple[str, ...]:
    """The macros that a kernel's file is compiled with."""
    return DEFINITIONS.get(kernel.emulation or "", ())


def source_name(kernel: Kernel) -> str:
    """The name of a kernel's file within cc/."""
    return PurePosixPath(kernel.source).name
