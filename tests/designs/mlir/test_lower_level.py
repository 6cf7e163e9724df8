"""Do designs that name buffers, locks and descriptors take the cycles that can be counted by hand?

On the plain device a word takes a cycle and everything else but kernels none.
"""

import numpy as np
import pytest
from ml_dtypes import bfloat16

from tests.designs.mlir.plain import DESIGNS, PLAIN, cycles, read, run, text_of
from tilescope.designs.elementwise import smallest_design
from tilescope.designs.mlir.reading import read_design
from tilescope.designs.parts import ControllerWork, WriteWord
from tilescope.devices import load_device
from tilescope.errors import DesignError
from tilescope.simulation.simulate import simulate_design

COSTS = {"work": 100, "more": 40, "linear_zero_int32": 100}
NPU1 = load_device("npu1")


@pytest.mark.parametrize("sequence", ["tasks", "older_tasks"])
def test_what_fifos_are_lowered_to_takes_as_long_as_the_fifos_on_the_real_device(sequence):
    text = text_of("locked_adder").replace(
        "SEQUENCE", (DESIGNS.parent / f"{sequence}.mlir").read_text()
    )
    design = read_design(text, "locked_adder.mlir").design
    assert (
        simulate_design(design, NPU1).ticks
        == simulate_design(smallest_design(64, "float32"), NPU1).ticks
    )


def test_the_lowered_adder_adds():
    text = text_of("locked_adder").replace("SEQUENCE", (DESIGNS.parent / "tasks.mlir").read_text())
    design = read_design(text, "locked_adder.mlir").design
    arrays = {name: np.full(64, value, np.float32) for name, value in (("C_in", 2), ("P", 3))}
    arrays["C_out"] = np.zeros(64, np.float32)
    outcome = simulate_design(design, PLAIN, arrays)
    assert (arrays["C_out"] == 5).all()
    kernel = next(design.cores[0].calls()).kernel
    assert outcome.ticks == 64 + kernel.cycles(PLAIN, 64) + 64


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("mem_tile_one_buffer", 6 * 16),  # in and out take turns, three times
        ("configured_array", 6 * 16),
        ("started_again", 6 * 16),  # each time in and out
        ("mem_tile_two_buffers", 4 * 16),  # in, then out beside the next one in
        ("mem_tile_repeats", 6 * 16),
        ("mem_tile_chain_ends", 3 * 16),  # two objects
        ("dma_regions", 4 * 16),
        ("descriptor_walk", 2 * 32),
        ("join_two_givers", 16 + 32),  # the halves come at once
        ("broadcast_flow", 4 * 16),
        ("neighbours_share_a_buffer", 100 + 40 + 16),
        ("lock_awaited_at_a_value", 40 + 100 + 16),
        ("constants_and_conditions", 3 * 100 + 16),
        ("packets_into_one_channel", 100 + 17),  # the late one: its work, 16 words and a header
        ("packets_from_one_channel", 2 * 17 + 16),
        ("initial_values", 4),  # 8 numbers of 16 bits
        ("tasks_on_a_mem_tile", 32 + 32),
        ("descriptor_chains", 4 * 16),
        ("registers_of_descriptors", 4 * 16),
        ("registers_as_words", 2 * 16),  # 32 bf16
        ("loops_of_the_sequence", 4 * 2 * 16),
        ("parameters_and_registers", 2 * 4),
        ("mem_tile_beside", 4 * 16),
        ("beside_the_data", 2 * 16),
        ("lower_generic", 2 * 16),
    ],
)
def test_cycles_are_those_counted_by_hand(name, expected):
    assert cycles(name, COSTS) == expected


@pytest.mark.parametrize(
    "name",
    [
        "mem_tile_one_buffer",
        "mem_tile_two_buffers",
        "mem_tile_repeats",
        "dma_regions",
        "configured_array",
    ],
)
def test_a_mem_tile_passes_every_object_on(name):
    sent = np.arange(48)
    _, arrays = run(name, a=sent)
    assert (arrays["b"] == sent).all()


def test_a_chain_that_ends_passes_no_more_than_its_objects():
    """With three objects of 16 words asked for, the third never comes."""
    text = text_of("mem_tile_chain_ends").replace("32xi32", "48xi32").replace(", 0, 32", ", 0, 48")
    design = read_design(text, "longer.mlir").design
    with pytest.raises(DesignError, match="waits for a task of the runtime sequence"):
        simulate_design(design, PLAIN)


def test_a_descriptor_walks_its_buffer_by_columns():
    sent = np.arange(32).reshape(4, 8)
    _, arrays = run("descriptor_walk", a=sent)
    assert (arrays["b"] == sent.T).all()


def test_two_channels_fill_the_halves_of_a_buffer():
    """A register takes a cycle each, so the second half comes ten cycles later and decides."""
    device = type(PLAIN)(**{**PLAIN.__dict__, "write32_cycles": 1})
    ticks, arrays = run("join_two_givers", device=device, a=1, b=2)
    assert ticks == 10 + 16 + 32
    assert arrays["c"].tolist() == [1] * 16 + [2] * 16


def test_a_broadcast_arrives_everywhere():
    sent = np.arange(32)
    _, arrays = run("broadcast_flow", a=sent)
    assert (arrays["l"] == sent).all()
    assert (arrays["h"] == sent).all()


def test_the_packet_that_is_ready_first_comes_first():
    """The upper core sends its twos at once; the lower one makes noughts of its ones first."""
    _, arrays = run("packets_into_one_channel")
    assert arrays["o"].tolist() == [2] * 16 + [0] * 16


def test_each_packet_goes_where_its_number_says():
    """The first task sends the second half as packet 2, which is the upper core's."""
    sent = np.arange(32)
    _, arrays = run("packets_from_one_channel", a=sent)
    assert (arrays["l"] == sent[:16]).all()
    assert (arrays["h"] == sent[16:]).all()


def test_a_buffer_begins_with_its_initial_values():
    _, arrays = run("initial_values")
    assert arrays["o"].tolist() == [1, 2, 3, 4, 5, 6, 7, -8]


def test_the_sequence_programs_a_mem_tile():
    """The first half is put behind the second."""
    sent = np.arange(32)
    _, arrays = run("tasks_on_a_mem_tile", a=sent)
    assert arrays["b"].tolist() == [*range(16, 32), *range(16)]


def test_a_chain_is_started_with_its_buffers():
    first, second = np.arange(16), np.arange(16) + 100
    _, arrays = run("descriptor_chains", a=first, b=second)
    assert (arrays["c"] == first).all()
    assert (arrays["d"] == second).all()


def test_a_descriptor_in_registers_walks_as_its_fields_say():
    """Groups of four words, eight apart; the iteration begins four words further on."""
    sent = np.arange(32)
    _, arrays = run("registers_of_descriptors", a=sent)
    groups = sent.reshape(4, 2, 4)
    assert (arrays["b"] == np.concatenate([groups[:, 0].ravel(), groups[:, 1].ravel()])).all()


def test_a_descriptor_in_eight_words_moves_bytes_behind_its_offset():
    """64 bytes are 32 bf16: the second half of b."""
    sent = np.arange(32).astype(bfloat16)
    _, arrays = run("registers_as_words", a=sent)
    assert (arrays["b"][32:] == sent).all()
    assert (arrays["b"][:32].view(np.uint16) == 0xFFFF).all()


def test_a_loop_of_the_sequence_counts_its_offsets():
    """Row i of b is row 3 − i of a."""
    sent = np.arange(64).reshape(4, 16)
    _, arrays = run("loops_of_the_sequence", a=sent)
    assert (arrays["b"] == sent[::-1]).all()


def test_the_controller_writes_parameters_before_the_core_goes_on():
    _, arrays = run("parameters_and_registers", a=0)
    assert arrays["b"].tolist() == [5, 11, 5, 9]


def test_registers_cost_the_controller_its_instructions():
    """Five plain writes take 1 cycle each, a masked one and a block of 16 words 10 for each 8."""
    design = read("parameters_and_registers").design
    work = [s for s in design.sequence if isinstance(s, ControllerWork)]
    assert sum(step.register_writes for step in work) == 3
    assert sum(step.block_writes for step in work) == 1 + 2
    assert sum(isinstance(step, WriteWord) for step in design.sequence) == 2
    device = type(PLAIN)(**{**PLAIN.__dict__, "write32_cycles": 1, "blockwrite_cycles": 10})
    assert cycles("parameters_and_registers", device=device) == 5 * 1 + 3 * 10 + 2 * 4


def test_a_fifo_and_a_lock_stand_beside_each_other():
    """16 in, then the kernel and 16 out for each: the sum has one buffer."""
    sent = np.arange(32, dtype=np.float32)
    ticks, arrays = run("fifo_beside_buffers", a=sent)
    design = read("fifo_beside_buffers").design
    kernel = next(design.cores[0].calls()).kernel
    assert ticks == 16 + 2 * (kernel.cycles(PLAIN, 16) + 16)
    assert (arrays["b"] == sent + 2.5).all()


def test_a_mem_tile_fills_its_neighbours_buffer():
    sent = np.arange(32)
    _, arrays = run("mem_tile_beside", a=sent)
    assert (arrays["b"] == sent).all()


def test_what_is_left_out_is_said_with_its_place():
    notes = read("beside_the_data").notes
    text = text_of("beside_the_data")
    lines = text.splitlines()
    line = 1 + next(i for i, one in enumerate(lines) if "cascade" in one and "//" not in one)
    assert notes[0].startswith(f"beside_the_data.mlir:{line}:5: a kernel's waits for its cascade")
    assert sum("trace and control packets" in note for note in notes) == 2


def test_locks_that_wait_for_each_other_are_named():
    with pytest.raises(DesignError) as caught:
        cycles("deadlock_two_locks", COSTS)
    text = str(caught.value)
    assert "the design deadlocks, these wait for each other" in text
    assert "core (0,2) waits for lock b of core (0,2) (0 of 1 there)" in text
    assert "core (0,3) waits for lock a of core (0,2) (0 of 1 there)" in text
    assert caught.value.exit_code == 2
