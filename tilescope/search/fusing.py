"""Projections that take the same input, as one product with their N summed."""

from __future__ import annotations

from collections.abc import Sequence

from tilescope.workloads.gemm import Gemm

FUSED = {
    "qkv_proj": ("q_proj", "k_proj", "v_proj"),
    "gate_up_proj": ("gate_proj", "up_proj"),
}
"""What reads the same A, of the llama block's projections."""


def fused_products(gemms: Sequence[Gemm]) -> list[tuple[Gemm, tuple[str, ...]]]:
    """Each fused product whose parts are all there with the same A, and the names of its parts."""
    named = {gemm.name: gemm for gemm in gemms}
    found = []
    for name, parts in FUSED.items():
        if not all(part in named for part in parts):
            continue
        members = [named[part] for part in parts]
        first = members[0]
        if any((one.m, one.k, one.dtype) != (first.m, first.k, first.dtype) for one in members):
            continue
        whole = Gemm(
            name,
            first.m,
            sum(one.n for one in members),
            first.k,
            first.dtype,
            f"{', '.join(parts)} as one product",
        )
        found.append((whole, parts))
    return found
