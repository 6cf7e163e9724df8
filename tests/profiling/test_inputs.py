"""The matrices: from N(0,1), the same for the same seed, exactly representable."""

import numpy as np
import pytest

from tilescope.designs.mapping import Mapping
from tilescope.profiling.accuracy import errors, exact_product, expected_output
from tilescope.profiling.inputs import make_inputs
from tilescope.quantities.dtypes import numpy_dtype
from tilescope.workloads.gemm import Gemm


@pytest.mark.parametrize("dtype", ["float32", "bfloat16"])
def test_inputs_have_the_shape_the_dtype_and_the_spread(dtype: str) -> None:
    a, b = make_inputs(Gemm("case", 200, 150, 100, dtype), seed=0)
    assert (a.shape, b.shape) == ((200, 100), (100, 150))
    assert a.dtype == b.dtype == numpy_dtype(dtype)
    # 20,000 draws: the mean is within 5/√20000 = 0.035 of 0, the deviation within 0.025 of 1.
    values = a.astype(np.float64)
    assert abs(values.mean()) < 0.035
    assert abs(values.std() - 1) < 0.025


def test_the_same_seed_gives_the_same_bytes_and_another_seed_others() -> None:
    gemm = Gemm("case", 8, 8, 8, "float32")
    assert make_inputs(gemm, 0)[0].tobytes() == make_inputs(gemm, 0)[0].tobytes()
    assert make_inputs(gemm, 0)[0].tobytes() != make_inputs(gemm, 1)[0].tobytes()


def test_bfloat16_inputs_are_the_float32_ones_rounded() -> None:
    exact = make_inputs(Gemm("case", 16, 16, 16, "float32"), 3)[0]
    rounded = make_inputs(Gemm("case", 16, 16, 16, "bfloat16"), 3)[0]
    assert (exact.astype(numpy_dtype("bfloat16")) == rounded).all()


def test_relative_error_is_over_the_largest_reference() -> None:
    # |1.5 − 1| = 0.5 is the largest error, |−4| the largest reference: 0.5 / 4 = 0.125.
    reference = np.array([[1.0, -4.0]])
    assert errors(np.array([[1.5, -4.0]]), reference) == (0.5, 0.125)


def test_a_zero_reference_has_no_scale() -> None:
    zero = np.zeros((2, 2))
    assert errors(zero, zero) == (0.0, 0.0)
    assert errors(np.ones((2, 2)), zero) == (1.0, float("inf"))


def test_the_exact_product_is_in_float64() -> None:
    # 2^24 + 1 is no float32: the sum keeps it only in float64.
    a = np.array([[2.0**24, 1.0]], dtype=np.float32)
    b = np.ones((2, 1), dtype=np.float32)
    assert exact_product(a, b)[0, 0] == 2.0**24 + 1


@pytest.mark.parametrize("dtype", ["int8", "int16", "int32"])
def test_whole_numbers_are_as_large_as_no_sum_overflows(dtype: str) -> None:
    a, b = make_inputs(Gemm("case", 64, 64, 3072, dtype), seed=0)
    assert a.dtype == b.dtype == numpy_dtype(dtype)
    # int8 reaches both of its ends; 3072 products of 836² are 2,146,959,360 < 2^31.
    least, most = (-128, 127) if dtype == "int8" else (-836, 836)
    assert (a.min(), a.max()) == (b.min(), b.max()) == (least, most)
    assert np.abs(a.astype(np.int64) @ b.astype(np.int64)).max() < 2**31


@pytest.mark.parametrize("c_dtype", ["int8", "int16", "int32"])
def test_a_narrow_c_is_expected_as_the_kernel_rounds_it_at_each_call(c_dtype: str) -> None:
    gemm = Gemm("case", 8, 8, 128, "int8")
    a, b = make_inputs(gemm, seed=1)
    mapping = Mapping("fused-k", (8, 8, 64), (1, 1), emulation=None, c_dtype=c_dtype)
    shift = {"int8": 13, "int16": 5, "int32": 0}[c_dtype]
    # Two calls of 64: each adds its half of the product in units of 2^shift, to nearest, ties even.
    c = np.zeros((8, 8))
    for half in (slice(0, 64), slice(64, 128)):
        exact = a[:, half].astype(np.float64) @ b[half].astype(np.float64)
        c = np.rint(c + exact / 2.0**shift)
    ends = np.iinfo(c_dtype)
    assert np.array_equal(expected_output(gemm, mapping, a, b), np.clip(c, ends.min, ends.max))


def test_per_tile_rounds_each_launch_before_it_adds() -> None:
    gemm = Gemm("case", 8, 8, 128, "int8")
    a, b = make_inputs(gemm, seed=1)
    mapping = Mapping("per-tile", (8, 8, 64), (1, 1), emulation=None, c_dtype="int16")
    c = np.zeros((8, 8))
    for half in (slice(0, 64), slice(64, 128)):
        exact = a[:, half].astype(np.float64) @ b[half].astype(np.float64)
        c += np.rint(exact / 2.0**5)
    assert np.array_equal(expected_output(gemm, mapping, a, b), c)
