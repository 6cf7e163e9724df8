"""The baseline: PyTorch on this machine's CPU, run for real."""

from __future__ import annotations

import importlib
import importlib.util
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tilescope.errors import InputError
from tilescope.quantities.dtypes import numpy_dtype
from tilescope.targets.inputs import check_inputs
from tilescope.workloads.gemm import Gemm

DTYPES = ("float32", "bfloat16")
REMEDY = "install it (the README says how to get the small CPU build) to have a baseline"


class PyTorchTarget:
    """torch.nn.functional.linear on the CPU, with PyTorch's own default number of threads.

    PyTorch is imported when it is first needed, and its absence is a reason and no failure.
    """

    name = "pytorch"
    kind = "measured"

    def __init__(self) -> None:
        self._torch: Any = None

    def available(self) -> str | None:
        """None when PyTorch can be imported, otherwise one sentence saying why not."""
        try:
            self._load()
        except InputError as reason:
            return str(reason)
        return None

    def versions(self) -> Mapping[str, str]:
        """Version, threads and float32 precision; empty without PyTorch."""
        if self.available() is not None:
            return {}
        return {
            "torch": str(self._torch.__version__),
            "torch_threads": str(self._torch.get_num_threads()),
            "torch_float32_matmul_precision": str(self._torch.get_float32_matmul_precision()),
        }

    def prepare(self, gemm: Gemm, a: NDArray[Any], b: NDArray[Any]) -> Callable[[], Any]:
        """The call to be timed: C = A @ B as a linear layer, its weight B kept transposed.

        A [m, k] and B [k, n] in the workload's dtype; the call returns a tensor [m, n] of the
        same dtype. Raises InputError for a dtype it does not compute or inputs of another shape
        or dtype, and when PyTorch is missing.
        """
        if gemm.dtype not in DTYPES:
            raise InputError(
                f"The PyTorch baseline computes {' and '.join(DTYPES)}, not {gemm.dtype}."
            )
        check_inputs(gemm, a, b)
        torch = self._load()
        inputs = self._tensor(a)
        weight = self._tensor(np.ascontiguousarray(b.T))
        linear = torch.nn.functional.linear

        def call() -> Any:
            return linear(inputs, weight)

        return call

    def output(self, result: Any) -> NDArray[np.float64]:
        """The tensor that a prepared call returned, in float64."""
        values: NDArray[np.float64] = result.to(self._load().float64).numpy()
        return values

    def _tensor(self, matrix: NDArray[Any]) -> Any:
        """A copy of a numpy matrix as a tensor; numpy has bfloat16 only as bits to PyTorch."""
        torch = self._load()
        if matrix.dtype == numpy_dtype("bfloat16"):
            return torch.from_numpy(matrix.view(np.int16).copy()).view(torch.bfloat16)
        return torch.from_numpy(matrix.copy())

    def _load(self) -> Any:
        """The torch module; InputError saying why when it cannot be had."""
        if self._torch is None:
            if importlib.util.find_spec("torch") is None:
                raise InputError(f"PyTorch is not installed; {REMEDY}.")
            try:
                self._torch = importlib.import_module("torch")
            except Exception as error:  # a broken installation may fail in any way
                raise InputError(
                    f"PyTorch cannot be imported ({type(error).__name__}: {error}); "
                    f"reinstall it, or {REMEDY}."
                ) from error
        return self._torch
