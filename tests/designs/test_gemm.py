"""Is the product design laid out as it says: who feeds whom, in which order, through which port?"""

import pytest

from tilescope.designs.gemm import gemm_design
from tilescope.designs.ir import Await, Dim, DmaTask, Tile
from tilescope.designs.mapping import Mapping
from tilescope.designs.problems import channel_counts, find_problems
from tilescope.devices import load_device

NPU1 = load_device("npu1")


def product(blocks=(1, 1, 1), grid=(4, 4), core_tile=(16, 16, 32), **options):
    mapping = Mapping("fused-k", core_tile, grid, **options)
    m, n, k = (side * count for side, count in zip(mapping.block, blocks, strict=True))
    return gemm_design("product", m, n, k, "float32", mapping)


def cores(*places):
    """Tiles of cores from (row, column) counted from the first core."""
    return tuple(Tile(column, row + 2) for row, column in places)


@pytest.mark.parametrize("ports", ["single", "spread"])
def test_a_goes_along_rows_and_b_along_columns(ports):
    """Row 1 of the cores shares its rows of A; column 2 shares its columns of B."""
    design = product(ports=ports)
    assert design.fifo("A_row1").consumers == cores((1, 0), (1, 1), (1, 2), (1, 3))
    assert design.fifo("B_column2").consumers == cores((0, 2), (1, 2), (2, 2), (3, 2))


def test_single_ports_bring_each_input_through_one_shim_channel():
    counts = channel_counts(product(ports="single"))
    shims = {str(tile): count for (tile, way), count in counts.items() if way == "mm2s"}
    assert {name: count for name, count in shims.items() if name.startswith("shim")} == {
        "shim (0,0)": 1,
        "shim (1,0)": 1,
    }


def test_spread_ports_use_both_channels_of_every_shim():
    counts = channel_counts(product(ports="spread"))
    for column in range(4):
        assert counts[Tile(column, 0), "mm2s"] == NPU1.shim_mm2s == 2


@pytest.mark.parametrize("ports", ["single", "spread"])
def test_c_leaves_through_the_shim_of_its_column(ports):
    counts = channel_counts(product(ports=ports))
    for column in range(4):
        assert counts[Tile(column, 0), "s2mm"] == 1
        assert counts[Tile(column, 1), "s2mm"] >= 4  # the cores of the column


@pytest.mark.parametrize("ports", ["single", "spread"])
@pytest.mark.parametrize("rows", [1, 2, 3, 4])
@pytest.mark.parametrize("columns", [1, 2, 3, 4])
def test_every_grid_of_the_device_fits(rows, columns, ports):
    assert find_problems(product(grid=(rows, columns), ports=ports, blocks=(2, 2, 2)), NPU1) == []


def test_the_tasks_of_one_block_by_hand():
    """Block (1, 1) of 2×2 blocks of 64×64, K of 64 in two steps of 32; A is 128×64, B 64×128.

    A: from row 64; along K, then row of cores, row, element. B: from column 64; along K, then
    column of cores, row of K, element. C: 64 rows of 16 columns for each column of cores.
    """
    design = product(blocks=(2, 2, 2))
    tasks = [step for step in design.sequence if isinstance(step, DmaTask)][-6:]
    walk_of_c = (Dim(64, 128), Dim(16, 1))
    assert tasks == [
        *(
            DmaTask(f"C{column}", "C", 64 * 128 + 64 + 16 * column, walk_of_c)
            for column in range(4)
        ),
        DmaTask("A", "A", 64 * 64, (Dim(2, 32), Dim(4, 16 * 64), Dim(16, 64), Dim(32, 1))),
        DmaTask("B", "B", 64, (Dim(2, 32 * 128), Dim(4, 16), Dim(32, 128), Dim(16, 1))),
    ]


def test_a_block_is_awaited_before_the_fourth_one_after_it_is_issued():
    """Three blocks are under way: 6 tasks each, and the last column's C is awaited."""
    sequence = product(blocks=(5, 1, 1)).sequence
    kinds = ["await" if isinstance(step, Await) else "task" for step in sequence]
    assert kinds == (
        ["task"] * 18 + ["await"] + ["task"] * 6 + ["await"] + ["task"] * 6 + ["await"] * 4
    )
    awaited = [step.task for step in sequence if isinstance(step, Await)]
    assert awaited == [3, 9, 24, 25, 26, 27]


def test_a_walk_along_k_is_cut_where_a_shim_stops_counting():
    """65 steps of K: a task of 64 and one of 1, for either input."""
    design = product(blocks=(1, 1, 65))
    steps = [(task.fifo, task.walk[0].size) for task in design.tasks if task.buffer != "C"]
    assert steps == [("A", 64), ("B", 64), ("A", 1), ("B", 1)]
    assert find_problems(design, NPU1) == []


def test_what_the_tasks_move_is_what_the_blocks_need():
    """3 × 2 × 2 blocks: A once for each of 2 columns of blocks, B for each of 3 rows, C once."""
    for ports in ("single", "spread"):
        design = product(blocks=(3, 2, 2), ports=ports)
        moved = {"A": 0, "B": 0, "C": 0}
        for task in design.tasks:
            moved[task.buffer] += task.elements
        m, n, k = 3 * 64, 2 * 64, 2 * 32
        assert moved == {"A": 2 * m * k, "B": 3 * k * n, "C": m * n}


def test_names_of_tiles_say_what_and_where():
    assert [str(Tile(2, row)) for row in (0, 1, 5)] == ["shim (2,0)", "mem (2,1)", "core (2,5)"]
