"""Cycles by hand, on npu1: 128 bfloat16 MACs a cycle, 64 B loaded, 32 B stored."""

import pytest

from tilescope.devices.catalog import load_device
from tilescope.errors import InputError
from tilescope.kernels.catalog import all_kernels, find_kernel

NPU1 = load_device("npu1")


def test_a_bfloat16_core_tile_of_64_takes_2496_cycles():
    """4·4 register blocks of 16×16, each (64/8)·16 mmuls and 28 cycles: 16 · (128 + 28)."""
    assert find_kernel("linear_matmul", "bfloat16").cycles(NPU1, 64, 64, 64) == 2496


@pytest.mark.parametrize(
    ("emulation", "slots", "cycles"), [("safe", 17, 2204), ("fast", 14, 1820), ("low", 7, 924)]
)
def test_an_emulated_mmul_takes_its_vector_slots(emulation, slots, cycles):
    """One register block of 16×16: (64/8) · 16 · slots + 28."""
    assert 8 * 16 * slots + 28 == cycles
    kernel = find_kernel("linear_matmul", "float32", "vector", emulation)
    assert kernel.cycles(NPU1, 16, 64, 16) == cycles


def test_a_soft_float_mac_takes_310_cycles():
    """16·64·16 = 16,384 MACs."""
    kernel = find_kernel("linear_matmul", "float32", "scalar")
    assert kernel.cycles(NPU1, 16, 64, 16) == 16_384 * 310 == 5_079_040


def test_rests_of_a_register_block_wait_for_their_own_chain():
    """20×12 of C is 5×3 blocks. Below four columns no 4×4: three 4×1 and three 1×1.
    4×1: loads 5 · 64 B / 64 = 5 cycles a step beat 4 mmuls: 8·5 + 28 = 68.
    1×1: the dependent MAC's 4 cycles beat 1 mmul and 2 loads: 8·4 + 28 = 60.
    """
    kernel = find_kernel("linear_matmul", "bfloat16")
    assert kernel.cycles(NPU1, 20, 64, 12) == 3 * 68 + 3 * 60


def test_twice_the_mac_rate_leaves_the_loads_as_bound():
    """At 256 MACs a cycle an mmul still takes one slot: the instruction is the unit."""
    faster = NPU1.with_overrides({"macs_per_cycle": {**NPU1.macs_per_cycle, "bfloat16": 256}})
    kernel = find_kernel("linear_matmul", "bfloat16")
    assert kernel.cycles(faster, 64, 64, 64) == kernel.cycles(NPU1, 64, 64, 64)


def test_half_the_mac_rate_takes_two_slots():
    """16 · ((64/8)·16·2 + 28) = 4544."""
    slower = NPU1.with_overrides({"macs_per_cycle": {**NPU1.macs_per_cycle, "bfloat16": 64}})
    assert find_kernel("linear_matmul", "bfloat16").cycles(slower, 64, 64, 64) == 4544


def test_accumulate_is_bound_by_the_busier_port():
    """512 float32: loads 4096/64 = 64, stores 2048/32 = 64, fill 8. bfloat16: half of both."""
    assert find_kernel("linear_accumulate", "float32").cycles(NPU1, 512) == 64 + 8
    assert find_kernel("linear_accumulate", "bfloat16").cycles(NPU1, 512) == 32 + 8
    slow_store = NPU1.with_overrides({"store_bytes_per_cycle": 16})
    assert find_kernel("linear_accumulate", "float32").cycles(slow_store, 512) == 128 + 8


def test_zero_clears_21_bytes_a_cycle():
    """1 KiB: ceil(1024/21) = 49, and the fill of 8."""
    assert find_kernel("linear_zero", "float32").cycles(NPU1, 256) == 49 + 8


def test_round_loads_four_bytes_for_two_stored():
    """256 elements: 1024/64 = 16, 512/32 = 16, fill 8."""
    kernel = find_kernel("linear_round", "float32", dtype_out="bfloat16")
    assert kernel.cycles(NPU1, 256) == 16 + 8


def test_operations_count_what_the_register_blocks_load():
    """16×64×16 bfloat16: 8 steps of 4 A and 4 B blocks of 64 B = 4096 B, and C's 512 B."""
    counts = find_kernel("linear_matmul", "bfloat16").operations(16, 64, 16)
    assert counts == {
        "macs": 16_384,
        "mmuls": 128,
        "register_blocks": 1,
        "load_bytes": 4096 + 512,
        "store_bytes": 512,
    }


def test_only_float32_products_are_estimates():
    estimated = {kernel.symbol for kernel in all_kernels() if kernel.estimated}
    assert estimated == {
        f"linear_matmul_float32_{kind}" for kind in ("safe", "fast", "low", "scalar")
    }
    assert all(
        kernel.cost_note.startswith("An estimate") == kernel.estimated for kernel in all_kernels()
    )


@pytest.mark.parametrize("kernel", all_kernels(), ids=lambda kernel: kernel.symbol)
def test_more_work_never_takes_fewer_cycles(kernel):
    step = kernel.block or (1, 1, 1)
    small = dict(zip(("m", "k", "n"), (4 * size for size in step), strict=True))
    base = [small.get(name, 64) for name in kernel.scalars]
    for place in range(len(base)):
        grown = list(base)
        grown[place] *= 2
        assert kernel.cycles(NPU1, *grown) >= kernel.cycles(NPU1, *base)


def test_a_size_that_is_no_multiple_of_the_block_has_no_cost():
    with pytest.raises(InputError, match="needs k to be a multiple of 8: 12"):
        find_kernel("linear_matmul", "float32").cycles(NPU1, 16, 12, 16)
