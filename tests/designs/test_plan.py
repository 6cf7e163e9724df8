"""Are the host's steps those of the seed's loop, and the bytes of each launch what it is given?"""

import numpy as np
import pytest

from tilescope.designs.mapping import Mapping, choose_mapping
from tilescope.designs.plan import COPY, LAUNCH, ZERO, make_plan
from tilescope.devices import load_device
from tilescope.errors import InputError
from tilescope.workloads import Gemm

NPU1 = load_device("npu1")
A, B, C, A_TILE, B_TILE, P_TILE, C_IN, C_OUT = range(8)


def per_tile(m, n, k, dtype="float32"):
    gemm = Gemm("any", m, n, k, dtype)
    return make_plan(gemm, choose_mapping(gemm, "per-tile", NPU1))


def test_fused_k_is_one_step():
    gemm = Gemm("any", 64, 64, 64, "float32")
    plan = make_plan(gemm, choose_mapping(gemm, "fused-k", NPU1))
    assert plan.steps().tolist() == [[LAUNCH, 0, A, B, C, 0, 0, 0, 0, 0]]


def test_the_whole_array_is_one_launch_as_well():
    gemm = Gemm("any", 64, 64, 128, "float32")
    plan = make_plan(gemm, Mapping("whole-array", (16, 16, 64), (4, 4), ports="spread"))
    assert [(launch.kernel, launch.count) for launch in plan.launches] == [("linear_fused", 1)]
    assert len(plan.steps()) == 1


def test_per_tile_takes_six_steps_a_block_after_c_is_cleared():
    """70×130×150 pads to 128×192×192: 2 × 3 × 3 = 18 blocks."""
    plan = per_tile(70, 130, 150)
    assert plan.padded == (128, 192, 192)
    assert plan.tiles == 18
    kinds = plan.steps()[:, 0].tolist()
    assert kinds == [ZERO] + [COPY, COPY, LAUNCH, COPY, LAUNCH, COPY] * 18


def test_c_is_cleared_as_one_row_of_all_its_bytes():
    assert per_tile(70, 130, 150).steps()[0].tolist()[:6] == [ZERO, C, 0, 1, 128 * 192 * 4, 0]


def test_k_runs_innermost_then_n_then_m():
    """Offsets of A and B, in float32, for 2 × 3 × 3 blocks of rows of 192 elements."""
    steps = per_tile(70, 130, 150).steps()
    from_a = [row[3] for row in steps.tolist() if row[:3] == [COPY, A, A_TILE]]
    from_b = [row[3] for row in steps.tolist() if row[:3] == [COPY, B, B_TILE]]
    assert from_a == [
        (i * 64 * 192 + step * 64) * 4 for i in range(2) for _ in range(3) for step in range(3)
    ]
    assert from_b == [
        (step * 64 * 192 + j * 64) * 4 for _ in range(2) for j in range(3) for step in range(3)
    ]


@pytest.mark.parametrize(("dtype", "size"), [("float32", 4), ("bfloat16", 2)])
def test_one_block_by_hand(dtype, size):
    """Block (i, j, step) = (1, 2, 1) of 128×192×192, the 16th: ((1·3 + 2)·3 + 1).

    A: rows 64.., columns 64..; B: rows 64.., columns 128..; C: rows 64.., columns 128.., which is
    float32 for either dtype. Rows are 64 elements; 192 lie between the starts of rows.
    """
    plan = per_tile(70, 130, 150, dtype)
    rows = plan.steps()[1 + 6 * 16 : 1 + 6 * 17].tolist()
    row, whole = 64 * size, 192 * size
    assert rows == [
        [COPY, A, A_TILE, (64 * 192 + 64) * size, 0, 64, row, whole, row, 0],
        [COPY, B, B_TILE, (64 * 192 + 128) * size, 0, 64, row, whole, row, 0],
        [LAUNCH, 0, A_TILE, B_TILE, P_TILE, 0, 0, 0, 0, 0],
        [COPY, C, C_IN, (64 * 192 + 128) * 4, 0, 64, 256, 768, 256, 0],
        [LAUNCH, 1, C_IN, P_TILE, C_OUT, 0, 0, 0, 0, 0],
        [COPY, C_OUT, C, 0, (64 * 192 + 128) * 4, 64, 256, 256, 768, 0],
    ]


def test_the_steps_are_the_products_loop():
    """Run in numpy on whole numbers, with the launches as plain products and sums."""
    plan = per_tile(70, 130, 150)
    generator = np.random.default_rng(0)
    arrays = [np.zeros(shape, dtype) for shape, dtype in plan.arrays]
    arrays[A][:70, :150] = generator.integers(-3, 4, (70, 150))
    arrays[B][:150, :130] = generator.integers(-3, 4, (150, 130))
    arrays[C].fill(np.nan)
    flat = [array.view(np.uint8).reshape(-1) for array in arrays]
    for row in plan.steps().tolist():
        if row[0] == ZERO:
            _, array, offset, rows, size, stride = row[:6]
            for place in range(rows):
                flat[array][offset + place * stride :][:size] = 0
        elif row[0] == COPY:
            _, one, other, first, second, rows, size, stride, to_stride, _ = row
            for place in range(rows):
                flat[other][second + place * to_stride :][:size] = flat[one][
                    first + place * stride :
                ][:size]
        elif row[1] == 0:
            arrays[P_TILE][:] = arrays[A_TILE] @ arrays[B_TILE]
        else:
            arrays[C_OUT][:] = arrays[C_IN] + arrays[P_TILE]
    assert np.array_equal(arrays[C], arrays[A] @ arrays[B])


@pytest.mark.parametrize(("dtype", "size"), [("float32", 4), ("bfloat16", 2)])
def test_a_per_tile_launch_is_given_its_blocks(dtype, size):
    """A and B of 64×64 in the product's dtype, P, C_in and C_out in float32."""
    matmul, accumulate = per_tile(64, 64, 64, dtype).launches
    tile = 64 * 64
    assert (matmul.input_bytes, matmul.output_bytes) == ((tile * size, tile * size), (tile * 4,))
    assert (accumulate.input_bytes, accumulate.output_bytes) == ((tile * 4, tile * 4), (tile * 4,))


def test_a_fused_launch_is_given_the_padded_matrices():
    """65×70×130 over 64×64 blocks: 128×128×192 with k of 64."""
    gemm = Gemm("any", 65, 70, 130, "bfloat16")
    (launch,) = make_plan(gemm, Mapping("fused-k", (16, 16, 64), (4, 4), emulation=None)).launches
    assert launch.input_bytes == (128 * 192 * 2, 192 * 128 * 2)
    assert launch.output_bytes == (128 * 128 * 4,)


def test_arrays_are_the_padded_matrices_and_one_tile_of_each_kind():
    assert per_tile(70, 130, 150, "bfloat16").arrays == (
        ((128, 192), "bfloat16"),
        ((192, 192), "bfloat16"),
        ((128, 192), "float32"),
        ((64, 64), "bfloat16"),
        ((64, 64), "bfloat16"),
        ((64, 64), "float32"),
        ((64, 64), "float32"),
        ((64, 64), "float32"),
    )


def test_a_per_tile_launch_stages_no_more_of_k_than_it_covers():
    """Its block is one core tile of K; a longer one would need tasks of no steps at all."""
    mapping = Mapping("per-tile", (16, 16, 64), (4, 4), k_mt=128)
    with pytest.raises(InputError, match="covers 64 of K, so a mem tile cannot stage 128"):
        make_plan(Gemm("any", 64, 64, 128, "float32"), mapping)
