"""Does the data really flow? What is planted in a design shows in its output, and there alone."""

from dataclasses import replace

import numpy as np
import pytest

from tests.simulation.products import DEVICE, matrices
from tilescope.designs.elementwise import accumulate_design
from tilescope.designs.gemm import gemm_design
from tilescope.designs.ir import Await, Dim, DmaTask
from tilescope.designs.mapping import Mapping
from tilescope.designs.plan import make_plan
from tilescope.simulation.simulate import simulate_design, simulate_plan
from tilescope.workloads import Gemm


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


def test_walks_name_elements_and_not_bytes():
    """The same design in bfloat16 moves half the bytes along the same dimensions."""
    mapping = Mapping("fused-k", (16, 16, 32), (4, 4), emulation=None)
    single, half = (
        gemm_design("x", 64, 64, 64, dtype, replace(mapping, emulation=emulation))
        for dtype, emulation in (("float32", "safe"), ("bfloat16", None))
    )
    assert single.tasks == half.tasks
    assert single.tasks[-1].walk == (Dim(2, 2048), Dim(4, 16), Dim(32, 64), Dim(16, 1))
