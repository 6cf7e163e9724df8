"""The arithmetic of a mapping, step by step, with any step made exact.

A product goes through these steps: its inputs are rounded to the operands' dtype (or quantised),
products are summed inside a core tile, partial sums are carried from one K tile to the next, and
the output is rounded. With no step exact, the result is that of the simulated array to the last
bit, since the same kernels are called in the same order: a C element's sum does not depend on
the tile's rows and columns, so one call covers them all.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tilescope.designs.mapping import Mapping
from tilescope.kernels.catalog import find_kernel
from tilescope.kernels.contract import Kernel
from tilescope.kernels.execution import run_kernel
from tilescope.profiling.precision.formats import Format
from tilescope.profiling.precision.quantising import Quantised, quantise
from tilescope.quantities.dtypes import numpy_dtype
from tilescope.quantities.shapes import round_up
from tilescope.workloads.gemm import Gemm

INPUT, QUANTISATION = "input rounding", "quantisation"
CORE_TILE, PARTIAL_SUMS = "accumulation inside a core tile", "partial sums across K tiles"
OUTPUT = "output rounding"

Matrix = NDArray[np.float64]


@dataclass(frozen=True)
class Chain:
    """One product of real matrices x [m, k] and w [k, n], in one format under one mapping."""

    x: NDArray[np.float32]
    w: NDArray[np.float32]
    form: Format
    mapping: Mapping

    @property
    def steps(self) -> tuple[str, ...]:
        """The steps, in the order in which the data meet them."""
        first = QUANTISATION if self.form.quantised else INPUT
        return (first, CORE_TILE, PARTIAL_SUMS, OUTPUT)

    @cached_property
    def exact_product(self) -> Matrix:
        """The product of the real matrices in float64."""
        product: Matrix = self.x.astype(np.float64) @ self.w.astype(np.float64)
        return product

    @cached_property
    def quantised(self) -> tuple[Quantised, Quantised] | None:
        """A and B in whole numbers, where the format has them."""
        if not self.form.quantised:
            return None
        k = self.x.shape[1]
        return (
            quantise(self.x, self.form.operands, k, axis=1),
            quantise(self.w, self.form.operands, k, axis=0),
        )

    @cached_property
    def operands(self) -> tuple[NDArray[Any], NDArray[Any]]:
        """A and B as the NPU gets them."""
        if self.quantised is not None:
            return self.quantised[0].values, self.quantised[1].values
        rounded = numpy_dtype("float16" if self.form.asked == "float16" else self.form.operands)
        given = numpy_dtype(self.form.operands)
        return self.x.astype(rounded).astype(given), self.w.astype(rounded).astype(given)

    def run(self, exact: frozenset[str] = frozenset()) -> Matrix:
        """C [m, n] in float64 with the named steps exact."""
        carried = self._carried(exact)
        m, n = self.x.shape[0], self.w.shape[1]
        return self._delivered(carried[:m, :n], exact)

    def delivered(self, c: NDArray[Any]) -> Matrix:
        """What the caller gets from the array's C: dequantised, or in the format's output."""
        return self._delivered(c.astype(np.float64) * 2.0**self._shift, frozenset())

    @property
    def input_may_be_exact(self) -> bool:
        """Whether the real inputs can go through it: not where a kernel makes bfp16 of them."""
        return self.mapping.emulation != "bfp16"

    @property
    def calls(self) -> int:
        """Core calls that build up one C."""
        return self._padded[2] // self.mapping.core_tile[2]

    @property
    def _padded(self) -> tuple[int, int, int]:
        (m, k), n = self.x.shape, self.w.shape[1]
        return self.mapping.padded(Gemm("chain", m, n, k, self.form.operands))

    @property
    def _kernel(self) -> Kernel:
        return self.mapping.matmul(self.form.operands)

    @property
    def _shift(self) -> int:
        return self._kernel.shift

    def _carried(self, exact: frozenset[str]) -> Matrix:
        """C as it stands after the last K tile, before it is stored; whole numbers unshifted."""
        a, b = self._sides(exact)
        step, per_tile = self.mapping.core_tile[2], self.mapping.family == "per-tile"
        c: NDArray[Any] = np.zeros((a.shape[0], b.shape[1]))
        for start in range(0, a.shape[1], step):
            at, bt = a[:, start : start + step], b[start : start + step]
            last = start + step == a.shape[1]
            if PARTIAL_SUMS in exact:
                c = self._exactly_carried(at, bt, c, exact)
                continue
            if per_tile:
                partial = self._stored(self._call(at, bt, None, exact))
                total = c + partial if self.form.quantised else _float32_sum(c, partial)
            else:
                total = self._call(at, bt, c, exact)
            c = total if last else self._stored(total)
        return c.astype(np.float64)

    def _exactly_carried(
        self, a: NDArray[Any], b: NDArray[Any], c: Matrix, exact: frozenset[str]
    ) -> Matrix:
        """C in float64 with one K tile added as the cores add it, and nothing lost in between.

        Where C rides in the accumulators, additions are rounded at its size: it is loaded, and
        what loading cuts off is put back.
        """
        if self.mapping.family == "per-tile":
            added: Matrix = c + self._call(a, b, None, exact)
            return added
        loaded = c.astype(np.float32).astype(np.float64)
        total: Matrix = self._call(a, b, loaded, exact) + (c - loaded)
        return total

    def _sides(self, exact: frozenset[str]) -> tuple[NDArray[Any], NDArray[Any]]:
        """A and B, padded; real numbers where the first step is exact."""
        a, b = self.operands
        if self.steps[0] in exact:
            real = np.float32 if self.form.operands == "float32" else np.float64
            a, b = self.x.astype(real), self.w.astype(real)
            if self.quantised is not None:
                a, b = a / self.quantised[0].scales, b / self.quantised[1].scales
        m, n, k = self._padded
        block = self._kernel.block or (1, 1, 1)
        rows, columns = round_up(a.shape[0], block[0]), round_up(b.shape[1], block[2])
        return _padded(a, min(rows, m), k), _padded(b, k, min(columns, n))

    def _call(
        self,
        a: NDArray[Any],
        b: NDArray[Any],
        c: NDArray[Any] | None,
        exact: frozenset[str],
    ) -> NDArray[Any]:
        """One K tile added to C, as the accumulators hold it before C is stored."""
        before = np.zeros((a.shape[0], b.shape[1])) if c is None else c.astype(np.float64)
        if self.form.quantised or CORE_TILE in exact:
            return before + a.astype(np.float64) @ b.astype(np.float64)
        if a.dtype != numpy_dtype(self.form.operands):
            return _float32_steps(a, b, before)
        scalars = (a.shape[0], a.shape[1], b.shape[1])
        return run_kernel(self._accumulators, scalars, a, b, before.astype(np.float32))

    @cached_property
    def _accumulators(self) -> Kernel:
        """The twin of the mapping's kernel that stores its float32 accumulators as they are."""
        return find_kernel(
            "linear_matmul",
            self.form.operands,
            variant=self.mapping.kernel,
            emulation=self.mapping.emulation,
            dtype_out="float32",
            generation=self.mapping.generation,
        )

    def _stored(self, c: NDArray[Any]) -> NDArray[Any]:
        """C as it is held between calls: rounded to its dtype, saturated where it is whole."""
        if not self.form.quantised:
            return c.astype(np.float32).astype(numpy_dtype(self.form.c_dtype)).astype(np.float64)
        if not self._shift:
            return c
        ends = np.iinfo(self.form.c_dtype)
        units = np.clip(np.rint(c / 2.0**self._shift), ends.min, ends.max)
        stored: Matrix = units * 2.0**self._shift
        return stored

    def _delivered(self, c: NDArray[Any], exact: frozenset[str]) -> Matrix:
        """The caller's C, from C before its last store; storing twice changes nothing."""
        if self.quantised is None:
            if OUTPUT in exact:
                return c.astype(np.float64)
            return self._stored(c).astype(numpy_dtype(self.form.output)).astype(np.float64)
        scales = self.quantised[0].scales, self.quantised[1].scales
        if OUTPUT in exact:
            return c * scales[0].astype(np.float64) * scales[1].astype(np.float64)
        # as a host would: float32, the row's scale first
        return (self._stored(c).astype(np.float32) * scales[0] * scales[1]).astype(np.float64)


def _padded(matrix: NDArray[Any], rows: int, columns: int) -> NDArray[Any]:
    if matrix.shape == (rows, columns):
        return matrix
    padded = np.zeros((rows, columns), matrix.dtype)
    padded[: matrix.shape[0], : matrix.shape[1]] = matrix
    return padded


def _float32_sum(left: NDArray[Any], right: NDArray[Any]) -> NDArray[Any]:
    """One addition in float32, as linear_accumulate makes it before it stores."""
    return left.astype(np.float32) + right.astype(np.float32)


def _float32_steps(a: NDArray[Any], b: NDArray[Any], c: Matrix) -> NDArray[Any]:
    """C + A·B of real numbers, rounded to float32 after each eight of K, as an mmul does."""
    total = c.astype(np.float32)
    for start in range(0, a.shape[1], 8):
        step = a[:, start : start + 8] @ b[start : start + 8]
        total = (total.astype(np.float64) + step).astype(np.float32)
    return total
