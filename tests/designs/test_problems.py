"""Is what does not fit refused, one too many, and what exactly fits let through?

One design for most: 64×64×64 in float32 on 4×4 cores of 16×16×64 core tiles, single ports.
"""

from dataclasses import replace

import pytest

from tilescope.designs.elementwise import accumulate_design, smallest_design
from tilescope.designs.gemm import gemm_design
from tilescope.designs.ir import Dim, DmaTask, ObjectFifo, Tile
from tilescope.designs.mapping import Mapping
from tilescope.designs.problems import find_problems, require_fit
from tilescope.devices import load_device
from tilescope.errors import DesignError
from tilescope.simulation.simulate import simulate_design

NPU1 = load_device("npu1")


def product(grid=(4, 4), core_tile=(16, 16, 64), blocks=(1, 1, 1), dtype="float32", **options):
    emulation = "safe" if dtype == "float32" else None
    mapping = Mapping("fused-k", core_tile, grid, emulation=emulation, **options)
    m, n, k = (side * count for side, count in zip(mapping.block, blocks, strict=True))
    return gemm_design("product", m, n, k, dtype, mapping)


def sentences(design, **overrides):
    return [str(problem) for problem in find_problems(design, NPU1.with_overrides(overrides))]


def test_the_design_fits():
    assert find_problems(product(), NPU1) == []


@pytest.mark.parametrize(("missing", "fits"), [(0, True), (1, False)])
def test_l1_may_be_exactly_full_and_not_a_byte_more(missing, fits):
    """A and B of 16×64, C of 16×16, each twice: (1024 + 1024 + 256) · 2 · 4 = 18,432, and stack."""
    found = sentences(product(), l1_bytes=18_432 + 1024 - missing)
    assert (found == []) == fits
    if not fits:
        assert len(found) == 16
        assert found[0] == (
            "core (0,2) needs 18,432 bytes of L1 and has 18,431; halve the k tile, or buffer C "
            "once (1024 of L1 is stack)"
        )


@pytest.mark.parametrize(("missing", "fits"), [(0, True), (1, False)])
def test_l2_may_be_exactly_full_and_not_a_byte_more(missing, fits):
    """The first mem tile stages A, 4 × 16·64, and C, 4 × 16·16, each twice: 40,960 bytes."""
    found = sentences(product(), l2_bytes=40_960 - missing)
    assert (found == []) == fits
    if not fits:
        assert found == [
            f"mem ({column},1) needs 40,960 bytes of L2 and has 40,959; spread the inputs over "
            "more shim channels, or use a smaller tile"
            for column in (0, 1)  # B is staged in the second, as large as A
        ]


def test_a_longer_k_staged_in_a_mem_tile_is_counted_there():
    """Staging 128 of K doubles A: 2 · 4 · 16·128 · 4 = 65,536, and 8,192 of C."""
    found = sentences(product(core_tile=(16, 16, 64), blocks=(1, 1, 2), k_mt=128), l2_bytes=73_727)
    assert [text.split(";")[0] for text in found] == [
        f"mem ({column},1) needs 73,728 bytes of L2 and has 73,727" for column in (0, 1)
    ]


@pytest.mark.parametrize(
    ("key", "need", "where"),
    [
        ("core_s2mm", 2, "core (0,2)"),  # A and B
        ("core_mm2s", 1, "core (0,2)"),  # C
        ("mem_s2mm", 5, "mem (0,1)"),  # A, and C from 4 cores
        ("mem_mm2s", 5, "mem (0,1)"),  # A to 4 rows, and C
        ("shim_mm2s", 1, "shim (0,0)"),  # A
        ("shim_s2mm", 1, "shim (0,0)"),  # C
        ("core_bds", 6, "core (0,2)"),  # A, B and C, two buffers each
        ("mem_bds", 32, "mem (0,1)"),  # A in and out, C in and out: 2 buffers × 4 slices each
        ("shim_bds", 2, "shim (0,0)"),  # one task of A, one of C
    ],
)
def test_channels_and_descriptors_may_all_be_used_and_none_more(key, need, where):
    design = product()
    assert sentences(design, **{key: need}) == []
    if need == 1:
        return  # a device without any is no device
    found = sentences(design, **{key: need - 1})
    assert found
    assert found[0].startswith(f"{where} needs {need} ")
    assert f" and has {need - 1}; " in found[0]
    assert found[0].split("; ")[1].startswith(("spread ", "use "))


def test_a_third_input_has_no_channel_into_a_core():
    design = product()
    extra = ObjectFifo("bias", Tile(2, 0), (Tile(0, 2),), (16,), "float32")
    found = sentences(replace(design, fifos=(*design.fifos, extra)))
    assert found == [
        "core (0,2) needs 3 S2MM channels and has 2; spread the tensors over more columns, or "
        "use fewer cores in a row or column"
    ]


def test_a_queue_of_tasks_needs_no_more_descriptors_than_it_holds():
    """12 blocks are 12 tasks of A, of which 4 wait at once."""
    design = product(blocks=(3, 4, 1))
    assert len([task for task in design.tasks if task.fifo == "A"]) == 12
    assert sentences(design, shim_bds=4 + 4) == []
    assert sentences(design, shim_bds=4 + 3)[0].startswith("shim (0,0) needs 8 buffer descriptors")


def test_a_grid_wider_than_the_device_is_refused():
    found = sentences(product(grid=(4, 5)))
    assert found[0] == "shim (4,0) needs 5 columns and has 4; use a narrower grid"
    assert all("(4," in text for text in found if "columns and" in text)


def test_a_grid_taller_than_the_device_is_refused():
    found = sentences(product(grid=(5, 4)))
    rows = [text for text in found if "rows of cores" in text]
    assert rows[0] == "core (0,6) needs 5 rows of cores and has 4; use a lower grid"
    assert len(rows) == 4


def test_the_accumulate_is_split_because_one_mem_tile_has_too_few_channels():
    """Eight shards of each input: 8 streams out of a mem tile, which has 6."""
    assert find_problems(accumulate_design("add", 64, 64, "float32", (2, 4)), NPU1) == []
    found = sentences(accumulate_design("add", 64, 64, "float32", (1, 8)))
    assert any("MM2S channels" in text or "columns" in text for text in found)


# --- walks -------------------------------------------------------------------------------------


def test_a_walk_may_use_every_level_of_its_dma_and_no_more():
    """Blocks are read along four levels, all of a mem tile's."""
    assert sentences(product(), mem_dma_dims=4) == []
    found = sentences(product(), mem_dma_dims=3)
    assert found[0] == (
        "mem (0,1) for A_row0 needs 4 levels of a DMA walk and has 3; fold two of them"
    )


def with_task(design, fifo, **changes):
    steps = tuple(
        replace(step, **changes) if isinstance(step, DmaTask) and step.fifo == fifo else step
        for step in design.sequence
    )
    return replace(design, sequence=steps)


def test_levels_of_one_step_do_not_count():
    design = smallest_design(64, "float32")
    walk = (Dim(1, 9), Dim(2, 32), Dim(1, 7), Dim(2, 16), Dim(4, 4), Dim(4, 1))
    assert find_problems(with_task(design, "P", walk=walk), NPU1) == []
    walk = (Dim(2, 32), Dim(2, 16), Dim(2, 8), Dim(2, 4), Dim(4, 1))
    found = sentences(with_task(design, "P", walk=walk))
    assert found == ["shim (0,0) for P needs 5 levels of a DMA walk and has 4; fold two of them"]


@pytest.mark.parametrize(
    ("walk", "sentence"),
    [
        ((Dim(32, 2), Dim(2, 1)), None),  # two elements are a word
        (
            (Dim(64, 2),),
            "4 bytes in each DMA run and has 2; make each contiguous run a multiple of 4 bytes",
        ),
        (
            (Dim(21, 4), Dim(3, 1)),
            "4 bytes in each DMA run and has 6; make each contiguous run a multiple of 4 bytes",
        ),
        ((Dim(32, 4), Dim(2, 1)), None),
        (
            (Dim(32, 3), Dim(2, 1)),
            "4 bytes (or a multiple) in each DMA stride and has 6; make each stride a multiple of "
            "4 bytes",
        ),
    ],
)
def test_runs_and_strides_are_whole_words(walk, sentence):
    """bfloat16, 2 bytes an element; a DMA moves words of 4."""
    found = sentences(with_task(smallest_design(64, "bfloat16"), "P", walk=walk))
    assert found == ([f"shim (0,0) for P needs {sentence}"] if sentence else [])


@pytest.mark.parametrize(("rows", "fits"), [(1024, True), (1025, False)])
def test_a_level_of_a_shim_walk_has_at_most_1024_steps(rows, fits):
    design = smallest_design(64, "float32")
    found = sentences(with_task(design, "P", walk=(Dim(rows, 64), Dim(16, 1))))
    assert (found == []) == fits
    if not fits:
        assert found == [
            "shim (0,0) for P needs 1,025 steps in one level of a walk and has 1,024; split the "
            "transfer into smaller tasks"
        ]


@pytest.mark.parametrize(("steps", "fits"), [(64, True), (65, False)])
def test_the_outermost_level_of_four_repeats_at_most_64_times(steps, fits):
    design = smallest_design(64, "float32")
    walk = (Dim(steps, 0), Dim(2, 32), Dim(2, 8), Dim(4, 1))
    assert (sentences(with_task(design, "P", walk=walk)) == []) == fits


def test_one_long_run_is_a_length_and_no_walk():
    """2048 elements are twice what a level counts."""
    assert find_problems(smallest_design(2048, "float32"), NPU1) == []


# --- what the user reads -----------------------------------------------------------------------


def test_the_refusal_names_the_design_the_device_and_the_first_problems():
    design = product(core_tile=(64, 64, 64))
    with pytest.raises(DesignError) as caught:
        require_fit(design, NPU1)
    assert caught.value.exit_code == 2
    assert str(caught.value) == (
        "product does not fit npu1: "
        "core (0,2) needs 98,304 bytes of L1 and has 64,512; halve the k tile, or buffer C once "
        "(1024 of L1 is stack); "
        "core (0,3) needs 98,304 bytes of L1 and has 64,512; halve the k tile, or buffer C once "
        "(1024 of L1 is stack) (14 more like it)."
    )


def test_the_simulator_refuses_what_does_not_fit():
    with pytest.raises(DesignError, match="does not fit npu1"):
        simulate_design(product(core_tile=(64, 64, 64)), NPU1)
