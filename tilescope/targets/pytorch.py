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

FLOATS = ("float32", "bfloat16")
INTEGERS = ("int8", "int16", "int32")
REMEDY = "install it (the README says how to get the small CPU build) to have a baseline"


class PyTorchTarget:
    """PyTorch on the CPU, with its own default number of threads.

    torch.nn.functional.linear in floating point; torch._int_mm for int8; for wider integers, and
    where that is missing, the product in int32, whose inputs are widened beforehand. It wraps
    beyond 2^31: inputs must keep below that, as those of kernels.ranges do.

    PyTorch is imported when it is first needed, and its absence is a reason and no failure.
    """

    name = "pytorch"
    kind = "measured"

    def __init__(self) -> None:
        self._torch: Any = None
        self._interrupted = False

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
        """The call to be timed: C = A @ B, in floating point as a linear layer with weight Bᵀ.

        A [m, k] and B [k, n] in the workload's dtype; the call returns a tensor [m, n] of the
        same dtype, of int32 for whole numbers. Raises InputError for a dtype it does not compute
        or inputs of another shape or dtype, and when PyTorch is missing.
        """
        if gemm.dtype not in (*FLOATS, *INTEGERS):
            raise InputError(
                f"The PyTorch baseline computes {', '.join((*FLOATS, *INTEGERS))}, "
                f"not {gemm.dtype}."
            )
        check_inputs(gemm, a, b)
        if gemm.dtype in INTEGERS:
            return self._whole_product(a, b)
        torch = self._load()
        inputs = self._tensor(a)
        weight = self._tensor(np.ascontiguousarray(b.T))
        linear = torch.nn.functional.linear

        def call() -> Any:
            return linear(inputs, weight)

        return call

    def _whole_product(self, a: NDArray[Any], b: NDArray[Any]) -> Callable[[], Any]:
        """C in int32, summed in int32."""
        torch = self._load()
        left, right = self._tensor(a), self._tensor(b)
        if a.dtype == np.int8 and (product := getattr(torch, "_int_mm", None)) is not None:
            try:
                product(left, right)
            except RuntimeError:
                pass  # this build or shape is not served
            else:
                return lambda: product(left, right)
        wide_left, wide_right = left.to(torch.int32), right.to(torch.int32)
        return lambda: torch.matmul(wide_left, wide_right)

    def output(self, result: Any) -> NDArray[np.float64]:
        """The tensor that a prepared call returned, in float64."""
        values: NDArray[np.float64] = result.to(self._load().float64).numpy()
        return values

    def allocated_bytes(self, call: Callable[[], Any]) -> int | None:
        """What the operators of one call allocate, by PyTorch's own profiler.

        What an operator frees before it returns is not in it. None where PyTorch has no such
        profiler.
        """
        try:
            profiler = importlib.import_module("torch.autograd.profiler_legacy").profile
            with profiler(profile_memory=True) as profile:
                call()
            sizes = [
                event.self_cpu_memory_usage
                for event in profile.function_events
                if event.name != "[memory]"
            ]
        except (ImportError, AttributeError, RuntimeError):
            return None
        return int(sum(size for size in sizes if size > 0))

    def _tensor(self, matrix: NDArray[Any]) -> Any:
        """A copy of a numpy matrix as a tensor; numpy has bfloat16 only as bits to PyTorch."""
        torch = self._load()
        if matrix.dtype == numpy_dtype("bfloat16"):
            return torch.from_numpy(matrix.view(np.int16).copy()).view(torch.bfloat16)
        return torch.from_numpy(matrix.copy())

    def _load(self) -> Any:
        """The torch module; InputError saying why when it cannot be had."""
        if self._torch is None:
            if self._interrupted:  # a second try on what is half there ends the process
                raise InputError("PyTorch cannot be had: its import was interrupted.")
            if importlib.util.find_spec("torch") is None:
                raise InputError(f"PyTorch is not installed; {REMEDY}.")
            try:
                self._torch = importlib.import_module("torch")
            except Exception as error:  # a broken installation may fail in any way
                raise InputError(
                    f"PyTorch cannot be imported ({type(error).__name__}: {error}); "
                    f"reinstall it, or {REMEDY}."
                ) from error
            except BaseException:
                self._interrupted = True
                raise
        return self._torch
