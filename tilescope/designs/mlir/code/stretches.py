"""Stretches of code in a core, each as one call of a kernel that the design itself writes."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from xdsl.dialects import builtin
from xdsl.ir import Operation, SSAValue

from tilescope.designs.ir import Call, Held
from tilescope.designs.mlir.calls import MAX_CYCLES, Given
from tilescope.designs.mlir.code.compiling import Compiled, Compiler
from tilescope.designs.mlir.code.costs import NOTE
from tilescope.designs.mlir.syntax import Source
from tilescope.designs.mlir.values import Numbers
from tilescope.designs.parts import InBuffer
from tilescope.errors import InputError
from tilescope.kernels import references, tolerances
from tilescope.kernels.contract import Operand, Role
from tilescope.kernels.functions import (
    Arrays,
    Function,
    FunctionKernel,
    Memory,
    StatedCost,
)

MAX_EVALUATIONS = 5_000_000  # of the code of one core in one launch with data
PREFIXES = ("arith.", "math.", "linalg.", "memref.")
LOOPS = {"scf.for", "scf.if", "scf.yield"}
OTHERS = {"memref.alloc", "memref.alloca", "memref.dealloc", "memref.copy", "memref.get_global"}

_WRONG = (ArithmeticError, AttributeError, LookupError, TypeError, ValueError)

Found = Callable[[SSAValue], tuple[Held | InBuffer, Given] | None]


@dataclass(frozen=True)
class Nest:
    """A loop around a stretch: its variable, where it starts, its step and its trips if it ends."""

    variable: SSAValue
    first: int
    step: int
    trips: int | None


def is_code(op: Operation) -> bool:
    """Whether an operation only computes, with all that it holds."""
    if op.name in OTHERS:
        return False
    if op.name in LOOPS:
        return all(is_code(inner) for region in op.regions for inner in region.walk())
    return op.name.startswith(PREFIXES)


@dataclass
class CodeReader:
    """Makes calls of the code of one core. `defined` are values that its earlier code computes."""

    source: Source
    numbers: Numbers
    defined: set[SSAValue] = field(default_factory=set)

    def read(self, ops: Sequence[Operation], nests: Sequence[Nest], find: Found) -> Call | None:
        """One call for some operations in a row, or None where they come to nothing."""
        first = ops[0]
        compiler = Compiler(self.source, self.numbers, inside=set(self.defined))
        compiled = compiler.compile(ops)
        if not compiled.runs:
            return None
        variables = {nest.variable for nest in nests}
        operands: list[Held | InBuffer] = []
        given: list[Given] = []
        shapes: list[tuple[SSAValue, tuple[int, ...]]] = []
        for value in compiler.outside:
            if value in variables or value in self.defined:
                continue
            found = find(value)
            if found is None:
                raise self.source.fault(
                    first, "The code uses a value that is neither an object held nor a buffer."
                )
            kind = value.type
            shape = tuple(kind.get_shape()) if isinstance(kind, builtin.MemRefType) else ()
            operands.append(found[0])
            given.append(found[1])
            shapes.append((value, shape))
        self.defined = compiler.inside
        cycles = max(1, compiled.cycles)
        if cycles > MAX_CYCLES:
            raise self.source.fault(
                first,
                f"Code between two waits takes up to {MAX_CYCLES:,} cycles, not {cycles:,}; its "
                "loops have too many trips.",
            )
        stored = [value in compiler.stored for value, _ in shapes]
        kernel = _kernel(self.source.place(first), given, stored, cycles, compiled, shapes, nests)
        return Call(kernel, tuple(operands), ())


def _kernel(
    place: str,
    given: list[Given],
    stored: list[bool],
    cycles: int,
    compiled: Compiled,
    shapes: list[tuple[SSAValue, tuple[int, ...]]],
    nests: Sequence[Nest],
) -> FunctionKernel:
    operands = tuple(
        Operand(one.name, Role.INOUT if written else Role.IN, one.dtype, 1, one.elements)
        for one, written in zip(given, stored, strict=True)
    )
    dtypes = [one.dtype for one in given] or ["int32"]
    return FunctionKernel(
        name=f"code at {place}",
        symbol=f"code at {place}",
        source=place,
        summary="code that the design itself holds",
        dtype_in=dtypes[0],
        dtype_out=dtypes[-1],
        variant="code",
        emulation=None,
        block=None,
        operands=operands,
        scalars=(),
        cost=StatedCost(cycles, NOTE),
        reference=references.convert,
        error_model=tolerances.exact,
        make=_maker(place, compiled, shapes, nests),
        is_code=True,
    )


def _maker(
    place: str,
    compiled: Compiled,
    shapes: list[tuple[SSAValue, tuple[int, ...]]],
    nests: Sequence[Nest],
) -> Callable[[Memory], Function]:
    """Runs the steps on the operands; the how-manieth call it is says where the loops stand."""

    def make(memory: Memory) -> Function:
        calls = 0

        def run(arrays: Arrays, sizes: Sequence[int]) -> None:
            nonlocal calls
            number, calls = calls, calls + 1
            done = memory["evaluations"] = memory.get("evaluations", 0) + compiled.evaluations
            if done > MAX_EVALUATIONS:
                raise InputError(
                    f"{place}: the code of this core comes to more than {MAX_EVALUATIONS:,} "
                    "evaluations; use --timing-only."
                )
            for nest in reversed(nests):
                trip = number if nest.trips is None else number % nest.trips
                number = 0 if nest.trips is None else number // nest.trips
                memory[nest.variable] = np.int64(nest.first + nest.step * trip)
            for (value, shape), array in zip(shapes, arrays, strict=True):
                memory[value] = array.reshape(shape)
            environment: dict[Any, Any] = memory
            try:
                with np.errstate(all="ignore"):
                    for step in compiled.runs:
                        step(environment)
            except _WRONG as error:
                raise InputError(f"{place}: the code cannot be run: {error}.") from None

        return run

    return make
