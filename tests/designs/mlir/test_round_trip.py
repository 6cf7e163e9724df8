"""Does the text of a design read back as the same design, and take as many cycles?"""

from dataclasses import replace

import pytest

from tilescope.designs.elementwise import accumulate_design, smallest_design
from tilescope.designs.gemm import gemm_design
from tilescope.designs.ir import (
    Acquire,
    Await,
    Call,
    CoreProgram,
    Design,
    Held,
    Loop,
    ObjectFifo,
    Release,
    Tile,
)
from tilescope.designs.mapping import Mapping
from tilescope.designs.mlir.printing import print_design
from tilescope.designs.mlir.reading import read_design
from tilescope.designs.plan import make_plan
from tilescope.designs.request import MappingRequest, resolve
from tilescope.designs.streaming import add_design, copy_design
from tilescope.devices import load_device
from tilescope.errors import DesignError
from tilescope.kernels.catalog import find_kernel
from tilescope.simulation.simulate import simulate_design
from tilescope.workloads import Gemm

NPU1, NPU2 = load_device("npu1"), load_device("npu2")


def same(design, device=NPU1):
    """Print, read, compare; the ticks of both."""
    older = print_design(design, device.generation, older=True)
    assert read_design(older, "older.mlir").design == design
    read = read_design(print_design(design, device.generation), "design.mlir")
    assert read.design == design
    assert read.device == device.name
    assert simulate_design(read.design, device).ticks == simulate_design(design, device).ticks
    return read


@pytest.mark.parametrize("family", ["per-tile", "fused-k", "whole-array"])
@pytest.mark.parametrize("dtype", ["float32", "bfloat16", "int8", "int16"])
def test_every_launch_of_every_family(family, dtype):
    gemm = Gemm("product", 100, 130, 260, dtype)
    mapping = resolve(MappingRequest(family), gemm, NPU1)
    for launch in make_plan(gemm, mapping).launches:
        same(launch.design)


@pytest.mark.parametrize(
    "options",
    [
        {"kernel": "scalar"},
        {"toolchain": "chess"},
        {"emulation": "fast", "c_depth": 1},
        {"emulation": "low", "ports": "spread"},
        {"b_layout": "column"},
        {"grid": (2, 3)},
        {"grid": (1, 1)},
    ],
)
def test_every_choice_of_a_mapping(options):
    gemm = Gemm("product", 64, 96, 160, "float32")
    mapping = resolve(MappingRequest("fused-k", **options), gemm, NPU1)
    same(make_plan(gemm, mapping).launches[0].design)


@pytest.mark.parametrize("bf16", ["bfp16", "native"])
def test_the_other_generation_has_its_own_array_and_kernels(bf16):
    gemm = Gemm("product", 64, 128, 128, "bfloat16")
    mapping = resolve(MappingRequest("fused-k", bf16=bf16), gemm, NPU2)
    design = make_plan(gemm, mapping).launches[0].design
    assert "aie.device(npu2)" in print_design(design, NPU2.generation)
    same(design, NPU2)


def test_slices_of_several_objects_have_a_link_of_their_own():
    """A mem tile that stages 2 tiles of K is beyond what aie.objectfifo.link says."""
    mapping = Mapping("whole-array", (16, 16, 32), (4, 4), ports="spread", k_mt=64)
    design = gemm_design("product", 64, 64, 128, "float32", mapping)
    text = print_design(design)
    assert "pieces = array<i64: 0, 32>" in text
    assert "aie.objectfifo.link [@A0]" not in text
    same(design)


@pytest.mark.parametrize(
    "design",
    [
        accumulate_design("linear_accumulate", 64, 64, "float32"),
        accumulate_design("linear_accumulate", 64, 64, "bfloat16", (2, 2)),
        smallest_design(64, "float32"),
        add_design(3 << 20, "float32", 4, 2),
        add_design(2048, "int32", 1),
        copy_design(9 << 20, "float32", 4),
        copy_design(1, "int16", 1),
    ],
    ids=lambda design: design.name,
)
def test_designs_that_are_no_products(design):
    same(design)


def test_a_task_of_four_levels_repeats_its_outermost():
    """2 steps of K: the task runs once and once again, and its length is that of one run."""
    mapping = Mapping("fused-k", (16, 16, 32), (4, 4))
    text = print_design(gemm_design("product", 64, 64, 64, "float32", mapping))
    walk = "sizes = [2, 4, 16, 32] strides = [32, 1024, 64, 1]"
    line = f"aie.dma_bd(%A : memref<64x64xf32> offset = 0 len = 2048 {walk})"
    after = text[text.index(line) :]
    assert after.index("repeat_count = 1 : i32") < after.index("dma_start_task")


def window(*body, depth=3):
    """One core that holds a window over In: a FIFO of 3 objects, added in twos into Out."""
    shim, core = Tile(0, 0), Tile(0, 2)
    base = smallest_design(16, "float32")
    fifos = (
        ObjectFifo("C_in", shim, (core,), (16,), "float32", depth, depth),
        ObjectFifo("C_out", core, (shim,), (16,), "float32", 1, 2),
    )
    tasks = tuple(
        replace(task, buffer=task.fifo) for task in base.tasks if task.fifo in ("C_out", "C_in")
    )
    buffers = tuple(b for b in base.host_buffers if b.name != "P")
    return Design("window", fifos, (), (CoreProgram(core, body),), buffers, (*tasks, Await(0)))


def add(first, second):
    kernel = find_kernel("linear_accumulate", "float32")
    return Call(kernel, (Held("C_in", first), Held("C_in", second), Held("C_out")), (16,))


def test_an_acquire_of_more_says_how_many_are_held_then():
    """One held, two more acquired: the text says 3. After a release of 1, objects 0 and 1 remain
    and are those that were 1 and 2.
    """
    step = (
        Acquire("C_out"),
        Acquire("C_in"),
        Acquire("C_in", 2),
        add(0, 2),
        Release("C_in"),
        add(0, 1),
        Release("C_in", 2),
        Release("C_out"),
    )
    design = window(Loop(None, (Loop(3, step),)))
    text = print_design(design)
    assert "acquire @C_in(Consume, 3)" in text
    assert read_design(text, "window.mlir").design == design


def test_a_window_that_slides_is_acquired_anew_in_every_trip():
    step = (Acquire("C_in"), Acquire("C_out"), add(0, 1), Release("C_in"), Release("C_out"))
    design = window(Acquire("C_in"), Loop(2, step), Release("C_in"))
    assert read_design(print_design(design), "window.mlir").design == design


def test_what_the_text_has_no_words_for_is_refused():
    with pytest.raises(DesignError, match="ends with other objects than it began"):
        print_design(window(Loop(2, (Acquire("C_in"),))))
    with pytest.raises(DesignError, match="releases more of C_in than it has"):
        print_design(window(Release("C_in")))
    with pytest.raises(DesignError, match="does not hold it"):
        print_design(window(Acquire("C_in"), add(0, 0)))
