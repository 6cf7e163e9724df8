"""Is a design whose parts do not fit each other refused before anything is run or written?"""

from dataclasses import replace

import pytest

from tilescope.designs.elementwise import accumulate_design, smallest_design
from tilescope.designs.gemm import gemm_design
from tilescope.designs.ir import (
    Acquire,
    Await,
    Call,
    CoreProgram,
    Dim,
    Held,
    Link,
    Loop,
    Release,
    Tile,
)
from tilescope.designs.mapping import Mapping
from tilescope.designs.soundness import find_faults
from tilescope.designs.streaming import add_design, copy_design
from tilescope.devices import load_device
from tilescope.errors import DesignError
from tilescope.kernels.catalog import find_kernel
from tilescope.simulation.simulate import simulate_design

CORE = Tile(0, 2)
ADD = find_kernel("linear_accumulate", "float32")
SMALL = smallest_design(64, "float32")


def fault(design):
    """The first fault, which is also what the simulator says."""
    with pytest.raises(DesignError) as caught:
        simulate_design(design, load_device("npu1"))
    (first, *_) = find_faults(design)
    assert caught.value.exit_code == 2
    assert str(caught.value) == f"{design.name} is not a sound design: {first}."
    return first


def calling(*names, scalars=(64,), kernel=ADD):
    """The smallest design with another call."""
    body = (
        *(Acquire(name) for name in ("C_in", "P", "C_out")),
        Call(kernel, tuple(Held(name) for name in names), scalars),
        *(Release(name) for name in ("C_in", "P", "C_out")),
    )
    return replace(SMALL, cores=(CoreProgram(CORE, (Loop(None, body),)),))


@pytest.mark.parametrize("ports", ["single", "spread"])
@pytest.mark.parametrize("dtype", ["float32", "bfloat16"])
def test_our_own_designs_are_sound(ports, dtype):
    mapping = Mapping("fused-k", (16, 16, 64), (4, 4), ports=ports)
    for design in (
        SMALL,
        gemm_design("product", 128, 64, 128, dtype, mapping),
        gemm_design("staged", 128, 64, 256, dtype, replace(mapping, k_mt=128)),
        accumulate_design("add", 64, 64, dtype),
        add_design(10_000, dtype, 4, 2),
        copy_design(10_000, dtype, 4),
    ):
        assert find_faults(design) == []


def test_a_kernel_may_fill_its_object_and_not_write_beyond_it():
    """Objects of 64 float32 are 256 bytes; 65 elements would be 260."""
    names = ("C_in", "P", "C_out")
    assert find_faults(calling(*names, scalars=(64,))) == []
    assert find_faults(calling(*names, scalars=(65,)))[0] == (
        "core (0,2) passes C_in, an object of 256 bytes, to linear_accumulate, whose c_in is 260 "
        "there"
    )
    assert "260 there" in fault(calling(*names, scalars=(65,)))


def test_a_kernel_is_given_as_many_objects_as_it_takes():
    assert fault(calling("C_in", "P")) == (
        "core (0,2) passes 2 objects to linear_accumulate, which takes 3"
    )


def test_a_kernel_is_given_the_sizes_it_takes():
    assert fault(calling("C_in", "P", "C_out", scalars=(0,))).startswith(
        "core (0,2) calls linear_accumulate wrongly: linear_accumulate_float32 needs a positive "
    )
    assert "takes the sizes elements, not 2 of them" in fault(
        calling("C_in", "P", "C_out", scalars=(8, 8))
    )


def test_a_kernel_is_given_its_own_dtype():
    other = find_kernel("linear_accumulate", "bfloat16")
    assert fault(calling("C_in", "P", "C_out", kernel=other)) == (
        "core (0,2) passes C_in, which holds float32, to linear_accumulate, whose c_in is bfloat16"
    )


def test_a_core_uses_fifos_that_exist_and_end_at_it():
    assert fault(calling("C_in", "Q", "C_out")) == "core (0,2) uses Q, which is no FIFO of it"
    moved = tuple(CoreProgram(Tile(1, 2), core.body) for core in SMALL.cores)
    assert fault(replace(SMALL, cores=moved)) == ("core (1,2) uses C_in, which does not end there")


def test_names_of_fifos_are_their_own():
    assert fault(replace(SMALL, fifos=(*SMALL.fifos, SMALL.fifos[0]))) == (
        "2 FIFOs are called C_in"
    )


def test_links_join_fifos_that_exist():
    assert fault(replace(SMALL, links=(Link(("C_in",), ("Q",), (0,)),))) == (
        "a link names Q, which is no FIFO of it"
    )


def test_tasks_name_a_shims_fifo_and_a_host_buffer():
    first, *others = SMALL.sequence
    assert fault(replace(SMALL, sequence=(replace(first, fifo="Q"), *others))) == (
        "a task names Q, which is no FIFO of it"
    )
    assert fault(replace(SMALL, sequence=(replace(first, buffer="Q"), *others))) == (
        "a task of C_out names Q, which is no host buffer of it"
    )
    mapping = Mapping("fused-k", (16, 16, 64), (4, 4))
    design = gemm_design("product", 64, 64, 64, "float32", mapping)
    inside = replace(design.tasks[0], fifo="A_row0")
    assert fault(replace(design, sequence=(inside, *design.sequence[1:]))) == (
        "a task names A_row0, which no shim begins or ends"
    )


def test_awaits_name_tasks_that_are_issued():
    assert fault(replace(SMALL, sequence=(*SMALL.sequence, Await(3)))) == (
        "task 3 is awaited and there are 3"
    )


@pytest.mark.parametrize(("elements", "whole"), [(64, True), (128, True), (32, False), (96, False)])
def test_tasks_bring_whole_objects(elements, whole):
    first, second, third, last = SMALL.sequence
    design = replace(
        SMALL, sequence=(first, second, replace(third, walk=(Dim(elements, 1),)), last)
    )
    found = find_faults(design)
    assert found == (
        []
        if whole
        else [f"the tasks of P move {elements} elements, which is no multiple of its object's 64"]
    )
