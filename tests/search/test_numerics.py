"""How exact a mapping is follows from its kernel and where it rounds, not from its tile."""

from dataclasses import replace

import numpy as np
import pytest

from tilescope.devices import load_device
from tilescope.profiling.accuracy import errors, exact_product
from tilescope.profiling.inputs import make_inputs
from tilescope.search.limits import Limits
from tilescope.search.numerics import ErrorMeter
from tilescope.search.space import kernels
from tilescope.targets.simulated import SimulatedNpu
from tilescope.workloads import Gemm

CASES = [
    (device, dtype, c_dtype)
    for device in ("npu1", "npu2")
    for dtype, c_dtype in (("float32", None), ("bfloat16", None), ("bfloat16", "bfloat16"))
]


@pytest.mark.parametrize(("device", "dtype", "c_dtype"), CASES)
def test_the_measured_error_is_that_of_the_whole_product_on_the_array(device, dtype, c_dtype):
    gemm = Gemm("any", 48, 80, 192, dtype)
    npu = SimulatedNpu(device)
    a, b = make_inputs(gemm, 0)
    exact = exact_product(a, b)
    meter = ErrorMeter(gemm)
    for base, kernel in kernels(gemm, npu.device, Limits(c_dtype=c_dtype)):
        for family in ("whole-array", "per-tile"):
            mapping = replace(base, family=family, core_tile=(16, 16, 64), grid=(2, 4))
            _, max_rel = errors(npu.run(gemm, mapping, a, b).output, exact)
            assert meter.error(mapping, kernel).max_rel_error == max_rel


def test_tiles_grids_and_layouts_of_one_kind_give_the_same_bits():
    gemm = Gemm("any", 48, 80, 192, "bfloat16")
    npu = SimulatedNpu("npu1")
    inputs = make_inputs(gemm, 0)
    base, _ = kernels(gemm, npu.device, Limits(b_layout="row"))[0]
    mappings = [
        replace(base, core_tile=(16, 16, 64), grid=(1, 1)),
        replace(base, core_tile=(8, 20, 24), grid=(3, 2), ports="spread", c_depth=1),
        replace(base, core_tile=(48, 40, 32), grid=(1, 2), k_mt=96, b_layout="column"),
    ]
    outputs = [npu.run(gemm, mapping, *inputs).output for mapping in mappings]
    for output in outputs[1:]:
        assert np.array_equal(output, outputs[0])


def test_a_narrow_c_is_of_another_kind_for_each_k_of_a_call():
    gemm = Gemm("any", 16, 16, 192, "bfloat16")
    npu = load_device("npu1")
    base, kernel = kernels(gemm, npu, Limits(c_dtype="bfloat16"))[0]
    meter = ErrorMeter(gemm)
    errors_of = {
        k: meter.error(replace(base, core_tile=(16, 16, k)), kernel).max_rel_error for k in (8, 192)
    }
    assert errors_of[8] > errors_of[192]


def test_a_large_product_is_measured_on_a_part_and_says_so():
    gemm = Gemm("any", 4096, 4096, 64, "bfloat16")
    base, kernel = kernels(gemm, load_device("npu1"), Limits())[0]
    found = ErrorMeter(gemm).error(base, kernel)
    assert not found.whole(gemm)
    assert (found.taken_on.m, found.taken_on.n, found.taken_on.k) == (256, 256, 64)


def test_whole_numbers_are_exact():
    gemm = Gemm("any", 64, 64, 64, "int8")
    base, kernel = kernels(gemm, load_device("npu1"), Limits(c_dtype="int8"))[0]
    assert ErrorMeter(gemm).error(base, kernel).max_rel_error == 0
