"""What partial sums in bfloat16 cost as K grows, in the mapping's own arithmetic."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from tilescope.designs.mapping import Mapping
from tilescope.profiling.precision.chains import Chain
from tilescope.profiling.precision.formats import Format

MARK = 1e-2
"""The largest error over the largest output that is still taken for right."""
KS = (256, 512, 1024, 2048, 4096)
MOST_COLUMNS = 1024

BFLOAT16 = {
    c: Format("bfloat16", "bfloat16", c, c, f"bfloat16:{c}") for c in ("float32", "bfloat16")
}


@dataclass(frozen=True)
class AtK:
    """The largest error over the largest output at one K, by what C is held in.

    Against float64 of the rounded operands, so that their own rounding is no part of it; calls is
    how many calls build up one C.
    """

    k: int
    calls: int
    errors: dict[str, float]


@dataclass(frozen=True)
class PartialSums:
    """The points and the mark.

    fails_from: the K from which on C in bfloat16 passes the mark at every point; None where it
    does not at the last.
    """

    m: int
    n: int
    k_call: int
    points: tuple[AtK, ...]
    mark: float
    fails_from: int | None


def partial_sums_over_k(
    m: int, n: int, mapping: Mapping, seed: int, ks: Sequence[int] = KS
) -> PartialSums:
    """C of m×n from inputs N(0, 1) at each K, in the order in which the mapping's kernels add.

    Nothing is timed; the chain is the array's own to the last bit. Wide products are cut to
    MOST_COLUMNS columns, which change nothing but how many outputs the largest error is taken of.
    """
    columns = min(n, MOST_COLUMNS)
    points = tuple(_at(m, columns, k, mapping, seed) for k in sorted(set(ks)))
    fails_from = None
    for point in reversed(points):
        if point.errors["bfloat16"] <= MARK:
            break
        fails_from = point.k
    return PartialSums(m, columns, mapping.core_tile[2], points, MARK, fails_from)


def _at(m: int, n: int, k: int, mapping: Mapping, seed: int) -> AtK:
    generator = np.random.default_rng(seed)
    x = generator.standard_normal((m, k), dtype=np.float32)
    w = generator.standard_normal((k, n), dtype=np.float32)
    errors = {}
    calls = 0
    for c_dtype, form in BFLOAT16.items():
        chain = Chain(x, w, form, replace(mapping, c_dtype=c_dtype, k_mt=None))
        a, b = (side.astype(np.float64) for side in chain.operands)
        reference = a @ b
        errors[c_dtype] = float(np.max(np.abs(chain.run() - reference)) / np.max(np.abs(reference)))
        calls = chain.calls
    return AtK(k, calls, errors)
