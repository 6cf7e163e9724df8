"""Is the second baseline the product of the given numbers, never a wrapped one?"""

from __future__ import annotations

import numpy as np
import pytest

from tilescope.errors import InputError
from tilescope.profiling.inputs import make_inputs
from tilescope.targets.conformance import check_target
from tilescope.targets.numpy_cpu import NumPyTarget
from tilescope.workloads import Gemm


def test_it_conforms() -> None:
    check_target(NumPyTarget())


@pytest.mark.parametrize("dtype", ["int8", "int16", "int32"])
def test_whole_numbers_are_multiplied_exactly(dtype: str) -> None:
    gemm = Gemm("x", 17, 19, 300, dtype)
    a, b = make_inputs(gemm, seed=0)
    target = NumPyTarget()
    output = target.output(target.prepare(gemm, a, b)())
    assert np.array_equal(output, a.astype(np.int64) @ b.astype(np.int64))


def test_inputs_of_another_dtype_are_refused() -> None:
    gemm = Gemm("x", 4, 8, 16, "float32")
    a, b = make_inputs(gemm, seed=0)
    with pytest.raises(InputError, match="in float64"):
        NumPyTarget().prepare(gemm, a.astype(np.float64), b)
