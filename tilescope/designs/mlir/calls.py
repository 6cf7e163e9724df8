"""Matches the functions that a design calls to the contracts of kernels, or to stated costs."""

from __future__ import annotations

import ast
import tomllib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from math import ceil
from pathlib import Path

from tilescope.designs.ir import ObjectFifo
from tilescope.designs.mlir.formulas import assign, names_of, parse_formula, value_of
from tilescope.designs.parts import Buffer
from tilescope.errors import InputError
from tilescope.kernels import references, tolerances
from tilescope.kernels.catalog import all_kernels
from tilescope.kernels.contract import Kernel, Operand, Role
from tilescope.kernels.functions import (
    Arrays,
    Function,
    FunctionKernel,
    Memory,
    StatedCost,
)

MAX_CYCLES = 100_000_000  # of one call; a tenth of a second
STATED = "stated in the costs file"
DEFAULT = "*"  # whose cycles are those of every function that nothing else is known of


@dataclass(frozen=True)
class Stated:
    """What a costs file says of one function: its cycles, and what it computes if it says so."""

    cycles: int | ast.expr
    computes: tuple[str, ast.expr] | None = None


def read_costs(path: Path) -> dict[str, Stated]:
    """Costs by function name, from a TOML file with a table [kernel.NAME] for each.

    `cycles` is a number or a formula, `computes` a formula that is assigned to a buffer. Raises
    InputError for a file that cannot be read or holds anything else.
    """
    try:
        content = tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise InputError(f"{path} cannot be read: {error.strerror}.") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, RecursionError) as error:
        raise InputError(f"{path} is no TOML: {error}.") from None
    tables = content.get("kernel", {})
    if not content or not set(content) <= {"kernel", "default"} or not isinstance(tables, dict):
        raise InputError(
            f"{path} should hold a table [kernel.NAME] for each function, and [default] for all "
            "others."
        )
    found = {name: _stated_cost(path, f"kernel.{name}", table) for name, table in tables.items()}
    if "default" in content:
        found[DEFAULT] = _stated_cost(path, "default", content["default"])
    return found


def _stated_cost(path: Path, name: str, table: object) -> Stated:
    where = f"{path}: [{name}]"
    if not isinstance(table, dict) or not {"cycles"} <= set(table) <= {"cycles", "computes"}:
        raise InputError(f'{where} should hold cycles = N, and computes = "..." if it is known.')
    cycles, computes = table["cycles"], table.get("computes")
    try:
        found: int | ast.expr
        if isinstance(cycles, str):
            formula = parse_formula(cycles, assigns=False)
            assert isinstance(formula, ast.expr)
            found = formula
        elif isinstance(cycles, bool) or not isinstance(cycles, int):
            raise InputError(f"{cycles!r} is no number of cycles.")
        else:
            found = check_cycles(cycles)
        if computes is None:
            return Stated(found)
        if not isinstance(computes, str):
            raise InputError(f"{computes!r} is no formula.")
        assigned = parse_formula(computes, assigns=True)
        assert isinstance(assigned, tuple)
        return Stated(found, assigned)
    except InputError as error:
        raise InputError(f"{where}: {error}") from None


def stated_cost(symbol: str, costs: Mapping[str, Stated | int]) -> Stated | int | None:
    """What the costs file says of a function; by default, where that has no contract.

    None where it says nothing.
    """
    found = costs.get(symbol)
    if found is None and all(kernel.symbol != symbol for kernel in all_kernels()):
        found = costs.get(DEFAULT)
    return found


def has_formula(stated: Stated | int) -> bool:
    """Whether a stated cost depends on the sizes of a call."""
    return isinstance(stated, Stated) and not isinstance(stated.cycles, int)


def check_cycles(cycles: int) -> int:
    """Cycles of one call, from 1 to 100,000,000. Raises InputError for any others."""
    if not 0 < cycles <= MAX_CYCLES:
        raise InputError(f"A call takes 1 to {MAX_CYCLES:,} cycles, not {cycles:,}.")
    return cycles


@dataclass(frozen=True)
class Given:
    """An argument of a call: an object of a FIFO or a buffer, and what is done to it."""

    name: str
    dtype: str
    elements: int
    object_bytes: int
    role: Role

    @classmethod
    def of(cls, part: ObjectFifo | Buffer, role: Role) -> Given:
        """An object of a FIFO, or a buffer, in a role."""
        return cls(part.name, part.dtype, part.elements, part.object_bytes, role)


def match_kernel(
    symbol: str,
    toolchain: str,
    objects: Sequence[Given],
    scalars: Sequence[int],
    costs: Mapping[str, Stated | int],
) -> Kernel:
    """The kernel of a call on objects of FIFOs; a stated cost goes before a contract.

    What has neither costs what the file states by default. Raises InputError (a clause without its
    place) where there is none of them, or the arguments are not the contract's.
    """
    if (stated := stated_cost(symbol, costs)) is not None:
        return _stated(symbol, objects, scalars, stated)
    known = {kernel.symbol: kernel for kernel in all_kernels()}
    kernel = known.get(symbol)
    remedy = f"give its cycles with --costs: [kernel.{symbol}] cycles = N, or [default]"
    if kernel is None:
        raise InputError(f"What {symbol} costs is not known; {remedy}.")
    given = [one.dtype for one in objects]
    wanted = [operand.dtype for operand in kernel.operands]
    if given != wanted or len(scalars) != len(kernel.scalars):
        raise InputError(
            f"{symbol} takes {', '.join(wanted)} and the sizes {', '.join(kernel.scalars)}; it is "
            f"given {', '.join(given) or 'no buffers'} and {len(scalars)} sizes. If it is another "
            f"function of that name, {remedy}."
        )
    if problems := kernel.problems(*scalars):
        raise InputError(problems[0])
    for fifo, argument in zip(objects, kernel.arguments(*scalars), strict=True):
        if argument.bytes > fifo.object_bytes:
            raise InputError(
                f"{symbol} takes {argument.bytes:,} bytes for its {argument.name}, and an object "
                f"of {fifo.name} has {fifo.object_bytes:,}."
            )
    return kernel.compiled_by(toolchain)


def _stated(
    symbol: str, objects: Sequence[Given], scalars: Sequence[int], given: Stated | int
) -> Kernel:
    stated = Stated(given) if isinstance(given, int) else given
    cycles = stated.cycles
    if not isinstance(cycles, int):
        names = names_of([one.elements for one in objects], scalars)
        try:
            cycles = check_cycles(ceil(float(value_of(cycles, names))))
        except (ArithmeticError, TypeError, ValueError):
            raise InputError(f"The cycles of {symbol} are no number.") from None
    make = _computing(stated.computes) if stated.computes else None
    operands = tuple(Operand(one.name, one.role, one.dtype, 1, one.elements) for one in objects)
    dtypes = [one.dtype for one in objects] or ["int32"]
    return FunctionKernel(
        name=symbol,
        symbol=symbol,
        source=f"{symbol}.cc",
        summary="a function of which the costs file states the cycles",
        dtype_in=dtypes[0],
        dtype_out=dtypes[-1],
        variant="stated",
        emulation=None,
        block=None,
        operands=operands,
        scalars=tuple(f"size{place}" for place in range(len(scalars))),
        cost=StatedCost(cycles, STATED),
        reference=references.convert,
        error_model=tolerances.exact,
        make=make,
    )


def _computing(computes: tuple[str, ast.expr]) -> Callable[[Memory], Function]:
    target, formula = computes

    def run(arrays: Arrays, sizes: Sequence[int]) -> None:
        try:
            assign(target, formula, arrays, sizes)
        except (ArithmeticError, TypeError, ValueError) as error:
            raise InputError(f"What {target} becomes cannot be worked out: {error}.") from None

    return lambda memory: run
