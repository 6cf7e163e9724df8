"""Does a product count its own work and bytes, and refuse a shape that is none?"""

from __future__ import annotations

import pytest

from tilescope.errors import InputError
from tilescope.workloads import Gemm


def test_work_is_two_operations_for_each_multiply_accumulate() -> None:
    gemm = Gemm("q_proj", 64, 960, 768, "float32")
    assert gemm.macs == 64 * 960 * 768 == 47_185_920
    assert gemm.flops == 2 * 47_185_920 == 94_371_840


def test_bytes_count_every_tensor_once_in_the_width_of_its_dtype() -> None:
    wide = Gemm("q_proj", 64, 960, 768, "float32")
    # A 64×768 and B 768×960 in 4 bytes; C 64×960 in 4 bytes
    assert wide.input_bytes == 4 * (49_152 + 737_280) == 3_145_728
    assert wide.output_bytes == 4 * 61_440 == 245_760
    narrow = Gemm("q_proj", 64, 960, 768, "bfloat16")
    assert narrow.input_bytes * 2 == wide.input_bytes
    assert narrow.output_bytes * 2 == wide.output_bytes


def test_dtype_is_stored_under_its_canonical_name() -> None:
    assert Gemm("x", 1, 1, 1, "bf16").dtype == "bfloat16"


def test_label_is_name_and_shape() -> None:
    assert Gemm("q_proj", 64, 960, 768, "float32").label == "q_proj (64×960×768)"


def test_largest_side_is_accepted_and_one_more_is_refused() -> None:
    assert Gemm("x", 2**20, 1, 1, "int8").macs == 2**20
    with pytest.raises(InputError, match="largest dimension accepted is 1,048,576"):
        Gemm("x", 2**20 + 1, 1, 1, "int8")


def test_most_work_is_accepted_and_one_row_more_is_refused() -> None:
    # 2^20 · 2^10 · 2^10 = 2^40 multiply-accumulates
    assert Gemm("x", 2**20, 2**10, 2**10, "int8").macs == 2**40
    with pytest.raises(InputError, match="multiply-accumulates"):
        Gemm("x", 2**20, 2**10, 2**10 + 1, "int8")


@pytest.mark.parametrize("size", [0, -64])
@pytest.mark.parametrize("side", ["m", "n", "k"])
def test_a_side_that_is_not_positive_is_refused_by_name(side: str, size: int) -> None:
    sides = {"m": 4, "n": 4, "k": 4, side: size}
    with pytest.raises(InputError, match=f"{side.upper()} is {size} in the shape"):
        Gemm("x", sides["m"], sides["n"], sides["k"], "float32")


@pytest.mark.parametrize("size", [64.0, "64", True, None])
def test_a_side_that_is_no_whole_number_is_refused(size: object) -> None:
    with pytest.raises(InputError, match="M of x must be a whole number"):
        Gemm("x", size, 4, 4, "float32")  # type: ignore[arg-type]


def test_a_name_that_is_empty_is_refused() -> None:
    with pytest.raises(InputError, match="name"):
        Gemm(" ", 4, 4, 4, "float32")


def test_an_unknown_dtype_is_refused_with_those_that_exist() -> None:
    with pytest.raises(InputError, match="bfloat16"):
        Gemm("x", 4, 4, 4, "float8")
