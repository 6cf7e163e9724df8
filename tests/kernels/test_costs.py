"""Cycles by hand. npu1: 128 bfloat16, 256 int8, 64 int16, 16 int32 MACs a cycle, 64 B loaded and
32 stored; npu2: 512 bfp16 and int8, 128 int16, 32 bfloat16 and int32, 128 B loaded and 64 stored.
"""

import pytest

from tilescope.devices.catalog import load_device
from tilescope.errors import InputError
from tilescope.kernels import loop_rates
from tilescope.kernels.catalog import all_kernels, find_kernel
from tilescope.kernels.loop_rates import Coefficient

NPU1 = load_device("npu1")
NPU2 = load_device("npu2")


def device_of(kernel):
    """A device that has the function."""
    return NPU1 if "aie2" in kernel.generations else NPU2


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


@pytest.mark.parametrize(
    ("dtype_out", "c_bytes", "around"),
    [("int32", 4, 7 + 32 + 32), ("int16", 2, 7 + 16 + 16), ("int8", 1, 7 + 8 + 8)],
)
def test_a_tuned_int8_register_block_adds_its_fill_and_c_through_a_port_each(
    dtype_out, c_bytes, around
):
    """16×16 of C: 256 elements by one load port of 32 B and the store port of 32 B; 4×2 mmuls a
    step take 8 cycles, 64³ has 8 steps and 16 register blocks.
    """
    assert 7 + 256 * c_bytes // 32 + 256 * c_bytes // 32 == around
    kernel = find_kernel("linear_matmul", "int8", dtype_out=dtype_out)
    assert kernel.cycles(NPU1, 64, 64, 64, toolchain="chess") == 16 * (8 * 8 + around)


def test_peano_takes_twice_the_interval_with_int8():
    """16 register blocks of 8 steps of 2·8 cycles, 51 of pipeline and 64 of C; aie2p 2·4 and 32."""
    kernel = find_kernel("linear_matmul", "int8")
    assert kernel.cycles(NPU1, 64, 64, 64) == 16 * (8 * 16 + 51 + 64) == 3888
    assert kernel.cycles(NPU1, 64, 64, 64, toolchain="peano") == 3888
    second = find_kernel("linear_matmul", "int8", generation="aie2p")
    assert second.cycles(NPU2, 64, 64, 64) == 16 * (8 * 8 + 51 + 32) == 2352


def test_int16_is_taken_in_register_blocks_of_two_by_two():
    """8×8 of C is 64 blocks of 64³: 16 steps of 4 mmuls, 7, and 128 B by 32 in and out: 15."""
    kernel = find_kernel("linear_matmul", "int16", dtype_out="int16")
    assert kernel.cycles(NPU1, 64, 64, 64) == 64 * (16 * 4 + 7 + 4 + 4) == 5056


def test_an_int32_mmul_takes_two_slots_of_sixteen_macs():
    """8×8 of C: 64 blocks of 32 steps of 4 · 2, 7, and 256 B by 32 in and out."""
    assert find_kernel("linear_matmul", "int32").cycles(NPU1, 64, 64, 64) == 64 * (256 + 7 + 16)


def test_bfp16_converts_four_operand_blocks_for_four_mmuls():
    """16×16 of C: 8 steps of 4 + 2·4 cycles; Peano adds 10, chess 7 and 512 B by 64 in and out."""
    kernel = find_kernel("linear_matmul", "bf16", generation="aie2p")
    assert kernel.cycles(NPU2, 64, 64, 64) == 16 * (8 * 12 + 10) == 1696
    assert kernel.cycles(NPU2, 64, 64, 64, toolchain="chess") == 16 * (8 * 12 + 7 + 8 + 8)


def test_native_bfloat16_takes_eight_element_wise_macs_an_mmul():
    """8×16 of C, 32 blocks: 256 MACs at 32 are 8 slots, 4 mmuls a step, 8 steps.

    Peano takes 1.276 times that, 326.7 cycles a block; chess 7 more and 256 B by 64 in and out.
    """
    kernel = find_kernel("linear_matmul", "bf16", emulation="native", generation="aie2p")
    assert kernel.cycles(NPU2, 64, 64, 64) == 32 * 327 == 10464
    assert kernel.cycles(NPU2, 64, 64, 64, toolchain="chess") == 32 * (8 * 32 + 7 + 4 + 4) == 8672


def test_float32_on_aie2p_pays_four_cycles_for_each_bfloat16_mac():
    """128 MACs at 32 are 4 slots: 9 · 4 and 8 of splitting for each of 16 mmuls, 8 steps, 28."""
    kernel = find_kernel("linear_matmul", "float32", generation="aie2p")
    assert kernel.cycles(NPU2, 16, 64, 16) == 8 * 16 * (9 * 4 + 8) + 28 == 5660


def test_a_kernel_compiled_by_chess_keeps_its_contract_and_changes_its_cycles():
    kernel = find_kernel("linear_matmul", "int8")
    tuned = kernel.compiled_by("chess")
    assert (tuned.symbol, tuned.toolchain) == (kernel.symbol, "chess")
    assert tuned.cycles(NPU1, 64, 64, 64) == kernel.cycles(NPU1, 64, 64, 64, toolchain="chess")
    assert tuned.cycles(NPU1, 64, 64, 64) == 2160
    assert tuned.compiled_by("peano").cycles(NPU1, 64, 64, 64) == 3888


def test_where_the_compilers_are_not_known_to_differ_they_cost_the_same():
    for kernel in (find_kernel("linear_zero", "int8"), find_kernel("linear_matmul", "f32")):
        sizes = (64,) * len(kernel.scalars)
        costs = {kernel.cycles(NPU1, *sizes, toolchain=name) for name in ("peano", "chess")}
        assert len(costs) == 1


def test_an_unknown_toolchain_is_refused():
    with pytest.raises(InputError, match="Unknown toolchain 'gcc'"):
        find_kernel("linear_zero", "int8").cycles(NPU1, 64, toolchain="gcc")


def test_a_kernel_has_no_cost_on_another_generation():
    kernel = find_kernel("linear_matmul", "int8", generation="aie2p")
    with pytest.raises(InputError, match="is a kernel of aie2p; npu1 is aie2"):
        kernel.cycles(NPU1, 64, 64, 64)


def test_a_device_that_does_not_state_a_rate_is_told():
    rates = {name: rate for name, rate in NPU2.macs_per_cycle.items() if name != "bfp16"}
    device = NPU2.with_overrides({"macs_per_cycle": rates})
    with pytest.raises(InputError, match="no MAC rate for bfp16"):
        find_kernel("linear_matmul", "bf16", generation="aie2p").cycles(device, 64, 64, 64)


def test_b_by_columns_costs_as_much():
    for kernel in all_kernels():
        if kernel.b_layout == "row" and kernel.block:
            (twin,) = (other for other in all_kernels() if other.symbol == f"{kernel.symbol}_bt")
            device = device_of(kernel)
            assert twin.cycles(device, 48, 64, 80) == kernel.cycles(device, 48, 64, 80)
            assert "no source has other figures" in twin.cost_note


def test_what_no_measured_kernel_backs_is_an_estimate():
    estimated = {kernel.symbol for kernel in all_kernels() if kernel.estimated}
    vector = ("float32_safe", "float32_fast", "float32_low", "int32_int32")
    second = ("int16_int32_aie2p", "int16_int16_aie2p")
    wanted = {f"linear_matmul_{kind}{bt}" for kind in (*vector, *second) for bt in ("", "_bt")}
    assert estimated == {"linear_matmul_float32_scalar", *wanted}
    assert all(
        kernel.cost_note.startswith("An estimate") == kernel.estimated for kernel in all_kernels()
    )


def test_every_coefficient_has_a_unit_a_meaning_and_a_source():
    found = [value for value in vars(loop_rates).values() if isinstance(value, Coefficient)]
    assert len(found) == 7
    assert all(each.unit and each.meaning and each.source for each in found)


@pytest.mark.parametrize("kernel", all_kernels(), ids=lambda kernel: kernel.symbol)
def test_more_work_never_takes_fewer_cycles(kernel):
    step = kernel.block or (1, 1, 1)
    small = dict(zip(("m", "k", "n"), (4 * size for size in step), strict=True))
    base = [small.get(name, 64) for name in kernel.scalars]
    for place in range(len(base)):
        grown = list(base)
        grown[place] *= 2
        device = device_of(kernel)
        assert kernel.cycles(device, *grown) >= kernel.cycles(device, *base)


def test_a_size_that_is_no_multiple_of_the_block_has_no_cost():
    with pytest.raises(InputError, match="needs k to be a multiple of 8: 12"):
        find_kernel("linear_matmul", "float32").cycles(NPU1, 16, 12, 16)
