"""What a case held, moved and used again: figures that can be worked out by hand."""

import pytest

from tilescope.designs.mapping import choose_mapping
from tilescope.designs.plan import make_plan
from tilescope.devices.catalog import load_device
from tilescope.profiling.array_memory import case_memory, memory_of
from tilescope.profiling.products import ProductSettings, profile_products
from tilescope.runs.counters import Memory, MemoryLevel
from tilescope.simulation.simulate import simulate_plan
from tilescope.workloads.cases import LinearProjectionTestCase
from tilescope.workloads.gemm import Gemm

DEVICE = load_device("npu1")
TENSOR = 64 * 64 * 4  # bytes of a 64×64 float32 matrix: 16,384


def memory(family: str, m: int, n: int, k: int) -> Memory:
    gemm = Gemm("one", m, n, k, "float32")
    plan = make_plan(gemm, choose_mapping(gemm, family, DEVICE))
    return memory_of(simulate_plan(plan, DEVICE, objects=True), DEVICE)


def levels(found: Memory) -> dict[str, MemoryLevel]:
    return {level.level: level for level in found.levels}


def test_one_block_moves_each_tensor_as_the_two_launches_say() -> None:
    """The product reads A and B and writes P; the accumulation reads C and P and writes C.

    DDR: four tensors out, two in; an execution that wastes nothing moves A, B and C: three.
    """
    ddr = levels(memory("per-tile", 64, 64, 64))["ddr"]
    assert (ddr.read_bytes, ddr.written_bytes) == (4 * TENSOR, 2 * TENSOR)
    assert ddr.least_bytes == 3 * TENSOR
    assert ddr.capacity_bytes is None
    # A, B, C and the five tiles that the host cuts out and hands on
    assert ddr.allocated_bytes == ddr.peak_bytes == 8 * TENSOR


def test_a_broadcast_arrives_at_every_receiver_and_is_sent_once() -> None:
    """Each of 4 rows of cores gets a quarter of A, each of 4 columns a quarter of B: 4 receivers.

    Into cores: 4 × A, 4 × B, and C and P once: 10 tensors. Saved: 3 × A and 3 × B.
    """
    found = memory("per-tile", 64, 64, 64)
    l1, l2 = levels(found)["l1"], levels(found)["l2"]
    assert found.broadcast_saved_bytes == 6 * TENSOR
    assert l1.written_bytes == 10 * TENSOR
    assert l1.read_bytes == 2 * TENSOR
    # mem tiles pass A, B, P, C, P and C on; who takes it gets 4 + 4 + 1 + 1 + 1 + 1 tensors
    assert l2.written_bytes == l2.read_bytes == 6 * TENSOR
    assert l2.reuse == pytest.approx(12 / 6)


def test_a_core_reserves_two_of_each_object_and_holds_one_of_each_at_most() -> None:
    """2 × (16×64 + 64×16 + 16×16) × 4 = 18,432 bytes of 64,512; with one block 9,216 at a time."""
    l1 = levels(memory("per-tile", 64, 64, 64))["l1"]
    assert l1.allocated_bytes == 16 * 18_432
    assert l1.peak_bytes == 16 * 9_216
    assert l1.capacity_bytes == 16 * 64_512
    assert len(l1.tiles) == 16
    for tile in l1.tiles:
        assert (tile.allocated_bytes, tile.peak_bytes, tile.capacity_bytes) == (
            18_432,
            9_216,
            64_512,
        )


def test_what_kernels_load_over_what_arrives_is_the_reuse_of_l1() -> None:
    """16 calls of the product and as many elements to add as C has: each loads two of 4 bytes."""
    gemm = Gemm("one", 64, 64, 64, "float32")
    kernel = choose_mapping(gemm, "per-tile", DEVICE).matmul("float32")
    loaded = 16 * kernel.operations(16, 64, 16)["load_bytes"] + 2 * TENSOR
    l1 = levels(memory("per-tile", 64, 64, 64))["l1"]
    assert l1.reuse == pytest.approx(loaded / (10 * TENSOR))


@pytest.mark.parametrize(
    ("n", "reread"),
    [
        (64, 0),  # one block: everything is read once
        (128, TENSOR),  # two blocks side by side: the second reads A again
        (192, 2 * TENSOR),
    ],
)
def test_a_is_read_again_for_each_block_beside_the_first(n: int, reread: int) -> None:
    assert memory("per-tile", 64, n, 64).reread_bytes == reread


def test_padding_is_moved_but_not_among_the_least() -> None:
    """60×60×60 fills no block of 64: its matrices are 3 × 60 × 60 × 4 = 43,200 bytes."""
    ddr = levels(memory("per-tile", 60, 60, 60))["ddr"]
    assert ddr.least_bytes == 43_200
    assert ddr.read_bytes == 4 * TENSOR


def test_every_simulated_case_has_its_memory() -> None:
    """With the data and without; the same figures, as no course depends on data."""
    found = []
    for timing_only in (False, True):
        settings = ProductSettings(timing_only=timing_only, baseline=False, num_runs=1)
        case = LinearProjectionTestCase("small", 64, 128, 64)
        found.append(profile_products([case], settings).run.cases[0].memory)
    assert found[0] is not None
    assert found[0] == found[1] == memory("per-tile", 64, 128, 64)


def test_a_run_that_noted_nothing_has_no_memory() -> None:
    gemm = Gemm("one", 64, 64, 64, "float32")
    plan = make_plan(gemm, choose_mapping(gemm, "per-tile", DEVICE))
    assert case_memory(simulate_plan(plan, DEVICE), DEVICE) is None
    assert case_memory(None, DEVICE) is None
