"""Is each kernel's function in the object that it is linked from, under the macros given?"""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

import tilescope
from tilescope.kernels.catalog import all_kernels
from tilescope.kernels.contract import Kernel
from tilescope.targets.xrt.kernels import definitions, source_name

ROOT = Path(tilescope.__file__).parent.parent
GENERATION = {"aie2": "", "aie2p": "21"}


def preprocessed(kernel: Kernel, generation: str, cache: dict[tuple[str, ...], str]) -> str:
    """A kernel's file after the host compiler's preprocessor, as a compiler for the NPU sees it."""
    macros = [f"-D{macro}" for macro in definitions(kernel)]
    if arch := GENERATION[generation]:
        macros.append(f"-D__AIE_ARCH__={arch}")
    key = (kernel.source, *macros)
    if key not in cache:
        cache[key] = subprocess.run(
            [
                "c++",
                "-std=c++20",
                "-E",
                "-P",
                *macros,
                f"-I{ROOT}/engine",
                f"-I{ROOT}/engine/include",
                str(ROOT / "cc" / source_name(kernel)),
            ],
            capture_output=True,
            text=True,
            check=True,
        ).stdout.partition("void linear_zero_int8(std::int8_t* c")[2]
    return cache[key]


@pytest.mark.skipif(shutil.which("c++") is None, reason="no C++ compiler")
def test_every_function_is_defined_by_its_file_under_its_macros() -> None:
    cache: dict[tuple[str, ...], str] = {}
    for kernel in all_kernels():
        for generation in kernel.generations:
            text = preprocessed(kernel, generation, cache)
            assert f"void {kernel.symbol}(" in text, (kernel.symbol, generation)
