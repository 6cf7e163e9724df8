"""A second baseline: NumPy on this machine's CPU, run for real."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tilescope.quantities.dtypes import is_integer
from tilescope.targets.inputs import check_inputs
from tilescope.workloads.gemm import Gemm


class NumPyTarget:
    """numpy's A @ B, in float32, or in int32 for whole numbers.

    NumPy has neither a bfloat16 product nor one that sums narrow integers in a wider type, so
    those inputs are widened beforehand, which is not timed.
    """

    name = "numpy"
    kind = "measured"

    def available(self) -> str | None:
        """None: tilescope itself needs NumPy."""
        return None

    def versions(self) -> Mapping[str, str]:
        """NumPy's version."""
        return {"numpy": np.__version__}

    def prepare(self, gemm: Gemm, a: NDArray[Any], b: NDArray[Any]) -> Callable[[], Any]:
        """The call to be timed: C = A @ B on widened copies of A [m, k] and B [k, n].

        Raises InputError for inputs of another shape or dtype.
        """
        check_inputs(gemm, a, b)
        wide = np.int32 if is_integer(gemm.dtype) else np.float32
        left, right = a.astype(wide), b.astype(wide)
        return lambda: left @ right

    def output(self, result: Any) -> NDArray[np.float64]:
        """What a prepared call returned, in float64."""
        values: NDArray[np.float64] = np.asarray(result, dtype=np.float64)
        return values
