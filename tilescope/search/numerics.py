"""How far a kernel's products lie from float64: measured, by running it on the product's data."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from tilescope.designs.mapping import Mapping
from tilescope.kernels.catalog import find_kernel
from tilescope.kernels.contract import Kernel
from tilescope.kernels.layout import pack_a, pack_b, unpack_c
from tilescope.kernels.library import load_library
from tilescope.profiling.accuracy import errors, exact_product
from tilescope.profiling.inputs import make_inputs
from tilescope.quantities.dtypes import dtype_bytes, is_integer, numpy_dtype
from tilescope.quantities.shapes import round_up
from tilescope.workloads.gemm import Gemm

MOST_MACS = 1 << 28  # of one measurement; beyond, the first rows and columns stand for the rest
PROBE_SIDE = 256
FULL_WIDTH = 4  # bytes of partial sums that hold every call's as it is


@dataclass(frozen=True)
class Numerics:
    """What decides the values of C: the kernel, and where its partial sums are rounded.

    step: K between two roundings, where C is narrower than the sums or added up by the host's
    launches; None where nothing but the kernel decides.
    """

    symbol: str
    emulation: str | None
    step: int | None
    on_host: bool


@dataclass(frozen=True)
class MeasuredError:
    """The largest error over the largest magnitude of C, and the product that it was taken on."""

    max_rel_error: float
    taken_on: Gemm

    def whole(self, gemm: Gemm) -> bool:
        """Whether that is the product itself."""
        return (self.taken_on.m, self.taken_on.n) == (gemm.m, gemm.n)


class ErrorMeter:
    """Measures each kind of numerics of one product once, on inputs drawn by a seed.

    Rows, columns and the grid of a core tile change no value of C, and neither does the layout of
    B: every element is summed over K alone.
    """

    def __init__(self, gemm: Gemm, seed: int = 0) -> None:
        self.gemm = gemm
        self.seed = seed
        self.taken_on = _probe(gemm)
        self._known: dict[Numerics, MeasuredError] = {}
        self._data: tuple[NDArray[np.generic], NDArray[np.generic], NDArray[np.float64]] | None
        self._data = None

    def numerics(self, mapping: Mapping, kernel: Kernel) -> Numerics:
        """The kind that a mapping is of."""
        on_host = mapping.family == "per-tile"
        narrow = dtype_bytes(mapping.c_dtype) < FULL_WIDTH
        step = mapping.core_tile[2] if on_host or narrow else None
        symbol = kernel.symbol.removesuffix("_bt")
        if is_integer(kernel.dtype_in):
            step, on_host = None, False  # exact in the kernel's own units
        return Numerics(symbol, kernel.emulation, step, on_host)

    def error(self, mapping: Mapping, kernel: Kernel) -> MeasuredError:
        """The error of a mapping's kind, measured when it is first asked for."""
        kind = self.numerics(mapping, kernel)
        if kind not in self._known:
            self._known[kind] = self._measure(kind, kernel)
        return self._known[kind]

    def known(self) -> dict[Numerics, MeasuredError]:
        """Everything that was measured."""
        return dict(self._known)

    def _measure(self, kind: Numerics, kernel: Kernel) -> MeasuredError:
        if is_integer(kernel.dtype_in):
            return MeasuredError(0.0, self.gemm)
        if self._data is None:
            a, b = make_inputs(self.gemm, self.seed)
            a, b = a[: self.taken_on.m], b[:, : self.taken_on.n]
            self._data = a, b, exact_product(a, b)
        a, b, exact = self._data
        output = _multiply(a, b, _by_rows(kernel), kind)
        _, max_rel = errors(output, exact)
        return MeasuredError(max_rel, self.taken_on)


def _probe(gemm: Gemm) -> Gemm:
    """The product itself, or as many of its rows and columns as can be run in no time."""
    if gemm.macs <= MOST_MACS:
        return gemm
    return replace(gemm, m=min(gemm.m, PROBE_SIDE), n=min(gemm.n, PROBE_SIDE))


def _by_rows(kernel: Kernel) -> Kernel:
    if kernel.b_layout == "row":
        return kernel
    generation = kernel.generations[0]
    return find_kernel(
        kernel.name,
        kernel.dtype_in,
        kernel.variant,
        kernel.emulation,
        kernel.dtype_out,
        generation=generation,
    )


def _multiply(
    a: NDArray[np.generic], b: NDArray[np.generic], kernel: Kernel, kind: Numerics
) -> NDArray[np.generic]:
    """A @ B as calls of the kernel make it, each with `step` of K or all of it.

    C lies as the kernel holds it from the first call to the last.
    """
    library = load_library()
    r, s, t = block = kernel.block or (1, 1, 1)
    (m, k), n = a.shape, b.shape[1]
    step = kind.step or round_up(k, s)
    pm, pn, pk = round_up(m, r), round_up(n, t), round_up(k, step)
    padded_a, padded_b = np.zeros((pm, pk), a.dtype), np.zeros((pk, pn), b.dtype)
    padded_a[:m, :k], padded_b[:k, :n] = a, b
    c = np.zeros(pm * pn, numpy_dtype(kernel.dtype_out))
    add = find_kernel("linear_accumulate", kernel.dtype_out).symbol
    for start in range(0, pk, step):
        piece_a, piece_b = padded_a[:, start : start + step], padded_b[start : start + step]
        if kernel.block is None:
            inputs = np.ascontiguousarray(piece_a), np.ascontiguousarray(piece_b)
        else:
            inputs = pack_a(piece_a, block), pack_b(piece_b, block)
        if kind.on_host:
            partial, summed = np.zeros_like(c), np.empty_like(c)
            library.call(kernel.symbol, (*inputs, partial), (pm, step, pn))
            library.call(add, (c, partial, summed), (c.size,))
            c = summed
        else:
            library.call(kernel.symbol, (*inputs, c), (pm, step, pn))
    whole = c.reshape(pm, pn) if kernel.block is None else unpack_c(c, pm, pn, block)
    return whole[:m, :n]
