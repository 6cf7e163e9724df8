"""The host build of cc/: a shared library for each instruction set, chosen by the CPU.

The libraries lie beside the compiled engine. TILESCOPE_KERNELS=portable (or the name of another
instruction set) overrides the choice; TILESCOPE_KERNEL_DIR names another directory to look in.
"""

from __future__ import annotations

import ctypes
import functools
import importlib
import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tilescope.errors import InputError

KERNELS_VARIABLE = "TILESCOPE_KERNELS"
DIRECTORY_VARIABLE = "TILESCOPE_KERNEL_DIR"


class _Entry(ctypes.Structure):
    """TilescopeKernelEntry of kernel_abi.h."""

    _fields_ = (
        ("symbol", ctypes.c_char_p),
        ("thunk", ctypes.c_void_p),
        ("pointers", ctypes.c_int32),
        ("scalars", ctypes.c_int32),
    )


_THUNK = ctypes.CFUNCTYPE(None, ctypes.POINTER(ctypes.c_void_p), ctypes.POINTER(ctypes.c_int32))


@dataclass(frozen=True)
class KernelLibrary:
    """One loaded library: the address of each kernel's thunk, and how many arguments it takes."""

    path: Path
    isa: str
    addresses: Mapping[str, int]
    counts: Mapping[str, tuple[int, int]] = field(repr=False)  # pointers, scalars
    handle: Any = field(repr=False, compare=False)  # keeps the library in memory

    def address(self, symbol: str) -> int:
        """The address of a kernel's thunk. Raises InputError where the library lacks it."""
        if symbol not in self.addresses:
            raise InputError(f"{self.path} has no kernel {symbol}; rebuild tilescope.")
        return self.addresses[symbol]

    def call(self, symbol: str, arrays: tuple[NDArray[Any], ...], scalars: tuple[int, ...]) -> None:
        """Runs a kernel on contiguous arrays, which it changes in place by their roles.

        Raises InputError where the numbers of arguments are not the kernel's, or an array is
        not contiguous.
        """
        address = self.address(symbol)
        self._check_counts(symbol, len(arrays), len(scalars))
        if not all(array.flags.c_contiguous for array in arrays):
            raise InputError(f"{symbol} takes contiguous arrays.")
        pointers_given = (ctypes.c_void_p * len(arrays))(*(array.ctypes.data for array in arrays))
        _THUNK(address)(pointers_given, (ctypes.c_int32 * len(scalars))(*scalars))

    def call_many(
        self, symbol: str, pointers: NDArray[np.uint64], scalars: tuple[int, ...]
    ) -> None:
        """Runs a kernel once for each row of addresses, from first to last, in one native loop.

        The addresses are trusted: each must point to the contract's memory. Raises InputError
        where the numbers of arguments are not the kernel's.
        """
        address = self.address(symbol)
        self._check_counts(symbol, pointers.shape[1], len(scalars))
        rows = np.ascontiguousarray(pointers)
        self.handle.tilescope_call_many(
            ctypes.c_void_p(address),
            ctypes.c_void_p(rows.ctypes.data),
            ctypes.c_int32(rows.shape[1]),
            (ctypes.c_int32 * len(scalars))(*scalars),
            ctypes.c_int32(rows.shape[0]),
        )

    def _check_counts(self, symbol: str, pointers: int, scalars: int) -> None:
        if (pointers, scalars) != self.counts[symbol]:
            needed, sizes = self.counts[symbol]
            raise InputError(f"{symbol} takes {needed} arrays and {sizes} sizes.")


def kernel_directory() -> Path:
    """Where the libraries lie. Raises InputError where the engine is not built."""
    chosen = os.environ.get(DIRECTORY_VARIABLE)
    if chosen:
        return Path(chosen)
    try:
        engine = importlib.import_module("tilescope._engine")
    except ImportError as error:
        raise InputError(
            f"tilescope's compiled engine is missing ({error}); install a C++ compiler and "
            "run pip install . again."
        ) from None
    return Path(str(engine.__file__)).parent


def built_isas() -> tuple[str, ...]:
    """The instruction sets that there is a library for."""
    libraries = sorted(kernel_directory().glob("kernels_*.so"))
    return tuple(path.stem.removeprefix("kernels_") for path in libraries)


def best_isa() -> str:
    """The fastest built instruction set that this CPU runs, as cpuid and the system say."""
    best = _open(_path_of("portable")).tilescope_best_isa
    best.restype = ctypes.c_char_p
    name: bytes = best()
    return name.decode()


def load_library(isa: str | None = None) -> KernelLibrary:
    """The library for an instruction set; without one, what the environment or the CPU says.

    Loaded once. Raises InputError where there is no such library or the CPU cannot run it.
    """
    wanted = isa or os.environ.get(KERNELS_VARIABLE) or best_isa()
    if wanted not in built_isas():
        raise InputError(
            f"There is no host build of the kernels for {wanted!r} in {kernel_directory()}; "
            f"there is {', '.join(built_isas()) or 'none'}."
        )
    if wanted not in ("portable", best_isa()):
        raise InputError(f"This CPU does not run the {wanted} kernels; use portable.")
    return _load(_path_of(wanted))


def _path_of(isa: str) -> Path:
    return kernel_directory() / f"kernels_{isa}.so"


def _open(path: Path) -> ctypes.CDLL:
    try:
        return ctypes.CDLL(str(path))
    except OSError as error:
        raise InputError(f"The kernel library cannot be loaded: {error}.") from None


@functools.cache
def _load(path: Path) -> KernelLibrary:
    handle = _open(path)
    handle.tilescope_kernel_table.restype = ctypes.POINTER(_Entry)
    handle.tilescope_kernel_isa.restype = ctypes.c_char_p
    count = ctypes.c_int32()
    table = handle.tilescope_kernel_table(ctypes.byref(count))
    entries = [table[i] for i in range(count.value)]
    return KernelLibrary(
        path=path,
        isa=handle.tilescope_kernel_isa().decode(),
        addresses={entry.symbol.decode(): int(entry.thunk) for entry in entries},
        counts={entry.symbol.decode(): (entry.pointers, entry.scalars) for entry in entries},
        handle=handle,
    )
