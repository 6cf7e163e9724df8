"""Does a run that cannot finish end, and say why in a sentence that names who waits for what?"""

import re
import signal
from dataclasses import replace

import pytest

from tests.simulation.programs import Machine, acquire, call, conveyor, loop, release
from tilescope import _engine
from tilescope.designs.elementwise import accumulate_design, smallest_design
from tilescope.designs.gemm import gemm_design
from tilescope.designs.ir import (
    Acquire,
    Await,
    Call,
    CoreProgram,
    Design,
    DmaTask,
    Held,
    HostBuffer,
    Loop,
    ObjectFifo,
    Release,
    Tile,
    shape_walk,
)
from tilescope.designs.mapping import Mapping
from tilescope.devices import load_device
from tilescope.errors import DesignError
from tilescope.kernels.catalog import find_kernel
from tilescope.simulation.simulate import simulate_design

ADD = find_kernel("linear_accumulate", "float32")
LOWER, UPPER, SHIM = Tile(0, 2), Tile(0, 3), Tile(0, 0)


def refusal(design):
    """What the user reads; the exit code is 2 and it is one sentence."""
    with pytest.raises(DesignError) as caught:
        simulate_design(design, load_device("npu1"))
    text = str(caught.value)
    assert caught.value.exit_code == 2
    assert text.startswith(f"{design.name} ")
    assert text.endswith(".")
    assert ". " not in text
    assert "\n" not in text
    assert not re.search(r"zip|Error|index out of range|0x", text)
    return text


def passing(lower_first, upper_first):
    """Two cores that each give the other one object and take one, in the order said.

    The lower one adds what came to itself into Out, which the shim takes.
    """
    elements = 16
    give_x, give_y = (Acquire("X"), Release("X")), (Acquire("Y"), Release("Y"))
    result = (Acquire("Out"), Call(ADD, (Held("Y"), Held("Y"), Held("Out")), (elements,)))
    lower = {
        "give": (*give_x, Acquire("Y"), *result, Release("Y"), Release("Out")),
        "take": (Acquire("Y"), *result, *give_x, Release("Y"), Release("Out")),
    }
    upper = {"give": (*give_y, *give_x), "take": (*give_x, *give_y)}
    fifos = tuple(
        ObjectFifo(name, producer, (consumer,), (elements,), "float32")
        for name, producer, consumer in (
            ("X", LOWER, UPPER),
            ("Y", UPPER, LOWER),
            ("Out", LOWER, SHIM),
        )
    )
    return Design(
        "passing",
        fifos,
        (),
        (
            CoreProgram(LOWER, (Loop(None, lower[lower_first]),)),
            CoreProgram(UPPER, (Loop(None, upper[upper_first]),)),
        ),
        (HostBuffer("Out", (elements,), "float32"),),
        (DmaTask("Out", "Out", 0, shape_walk((elements,), (1,))), Await(0)),
    )


@pytest.mark.parametrize(
    "order", [("give", "take"), ("take", "give"), ("give", "give")], ids=" then ".join
)
def test_two_cores_finish_when_one_gives_before_it_takes(order):
    simulate_design(passing(*order), load_device("npu1"))


def test_two_cores_that_both_take_before_they_give_are_named_with_what_they_wait_for():
    text = refusal(passing("take", "take"))
    assert text.startswith("passing on npu1: the design deadlocks, these wait for each other: ")
    assert "core (0,2) waits for a filled object of Y at core (0,2) (0 of 1 there)" in text
    assert "core (0,3) waits for a filled object of X at core (0,3) (0 of 1 there)" in text


def test_a_fifo_that_nobody_fills_is_named():
    """The task that would bring P is left out."""
    design = smallest_design(64, "float32")
    output, first, _, wait = design.sequence
    text = refusal(replace(design, sequence=(output, first, wait)))
    assert "core (0,2) waits for a filled object of P at core (0,2) (0 of 1 there)" in text
    assert "the controller waits for task 0 of shim (0,0) S2MM0" in text
    assert "shim (0,0) MM2S1 waits for a task of the runtime sequence" in text


def test_a_core_that_is_missing_shows_as_the_channel_that_waits_for_it():
    text = refusal(replace(smallest_design(64, "float32"), cores=()))
    assert "waits for a filled object of C_out at core (0,2)" in text


def test_more_objects_than_a_fifo_holds_never_come():
    """Two buffers and a core that wants three at once: two are there."""
    design = smallest_design(64, "float32")
    (program,) = design.cores
    (forever,) = program.body
    body = (Acquire("C_in", 3), *forever.body)
    hungry = replace(design, cores=(CoreProgram(program.tile, (Loop(None, body),)),))
    walk = shape_walk((3 * 64,), (1,))
    sequence = tuple(
        replace(step, walk=walk) if isinstance(step, DmaTask) and step.fifo == "C_in" else step
        for step in hungry.sequence
    )
    buffers = (HostBuffer("C_in", (3 * 64,), "float32"), *hungry.host_buffers[1:])
    text = refusal(replace(hungry, sequence=sequence, host_buffers=buffers))
    assert "core (0,2) waits for a filled object of C_in at core (0,2) (2 of 3 there)" in text


def test_a_core_that_keeps_its_output_is_named_with_its_fifo():
    """The second block of C needs a buffer that the core never gives on."""
    mapping = Mapping("fused-k", (16, 16, 16), (1, 1), emulation="fast")
    design = gemm_design("kept", 16, 64, 16, "float32", mapping)
    (program,) = design.cores
    (forever,) = program.body
    body = tuple(step for step in forever.body if step != Release("C_0_0"))
    text = refusal(replace(design, cores=(CoreProgram(program.tile, (Loop(None, body),)),)))
    assert "core (0,2)" in text
    assert "C_0_0" in text


def test_an_awaited_task_that_cannot_end_is_named():
    """The last task, P of the second row, is left out: its C_out, task 3, never ends."""
    design = accumulate_design("add", 64, 64, "float32")
    assert [step.fifo for step in design.tasks][3:] == ["C_out1", "C_in1", "P1"]
    sequence = tuple(step for step in design.sequence if step != design.tasks[5])
    text = refusal(replace(design, sequence=sequence))
    assert "the controller waits for task 3 of shim (1,0) S2MM0" in text
    assert "waits for a filled object of P_1_" in text


def test_an_endless_loop_that_never_waits_is_refused_before_it_runs():
    design = smallest_design(64, "float32")
    text = refusal(replace(design, cores=(CoreProgram(LOWER, (Loop(None, ()),)),)))
    assert text == (
        "smallest is not a sound design: core (0,2) has an endless loop that never waits for "
        "anything."
    )


def test_giving_what_is_not_held_is_refused():
    design = smallest_design(64, "float32")
    text = refusal(replace(design, cores=(CoreProgram(LOWER, (Release("C_in"),)),)))
    assert text == "smallest on npu1: core (0,2) releases 1 of C_in but holds 0."


def test_giving_what_was_given_already_is_refused():
    """Two objects are taken and given back together; a third there never was."""
    design = smallest_design(64, "float32")
    body = (Acquire("C_out", 2), Release("C_out", 2), Release("C_out"))
    text = refusal(replace(design, cores=(CoreProgram(LOWER, body),)))
    assert text == "smallest on npu1: core (0,2) releases 1 of C_out but holds 0."


def test_using_what_is_not_held_is_refused():
    design = smallest_design(64, "float32")
    operands = (Held("C_in"), Held("P"), Held("C_out"))
    body = (Acquire("C_in"), Acquire("P"), Call(ADD, operands, (64,)))
    text = refusal(replace(design, cores=(CoreProgram(LOWER, body),)))
    assert "core (0,2) uses an object of C_out that it has not acquired" in text


def test_awaiting_a_task_before_it_is_issued_is_refused():
    design = smallest_design(64, "float32")
    text = refusal(replace(design, sequence=(Await(0), *design.sequence)))
    assert "the runtime sequence awaits a task before it issues it" in text


# --- on programs by hand ---------------------------------------------------------------------


@pytest.mark.parametrize(("steps", "enough"), [(200, False), (100_000, True)])
def test_the_step_limit_ends_a_run_with_a_sentence(steps, enough):
    machine = conveyor(objects=100, words=10)
    if enough:
        assert machine.run(max_steps=steps).ticks == 1001
    else:
        with pytest.raises(_engine.SimulationError) as caught:
            machine.run(max_steps=steps)
        assert str(caught.value) == (
            "the design takes more than 200 steps; make its loops shorter or its tiles larger"
        )


def feeding_itself():
    """A core that takes from the lock it gives to, for ever."""
    machine = Machine()
    machine.flow(*(machine.shim(name, reads=name == "in") for name in ("in", "out")))
    own = machine.end("own", 1, 1)
    core = machine.program.add_core("core")
    machine.program.add_port(core, "own", own.free, own.free, list(own.buffers))
    machine.program.set_steps(core, [(0, 3, -1), (2, 0, 1), (3, 0, 1), (1, 0, 0)])
    machine.wait(machine.push(0, 1))
    return machine.program


def test_a_loop_that_feeds_itself_ends_at_the_step_limit():
    """It never waits, so nothing is a deadlock; the limit ends it, not a hang."""
    with pytest.raises(_engine.SimulationError, match="more than 5000 steps"):
        _engine.run_timing(feeding_itself(), max_steps=5000)


@pytest.mark.skipif(not hasattr(signal, "setitimer"), reason="there are no timers here")
def test_an_interrupt_ends_a_run_that_would_go_on_for_ever():
    """What a signal's handler raises comes out of the engine, as Ctrl-C does."""

    def interrupt(*_):
        raise KeyboardInterrupt

    before = signal.signal(signal.SIGALRM, interrupt)
    signal.setitimer(signal.ITIMER_REAL, 0.05)
    try:
        with pytest.raises(KeyboardInterrupt):
            _engine.run_timing(feeding_itself())
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)


def test_three_cores_in_a_ring_are_all_named():
    machine = Machine()
    ends = [(machine.end(f"from {i}", 1, 1), machine.end(f"to {i}", 1, 1)) for i in range(3)]
    for place in range(3):
        machine.flow(machine.out_of(ends[place][0]), machine.into(ends[(place + 1) % 3][1]))
        went, came = ends[place]
        step = (acquire(1), acquire(0), call(1), release(1), release(0))
        ports = [(went, True), (came, False)]
        if place == 0:
            done = machine.end("done", 1, 1)
            sink = machine.shim("the shim's out", reads=False)
            machine.flow(machine.out_of(done), sink)
            ports.append((done, True))
            step = (acquire(1), acquire(2), release(2), acquire(0), release(1), release(0))
        machine.core(f"core {place}", ports, loop(-1, *step))
    machine.wait(machine.push(sink, 1))
    with pytest.raises(_engine.SimulationError) as caught:
        machine.run()
    text = str(caught.value)
    assert text.startswith("the design deadlocks, these wait for each other: ")
    for place in range(3):
        assert f"core {place} waits for a filled object of to {place} (0 of 1 there)" in text
    assert "controller" not in text  # it waits for the ring and is no part of it


def test_a_lock_that_nobody_gives_is_no_cycle_and_said_so():
    machine = Machine()
    orphan, done = machine.end("orphan", 1, 1), machine.end("done", 1, 1)
    sink = machine.shim("the shim's out", reads=False)
    machine.flow(machine.out_of(done), sink)
    machine.core("core", [(orphan, False), (done, True)], acquire(0), acquire(1), release(1))
    machine.wait(machine.push(sink, 1))
    # the core itself would give the orphan's buffers back; nobody would ever fill them
    with pytest.raises(_engine.SimulationError) as caught:
        machine.run()
    assert str(caught.value).startswith(
        "the design cannot finish, and nothing that it waits for will come: "
    )
    assert "core waits for a filled object of orphan (0 of 1 there)" in str(caught.value)
