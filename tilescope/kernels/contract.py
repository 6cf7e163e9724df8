"""The contract of one C++ function: what it takes, computes and costs, and how close it must be."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tilescope.devices.device import Device
from tilescope.errors import InputError
from tilescope.kernels.costs import Cost
from tilescope.kernels.tolerances import ErrorModel, Tolerance
from tilescope.quantities.dtypes import dtype_bytes, is_integer
from tilescope.quantities.names import unknown_name

Block = tuple[int, int]

GENERATIONS = ("aie2", "aie2p")
TOOLCHAINS = ("peano", "chess")


class Role(StrEnum):
    """What a function does to the memory behind a pointer."""

    IN = "in"
    OUT = "out"
    INOUT = "inout"


@dataclass(frozen=True)
class Argument:
    """One pointer argument at given sizes: a matrix in L1, row-major or in row-major blocks."""

    name: str
    role: Role
    dtype: str
    rows: int
    cols: int
    block: Block | None
    transposed: bool = False  # each block lies column by column

    @property
    def elements(self) -> int:
        """Elements behind the pointer."""
        return self.rows * self.cols

    @property
    def bytes(self) -> int:
        """Bytes behind the pointer."""
        return self.elements * dtype_bytes(self.dtype)


@dataclass(frozen=True)
class Operand:
    """One pointer argument at any size: its rows and columns are named by scalar arguments."""

    name: str
    role: Role
    dtype: str
    rows: str | int
    cols: str | int
    block: Block | None = None
    transposed: bool = False

    def at(self, sizes: Mapping[str, int]) -> Argument:
        """The argument for the given scalars."""
        rows = sizes[self.rows] if isinstance(self.rows, str) else self.rows
        cols = sizes[self.cols] if isinstance(self.cols, str) else self.cols
        return Argument(self.name, self.role, self.dtype, rows, cols, self.block, self.transposed)


@dataclass(frozen=True)
class Kernel:
    """One function of cc/.

    `scalars` names its int32 arguments in order (matmul: m, k, n); every method that takes
    scalars takes them in that order. `reference` maps the operands, as plain matrices of any
    dtype in their order, to the float64 result. A narrow whole-number C counts in units of
    2^`shift`. `cost` is that of Peano's code unless `compiled_by` says otherwise.
    """

    name: str
    symbol: str
    source: str
    summary: str
    dtype_in: str
    dtype_out: str
    variant: str  # vector or scalar
    emulation: str | None  # float32: safe, fast, low; bfloat16 on aie2p: bfp16, native
    block: tuple[int, int, int] | None  # (r, s, t): A in r×s, B in s×t, C in r×t
    operands: tuple[Operand, ...]
    scalars: tuple[str, ...]
    cost: Cost
    reference: Callable[..., NDArray[np.float64]]
    error_model: ErrorModel
    generations: tuple[str, ...] = GENERATIONS  # compiler targets that have this function
    b_layout: str = "row"  # column: each block of B arrives transposed
    shift: int = 0
    toolchain: str = "peano"
    other_cost: Cost | None = None  # under the other toolchain, where that differs

    @property
    def roles(self) -> tuple[Role, ...]:
        """The role of each pointer argument."""
        return tuple(operand.role for operand in self.operands)

    @property
    def estimated(self) -> bool:
        """Whether its cycles are an estimate; `cost_note` says of what kind."""
        return self.cost.estimated

    @property
    def cost_note(self) -> str:
        """Where its cycles come from."""
        return self.cost.note

    def problems(self, *scalars: int) -> tuple[str, ...]:
        """Why the function does not take these sizes, one sentence each; empty if it does."""
        if len(scalars) != len(self.scalars):
            names = ", ".join(self.scalars)
            return (f"{self.symbol} takes the sizes {names}, not {len(scalars)} of them.",)
        found = []
        for name, size in zip(self.scalars, scalars, strict=True):
            multiple = self._multiple_of(name)
            if size <= 0:
                found.append(f"{self.symbol} needs a positive {name}, not {size}.")
            elif size % multiple:
                found.append(f"{self.symbol} needs {name} to be a multiple of {multiple}: {size}.")
        return tuple(found)

    def arguments(self, *scalars: int) -> tuple[Argument, ...]:
        """The pointer arguments at these sizes. Raises InputError for sizes it does not take."""
        sizes = self._sizes(*scalars)
        return tuple(operand.at(sizes) for operand in self.operands)

    def compiled_by(self, toolchain: str) -> Kernel:
        """The same function as another compiler makes it: the same results, its own cycles.

        `peano` is what the open flows compile with, `chess` the kernels tuned by hand for AMD's
        compiler. Raises InputError for another toolchain.
        """
        if toolchain not in TOOLCHAINS:
            raise unknown_name("toolchain", toolchain, TOOLCHAINS)
        if toolchain == self.toolchain:
            return self
        cost = self.other_cost or self.cost
        return replace(self, toolchain=toolchain, cost=cost, other_cost=self.cost)

    def cycles(self, device: Device, *scalars: int, toolchain: str | None = None) -> int:
        """Array cycles of one call on one core, compiled by `toolchain` if it is given.

        Raises InputError for sizes that the function does not take, a device of a generation
        without it, or an unknown toolchain.
        """
        if device.generation not in self.generations:
            raise InputError(
                f"{self.symbol} is a kernel of {' and '.join(self.generations)}; {device.name} is "
                f"{device.generation}."
            )
        self._sizes(*scalars)
        kernel = self.compiled_by(toolchain) if toolchain else self
        return kernel.cost.cycles(device, *scalars)

    def operations(self, *scalars: int) -> dict[str, int]:
        """What one call does, by kind: macs or adds, bytes loaded and stored, and the like.

        Raises InputError for sizes it does not take.
        """
        self._sizes(*scalars)
        return self.cost.operations(*scalars)

    def product(
        self, a: NDArray[Any], b: NDArray[Any], k_call: int | None = None
    ) -> NDArray[np.float64]:
        """A whole product as calls of `k_call` of K each build it up from C = 0.

        For floats that is A @ B in float64, to be met within `tolerance`. Whole numbers are
        rounded and saturated after each call, exactly as the function does.
        """
        size = a.shape[1]
        step = k_call if k_call and is_integer(self.dtype_in) else size
        c = np.zeros((a.shape[0], b.shape[1]), dtype=np.float64)
        for start in range(0, size, step):
            c = self.reference(a[:, start : start + step], b[start : start + step], c)
        return c

    def tolerance(self, k_total: int = 1, *, calls: int | None = None) -> Tolerance:
        """How far a result may lie from the float64 reference.

        `k_total` is the K of the whole product and `calls` how many calls of the kernel share
        its C, one for each 64 of K where it is not given (the seed's block).
        """
        return self.error_model(k_total, -(-k_total // 64) if calls is None else calls)

    def _multiple_of(self, scalar: str) -> int:
        if self.block is None:
            return 1
        return dict(zip(("m", "k", "n"), self.block, strict=True)).get(scalar, 1)

    def _sizes(self, *scalars: int) -> dict[str, int]:
        found = self.problems(*scalars)
        if found:
            raise InputError(" ".join(found))
        return dict(zip(self.scalars, scalars, strict=True))
