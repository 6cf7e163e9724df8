"""Does the data really flow? What is planted in a design shows in its output, and there alone."""

from dataclasses import replace

import numpy as np
import pytest

from tests.simulation.products import DEVICE, matrices
from tilescope import _engine
from tilescope.designs.elementwise import accumulate_design
from tilescope.designs.gemm import gemm_design
from tilescope.designs.ir import (
    Acquire,
    Await,
    Call,
    CoreProgram,
    Design,
    Dim,
    DmaTask,
    Held,
    HostBuffer,
    Link,
    Loop,
    ObjectFifo,
    Release,
    Tile,
)
from tilescope.designs.mapping import Mapping
from tilescope.designs.plan import make_plan
from tilescope.kernels.catalog import find_kernel
from tilescope.simulation.simulate import PreparedDesign, simulate_design, simulate_plan
from tilescope.workloads import Gemm

ADD = find_kernel("linear_accumulate", "float32")


def product_design(ports="single"):
    """C[128, 128] = A[128, 64] @ B[64, 128] in four blocks of 64×64 and two steps of K."""
    mapping = Mapping("fused-k", (16, 16, 32), (4, 4), ports=ports)
    return gemm_design("flow", 128, 128, 64, "float32", mapping)


def run_product(design):
    """(output, exact product); what nobody wrote is NaN."""
    generator = np.random.default_rng(1)
    a = generator.standard_normal((128, 64), dtype=np.float32)
    b = generator.standard_normal((64, 128), dtype=np.float32)
    c = np.full((128, 128), np.nan, np.float32)
    simulate_design(design, DEVICE, {"A": a, "B": b, "C": c})
    return c, a.astype(np.float64) @ b.astype(np.float64)


def close(output, exact):
    return np.abs(output - exact) <= 1e-4


@pytest.mark.parametrize("ports", ["single", "spread"])
def test_the_design_itself_is_right(ports):
    assert close(*run_product(product_design(ports))).all()


def restride(design, fifo, level, stride):
    """The design with one stride of the first task of a FIFO changed."""
    place = next(
        i
        for i, step in enumerate(design.sequence)
        if isinstance(step, DmaTask) and step.fifo == fifo
    )
    task = design.sequence[place]
    walk = list(task.walk)
    assert walk[level].size > 1
    walk[level] = replace(walk[level], stride=stride)
    steps = list(design.sequence)
    steps[place] = replace(task, walk=tuple(walk))
    return replace(design, sequence=tuple(steps))


@pytest.mark.parametrize(
    ("fifo", "level", "stride"),
    [
        ("A", 0, 16),  # the step along K, 32 elements
        ("A", 1, 15 * 64),  # from row of cores to row of cores, 16 rows of 64
        ("A", 2, 32),  # from row to row, 64 elements
        ("B", 0, 31 * 128),  # the step along K, 32 rows of 128
        ("B", 1, 12),  # from column of cores to column of cores, 16 elements
        ("B", 2, 124),  # from row to row, 128 elements
        ("C0", 0, 124),  # the same, out
    ],
)
def test_a_wrong_stride_of_a_shim_gives_a_wrong_block_and_only_that(fifo, level, stride):
    """The first task serves the block at the top left: 64×64 of 128×128."""
    output, exact = run_product(restride(product_design(), fifo, level, stride))
    right = close(output, exact)
    assert not right[:64, :64].all()
    assert right[64:, 64:].all()
    if fifo != "C0":
        assert right[:64, 64:].all()
        assert right[64:, :64].all()


@pytest.mark.parametrize("fifo", ["A_row1", "B_column2", "C3"])
def test_a_wrong_layout_in_a_mem_tile_gives_a_wrong_answer(fifo):
    """The walk to or from the kernel's blocks is left out, so rows arrive where blocks should."""
    design = product_design()
    assert design.fifo(fifo).to_stream
    fifos = tuple(replace(f, to_stream=()) if f.name == fifo else f for f in design.fifos)
    output, exact = run_product(replace(design, fifos=fifos))
    assert not close(output, exact).all()


def test_slices_joined_in_the_wrong_order_are_wrong_where_they_were_swapped():
    """The first two of four rows of cores change places in the mem tile of column 1."""
    design = product_design()
    links = tuple(
        replace(link, sources=(link.sources[1], link.sources[0], *link.sources[2:]))
        if link.targets == ("C1",)
        else link
        for link in design.links
    )
    output, exact = run_product(replace(design, links=links))
    right = close(output, exact)
    swapped = np.zeros((128, 128), bool)
    for top in (0, 64):  # 32 rows of each block, 16 columns of each block
        for left in (0, 64):
            swapped[top : top + 32, left + 16 : left + 32] = True
    assert right[~swapped].all()
    assert right[swapped].mean() < 0.01  # by chance


def test_a_task_that_is_left_out_leaves_its_part_of_the_output_poisoned():
    """One block: the last of four columns is never drained, nor awaited."""
    mapping = Mapping("fused-k", (16, 16, 32), (4, 4))
    design = gemm_design("partial", 64, 64, 64, "float32", mapping)
    last = design.tasks[3]
    assert last.fifo == "C3"
    sequence = tuple(step for step in design.sequence if step not in (last, Await(3)))
    generator = np.random.default_rng(1)
    a, b = (generator.standard_normal((64, 64), dtype=np.float32) for _ in range(2))
    c = np.full((64, 64), np.nan, np.float32)
    outcome = simulate_design(replace(design, sequence=sequence), DEVICE, {"A": a, "B": b, "C": c})
    assert np.isnan(c[:, 48:]).all()
    assert close(c[:, :48], (a.astype(np.float64) @ b)[:, :48]).all()
    assert outcome.bytes_written["C"] == 64 * 48 * 4


def test_a_plan_starts_from_a_poisoned_output_so_that_a_gap_would_show():
    """The same gap in a plan: the host array is NaN before the launch, not zero."""
    gemm = Gemm("partial", 64, 64, 64, "float32")
    plan = make_plan(gemm, Mapping("fused-k", (16, 16, 32), (4, 4)))
    launch = plan.launches[0]
    kept = tuple(
        step for step in launch.design.sequence if step not in (launch.design.tasks[3], Await(3))
    )
    gap = replace(plan, launches=(replace(launch, design=replace(launch.design, sequence=kept)),))
    output = simulate_plan(gap, DEVICE, matrices(gemm)).output
    assert np.isnan(output[:, 48:]).all()
    assert np.isfinite(output[:, :48]).all()


def test_a_kernel_left_out_shows_as_poison_and_not_as_zeros():
    """Without linear_zero the product adds to what memory held before, which is NaN."""
    design = product_design()
    cores = []
    for core in design.cores:
        (forever,) = core.body
        body = tuple(s for s in forever.body if getattr(s, "kernel", None) is None)
        assert len(body) == len(forever.body) - 1
        cores.append(replace(core, body=(replace(forever, body=body),)))
    output, _ = run_product(replace(design, cores=tuple(cores)))
    assert np.isnan(output).any()


def test_an_elementwise_design_adds_every_element_once():
    design = accumulate_design("add", 64, 64, "float32")
    generator = np.random.default_rng(2)
    c_in, p = (generator.standard_normal((64, 64), dtype=np.float32) for _ in range(2))
    c_out = np.full((64, 64), np.nan, np.float32)
    simulate_design(design, DEVICE, {"C_in": c_in, "P": p, "C_out": c_out})
    assert np.array_equal(c_out, c_in + p)


SHIM, MEM, ONE, OTHER = Tile(0, 0), Tile(0, 1), Tile(0, 2), Tile(0, 3)


def test_a_core_may_use_several_objects_at_once_the_oldest_first():
    """Each call adds three neighbours' first and last and gives the oldest one back: a window."""
    size, count = 16, 6
    fifos = (
        ObjectFifo("In", SHIM, (ONE,), (size,), "float32", consumer_depth=4),
        ObjectFifo("Out", ONE, (SHIM,), (size,), "float32"),
    )
    step = (
        Acquire("In"),
        Acquire("Out"),
        Call(ADD, (Held("In", 0), Held("In", 2), Held("Out")), (size,)),
        Release("In"),
        Release("Out"),
    )
    core = CoreProgram(ONE, (Acquire("In", 2), Loop(None, step)))
    buffers = (
        HostBuffer("In", (count + 2, size), "float32"),
        HostBuffer("Out", (count, size), "float32"),
    )
    sequence = (
        DmaTask("Out", "Out", 0, (Dim(count * size, 1),)),
        DmaTask("In", "In", 0, (Dim((count + 2) * size, 1),)),
        Await(0),
    )
    design = Design("window", fifos, (), (core,), buffers, sequence)
    given = np.arange((count + 2) * size, dtype=np.float32).reshape(count + 2, size) ** 2
    found = np.full((count, size), np.nan, np.float32)
    simulate_design(design, DEVICE, {"In": given, "Out": found})
    assert np.array_equal(found, given[:-2] + given[2:])


def test_a_core_that_writes_into_a_broadcast_object_changes_its_own_copy_alone():
    """One core doubles what came, in its place, and passes on twice that; the other twice what
    came: 4x and 2x, launch after launch.
    """
    size = 64
    fifos = (
        ObjectFifo("In", SHIM, (MEM,), (size,), "float32"),
        ObjectFifo("X", MEM, (ONE, OTHER), (size,), "float32"),
        ObjectFifo("Four", ONE, (SHIM,), (size,), "float32"),
        ObjectFifo("Two", OTHER, (SHIM,), (size,), "float32"),
    )
    x = Held("X")
    doubling = Call(ADD, (x, x, x), (size,))

    def program(tile, output, *first):
        passing = Call(ADD, (x, x, Held(output)), (size,))
        take, give = (Acquire("X"), Acquire(output)), (Release("X"), Release(output))
        return CoreProgram(tile, (Loop(None, (*take, *first, passing, *give)),))

    names = ("Four", "Two", "In")
    design = Design(
        "doubling",
        fifos,
        (Link(("In",), ("X",), (0,)),),
        (program(ONE, "Four", doubling), program(OTHER, "Two")),
        tuple(HostBuffer(name, (size,), "float32") for name in names),
        (*(DmaTask(name, name, 0, (Dim(size, 1),)) for name in names), Await(0), Await(1)),
    )
    assert launched(design, [np.full(size, 3 + i, np.float32) for i in range(3)]) == [
        ([4.0 * (3 + i)] * size, [2.0 * (3 + i)] * size) for i in range(3)
    ]


def launched(design, inputs):
    """(first, second output) of a design with two outputs and an input, all in one plan."""
    size = inputs[0].size
    sets = [[np.full(size, np.nan, np.float32) for _ in range(2)] + [one] for one in inputs]
    table = np.zeros((len(sets), 10), np.int64)
    for place in range(len(sets)):
        table[place, :5] = [1, 0, 3 * place, 3 * place + 1, 3 * place + 2]
    prepared = PreparedDesign(design, DEVICE, with_data=True)
    flat = [array.view(np.uint8) for arrays in sets for array in arrays]
    _engine.Plan([prepared.lowered.program]).run(flat, table, False)
    return [(first.tolist(), second.tolist()) for first, second, _ in sets]


def test_walks_name_elements_and_not_bytes():
    """The same design in bfloat16 moves half the bytes along the same dimensions."""
    mapping = Mapping("fused-k", (16, 16, 32), (4, 4), emulation=None)
    single, half = (
        gemm_design("x", 64, 64, 64, dtype, replace(mapping, emulation=emulation))
        for dtype, emulation in (("float32", "safe"), ("bfloat16", None))
    )
    assert single.tasks == half.tasks
    assert single.tasks[-1].walk == (Dim(2, 2048), Dim(4, 16), Dim(32, 64), Dim(16, 1))
