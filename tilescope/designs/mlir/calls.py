"""Matches the functions that a design calls to the contracts of kernels, or to stated costs."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from tilescope.designs.ir import ObjectFifo
from tilescope.designs.parts import Buffer
from tilescope.devices.device import Device
from tilescope.errors import InputError
from tilescope.kernels import references, tolerances
from tilescope.kernels.catalog import all_kernels
from tilescope.kernels.contract import Kernel, Operand, Role

MAX_CYCLES = 100_000_000  # of one call; a tenth of a second
STATED = "stated in the costs file"


@dataclass(frozen=True)
class StatedCost:
    """Array cycles of one call as a costs file states them."""

    call_cycles: int
    estimated: bool = True
    note: str = STATED

    def cycles(self, device: Device, *scalars: int) -> int:
        """The same on any device and for any sizes."""
        return self.call_cycles

    def operations(self, *scalars: int) -> dict[str, int]:
        """Nothing is known of what it does."""
        return {}


@dataclass(frozen=True)
class StatedKernel(Kernel):
    """A function of which only the cost of a call is known: it has a time and computes nothing."""

    def problems(self, *scalars: int) -> tuple[str, ...]:
        """It takes any sizes."""
        return ()


def read_costs(path: Path) -> dict[str, int]:
    """Cycles by function name, from a TOML file with a table [kernel.NAME] cycles = N for each.

    Raises InputError for a file that cannot be read or holds anything else.
    """
    try:
        content = tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise InputError(f"{path} cannot be read: {error.strerror}.") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, RecursionError) as error:
        raise InputError(f"{path} is no TOML: {error}.") from None
    tables = content.get("kernel")
    if set(content) != {"kernel"} or not isinstance(tables, dict):
        raise InputError(f"{path} should hold a table [kernel.NAME] for each function.")
    costs = {}
    for name, table in tables.items():
        cycles = table.get("cycles") if isinstance(table, dict) and set(table) == {"cycles"} else 0
        if not isinstance(cycles, int) or isinstance(cycles, bool) or not 0 < cycles <= MAX_CYCLES:
            raise InputError(
                f"{path}: [kernel.{name}] should hold cycles = N alone, N from 1 to 100,000,000."
            )
        costs[name] = cycles
    return costs


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
    costs: Mapping[str, int],
) -> Kernel:
    """The kernel of a call on objects of FIFOs; a stated cost goes before a contract.

    Raises InputError (a clause without its place) where there is neither, or the arguments are
    not the contract's.
    """
    if symbol in costs:
        return _stated(symbol, objects, scalars, costs[symbol])
    known = {kernel.symbol: kernel for kernel in all_kernels()}
    kernel = known.get(symbol)
    remedy = f"give its cycles with --costs: [kernel.{symbol}] cycles = N"
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


def _stated(symbol: str, objects: Sequence[Given], scalars: Sequence[int], cycles: int) -> Kernel:
    operands = tuple(Operand(one.name, one.role, one.dtype, 1, one.elements) for one in objects)
    dtypes = [one.dtype for one in objects] or ["int32"]
    return StatedKernel(
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
        cost=StatedCost(cycles),
        reference=references.convert,
        error_model=tolerances.exact,
    )
