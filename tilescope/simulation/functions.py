"""Python functions as kernels that the engine calls."""

from __future__ import annotations

import ctypes
from collections.abc import Sequence
from typing import Any

import numpy as np

from tilescope.kernels.functions import FunctionKernel, Memory
from tilescope.quantities.dtypes import dtype_bytes, numpy_dtype

_THUNK = ctypes.CFUNCTYPE(None, ctypes.POINTER(ctypes.c_void_p), ctypes.POINTER(ctypes.c_int32))


class FunctionThunks:
    """Functions made callable for the engine, with the errors that they ended with.

    An error cannot pass through the engine: it is kept, later calls do nothing, and whoever ran
    the engine raises it.
    """

    def __init__(self) -> None:
        """No function is known."""
        self.errors: list[Exception] = []
        self._kept: list[Any] = []
        self._memories: dict[int, Memory] = {}

    def address(self, kernel: FunctionKernel, core: int, sizes: Sequence[tuple[int, str]]) -> int:
        """Where the engine finds a function; `sizes` are elements and dtype of each operand."""
        if kernel.make is None:
            return 0
        function = kernel.make(self._memories.setdefault(core, {}))
        scalars = len(kernel.scalars)

        def run(pointers: Any, numbers: Any) -> None:
            if self.errors:
                return
            try:
                arrays = [
                    _array(pointers[place], elements, dtype)
                    for place, (elements, dtype) in enumerate(sizes)
                ]
                function(arrays, [numbers[place] for place in range(scalars)])
            except Exception as error:
                self.errors.append(error)

        thunk = _THUNK(run)
        self._kept.append(thunk)
        return ctypes.cast(thunk, ctypes.c_void_p).value or 0


def _array(address: int, elements: int, dtype: str) -> Any:
    memory = (ctypes.c_uint8 * (elements * dtype_bytes(dtype))).from_address(address)
    return np.ctypeslib.as_array(memory).view(numpy_dtype(dtype))
