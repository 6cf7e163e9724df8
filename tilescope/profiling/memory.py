"""Whether a case fits this machine's memory, asked before anything is made."""

from __future__ import annotations

from pathlib import Path

from tilescope.errors import InputError
from tilescope.quantities.dtypes import dtype_bytes
from tilescope.quantities.units import format_bytes
from tilescope.workloads.gemm import Gemm

_MEMORY_INFO = "proc/meminfo"

BLOCK_BYTES = 4096
"""Of a per-tile block's six steps, as Python makes them before they are a table of numbers."""


def needed_bytes(gemm: Gemm, blocks: int = 0) -> int:
    """What a case takes at its peak: three copies of each matrix, and float64 ones to judge by.

    The copies are the inputs' own, the padded ones of the NPU side and PyTorch's. `blocks` is how
    many of them the host cuts out and launches one by one: each is a few rows of a table.
    """
    elements = gemm.m * gemm.k + gemm.k * gemm.n + gemm.m * gemm.n
    matrices = elements * (3 * dtype_bytes(gemm.dtype) + 8) + 2 * 8 * gemm.m * gemm.n
    return matrices + blocks * BLOCK_BYTES


def check_memory(gemm: Gemm, blocks: int = 0) -> None:
    """Accept a case that fits into the memory that is free now; `blocks` as in needed_bytes.

    Raises:
        InputError: it does not; where the machine does not say what is free, it is accepted.
    """
    free = available_bytes()
    needed = needed_bytes(gemm, blocks)
    if free is not None and needed > free:
        raise InputError(
            f"{gemm.label} in {gemm.dtype} needs about {format_bytes(needed)} of memory and "
            f"{format_bytes(free)} is free; profile a smaller part of it."
        )


def available_bytes(root: Path = Path("/")) -> int | None:
    """Memory that can be had without swapping, as the kernel estimates it."""
    try:
        lines = (root / _MEMORY_INFO).read_text(encoding="utf-8").splitlines()
    except OSError:
        return None
    fields = dict(line.split(":", 1) for line in lines if ":" in line)
    text = fields.get("MemAvailable", "").split()
    return int(text[0]) * 1024 if text else None
