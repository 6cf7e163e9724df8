"""Finding a kernel, and being told what to use instead."""

import pytest

from tilescope.errors import InputError
from tilescope.kernels.catalog import all_kernels, find_kernel
from tilescope.kernels.contract import Role


def test_float32_is_emulated_safely_unless_asked_otherwise():
    assert find_kernel("linear_matmul", "f32").symbol == "linear_matmul_float32_safe"


@pytest.mark.parametrize("emulation", ["safe", "fast", "low"])
def test_an_emulation_names_its_own_function(emulation):
    kernel = find_kernel("linear_matmul", "float32", "vector", emulation)
    assert kernel.symbol == f"linear_matmul_float32_{emulation}"
    assert kernel.emulation == emulation


def test_the_emulation_does_not_matter_to_bfloat16():
    kernels = {find_kernel("linear_matmul", "bf16", "vector", e) for e in ("safe", "fast", "low")}
    assert [kernel.symbol for kernel in kernels] == ["linear_matmul_bfloat16"]


def test_a_bfloat16_product_may_keep_c_in_float32():
    kernel = find_kernel("linear_matmul", "bfloat16", dtype_out="float32")
    assert kernel.symbol == "linear_matmul_bfloat16_float32"
    assert [argument.bytes for argument in kernel.arguments(4, 8, 4)] == [64, 64, 64]


@pytest.mark.parametrize(
    ("asked", "told"),
    [
        (("linear_matmul", "float16"), "no float16; use bfloat16"),
        (("linear_matmul", "bfloat16", "scalar"), "use the vector kernel"),
        (("linear_accumulate", "float32", "scalar"), "use the vector kernel"),
        (("linear_round", "int8"), "There is no int8 kernel for linear_round; there is float32"),
        (("linear_matmul", "int8", "scalar"), "use the vector kernel"),
        (("linear_matmul", "int32", "vector", None, "int8"), "gives int32, not int8"),
        (("linear_matmul", "float32", "vector", "bfp16"), "emulated safe, fast, low; bfp16 is a"),
        (("linear_matmul", "bfloat16", "vector", "bfp16"), "not of bfloat16 on aie2"),
        (("linear_matmul", "float64"), "Unknown dtype"),
        (("linear_matmull", "float32"), "Did you mean linear_matmul"),
        (("linear_matmul", "float32", "tensor"), "Unknown kernel variant"),
        (("linear_matmul", "float32", "vector", "exact"), "Unknown emulation"),
        (("linear_matmul", "float32", "vector", "safe", "bfloat16"), "gives float32, not bfloat16"),
    ],
)
def test_a_kernel_that_is_not_there_is_refused_with_what_is(asked, told):
    with pytest.raises(InputError, match=told):
        find_kernel(*asked)


@pytest.mark.parametrize(
    ("name", "dtype", "roles"),
    [
        ("linear_matmul", "float32", {"a": "in", "b": "in", "c": "inout"}),
        ("linear_matmul", "bfloat16", {"a": "in", "b": "in", "c": "inout"}),
        ("linear_accumulate", "float32", {"c_in": "in", "p": "in", "c_out": "out"}),
        ("linear_accumulate", "bfloat16", {"c_in": "in", "p": "in", "c_out": "out"}),
        ("linear_zero", "float32", {"c": "out"}),
        ("linear_zero", "bfloat16", {"c": "out"}),
    ],
)
def test_every_argument_says_whether_it_is_read_or_written(name, dtype, roles):
    operands = find_kernel(name, dtype).operands
    assert {operand.name: operand.role.value for operand in operands} == roles


def test_rounding_reads_float32_and_writes_bfloat16():
    c_in, c_out = find_kernel("linear_round", "float32", dtype_out="bfloat16").arguments(64)
    assert (c_in.role, c_in.dtype, c_in.bytes) == (Role.IN, "float32", 256)
    assert (c_out.role, c_out.dtype, c_out.bytes) == (Role.OUT, "bfloat16", 128)


def test_a_matmul_says_how_each_operand_lies_in_memory():
    a, b, c = find_kernel("linear_matmul", "float32").arguments(16, 64, 32)
    assert (a.rows, a.cols, a.block) == (16, 64, (4, 8))
    assert (b.rows, b.cols, b.block) == (64, 32, (8, 4))
    assert (c.rows, c.cols, c.block) == (16, 32, (4, 4))
    assert (a.bytes, b.bytes, c.bytes) == (4096, 8192, 2048)


@pytest.mark.parametrize(
    ("scalars", "problem"),
    [
        ((16, 64), "takes the sizes m, k, n, not 2 of them"),
        ((0, 64, 16), "needs a positive m, not 0"),
        ((16, 64, 18), "needs n to be a multiple of 4: 18"),
    ],
)
def test_sizes_that_a_kernel_does_not_take_are_told_in_a_sentence(scalars, problem):
    kernel = find_kernel("linear_matmul", "bfloat16")
    assert problem in kernel.problems(*scalars)[0]
    with pytest.raises(InputError, match=problem):
        kernel.arguments(*scalars)


@pytest.mark.parametrize(
    ("dtype", "out", "generation", "symbol", "block"),
    [
        ("int8", None, "aie2", "linear_matmul_int8_int32", (4, 8, 8)),
        ("int8", "int16", "aie2", "linear_matmul_int8_int16", (4, 8, 8)),
        ("int8", "int8", "aie2p", "linear_matmul_int8_int8_aie2p", (8, 8, 8)),
        ("int16", None, "aie2", "linear_matmul_int16_int32", (4, 4, 4)),
        ("int16", "int16", "aie2p", "linear_matmul_int16_int16_aie2p", (4, 4, 8)),
        ("int32", None, "aie2", "linear_matmul_int32_int32", (4, 2, 4)),
        ("int32", None, "aie2p", "linear_matmul_int32_int32", (4, 2, 4)),
        ("bfloat16", None, "aie2", "linear_matmul_bfloat16", (4, 8, 4)),
        ("bfloat16", None, "aie2p", "linear_matmul_bfloat16_bfp16", (8, 8, 8)),
        ("float32", None, "aie2p", "linear_matmul_float32_safe", (4, 8, 4)),
    ],
)
def test_every_dtype_has_its_block_on_each_generation(dtype, out, generation, symbol, block):
    kernel = find_kernel("linear_matmul", dtype, dtype_out=out, generation=generation)
    assert (kernel.symbol, kernel.block) == (symbol, block)
    assert generation in kernel.generations


@pytest.mark.parametrize(
    ("emulation", "symbol", "block"),
    [
        (None, "bfp16", (8, 8, 8)),
        ("safe", "bfp16", (8, 8, 8)),
        ("bfp16", "bfp16", (8, 8, 8)),
        ("native", "native", (4, 8, 8)),
    ],
)
def test_bfloat16_on_aie2p_goes_by_bfp16_unless_asked_otherwise(emulation, symbol, block):
    kernel = find_kernel("linear_matmul", "bf16", emulation=emulation, generation="aie2p")
    assert (kernel.symbol, kernel.block) == (f"linear_matmul_bfloat16_{symbol}", block)
    assert kernel.emulation == symbol


def test_b_by_columns_has_its_own_function_and_says_how_its_blocks_lie():
    kernel = find_kernel("linear_matmul", "int8", b_layout="column")
    assert (kernel.symbol, kernel.b_layout) == ("linear_matmul_int8_int32_bt", "column")
    a, b, c = kernel.arguments(4, 8, 16)
    assert (b.block, b.transposed) == ((8, 8), True)
    assert not a.transposed
    assert not c.transposed


def test_only_vector_products_take_b_by_columns():
    for name, variant in (("linear_matmul", "scalar"), ("linear_zero", "vector")):
        with pytest.raises(InputError, match="use the other layout"):
            find_kernel(name, "float32", variant, b_layout="column")


@pytest.mark.parametrize(
    ("choice", "told"),
    [({"generation": "aie3"}, "Unknown generation"), ({"b_layout": "rows"}, "Unknown layout of B")],
)
def test_an_unknown_generation_or_layout_is_refused(choice, told):
    with pytest.raises(InputError, match=told):
        find_kernel("linear_matmul", "int8", **choice)


def test_no_two_kernels_share_a_function():
    """Products, each twice for B: 2 + 4 bfloat16, 3 float32, 6 + 4 + 1 whole; one scalar; 5
    accumulate, 1 rounds, 5 zero.
    """
    symbols = [kernel.symbol for kernel in all_kernels()]
    assert len(symbols) == len(set(symbols)) == 2 * (6 + 3 + 11) + 1 + 5 + 1 + 5
