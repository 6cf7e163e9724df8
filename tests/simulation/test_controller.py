"""Are tasks, queues and tokens obeyed? A task of 100 words takes 100 ticks unless it says more."""

from fractions import Fraction

import pytest

from tests.simulation.programs import Machine, acquire, loop, release
from tilescope import _engine
from tilescope.designs.elementwise import accumulate_design, smallest_design
from tilescope.devices import load_device
from tilescope.simulation.simulate import simulate_design

SHIM = "the shim's in"


def reader(**options):
    """A shim channel into a core that takes 100 words at a time and never falls behind."""
    machine = Machine()
    came = machine.end("in", 2, 100)
    source = machine.shim(SHIM, reads=True, **options)
    machine.flow(source, machine.into(came))
    machine.core("core", [(came, False)], loop(-1, acquire(0), release(0)))
    return machine, source


def test_one_task_runs_and_four_wait_in_the_queue():
    machine, source = reader()
    tasks = [machine.push(source, 100) for _ in range(5)]
    machine.wait(tasks[-1])
    assert machine.run().ticks == 5 * 100


def test_a_fifth_task_in_the_queue_is_an_error_and_never_a_stall():
    machine, source = reader()
    tasks = [machine.push(source, 100) for _ in range(6)]
    machine.wait(tasks[-1])
    with pytest.raises(_engine.SimulationError) as caught:
        machine.run()
    assert str(caught.value) == (
        "the shim's in has 4 tasks queued, which is all its queue holds; the hardware would lose "
        "task 5: await an earlier task before this one is issued"
    )


def test_with_an_await_in_between_the_fifth_finds_room():
    machine, source = reader()
    tasks = [machine.push(source, 100) for _ in range(5)]
    machine.wait(tasks[0])
    tasks.append(machine.push(source, 100))
    machine.wait(tasks[-1])
    assert machine.run().ticks == 6 * 100


@pytest.mark.parametrize(("late", "fits"), [(99, False), (100, True), (101, True)])
def test_a_queue_has_room_on_the_tick_its_oldest_task_starts(late, fits):
    """The first task ends at 100, the second leaves the queue then: not one tick before."""
    machine, source = reader()
    for _ in range(5):
        machine.push(source, 100)
    machine.work(late)
    machine.wait(machine.push(source, 100))
    if fits:
        assert machine.run().ticks == 6 * 100
    else:
        with pytest.raises(_engine.SimulationError, match="4 tasks queued"):
            machine.run()


def writer(tasks):
    """Output tasks of 100 words first, and then the inputs that they wait for."""
    machine = Machine()
    came, went = machine.end("copied", 2, 100), machine.end("out", 2, 100)
    other, sink = machine.shim("the other in", reads=True), machine.shim("the out", reads=False)
    machine.flow(other, machine.into(came))
    machine.flow(machine.out_of(went), sink)
    step = (acquire(0), acquire(1), release(0), release(1))
    machine.core("copier", [(came, False), (went, True)], loop(-1, *step))
    pushed = [machine.push(sink, 100) for _ in range(tasks)]
    machine.push(other, 100 * tasks)
    machine.wait(pushed[-1])
    return machine


def test_a_task_that_waits_for_its_data_has_left_the_queue():
    """Nothing has come yet: the first of five tasks runs and four wait, and a sixth is one more."""
    assert writer(5).run().ticks == (5 + 1) * 100
    with pytest.raises(_engine.SimulationError, match=r"4 tasks queued.* lose task 5"):
        writer(6).run()


@pytest.mark.parametrize("depth", [1, 2, 7])
def test_the_queue_is_as_deep_as_the_device_says(depth):
    machine, source = reader(queue_depth=depth)
    tasks = [machine.push(source, 100) for _ in range(1 + depth)]
    machine.wait(tasks[-1])
    assert machine.run().ticks == (1 + depth) * 100
    machine, source = reader(queue_depth=depth)
    tasks = [machine.push(source, 100) for _ in range(2 + depth)]
    machine.wait(tasks[-1])
    with pytest.raises(_engine.SimulationError, match=f"has {depth} tasks queued"):
        machine.run()


def test_each_channel_has_its_own_queue():
    machine, source = reader()
    came = machine.end("other in", 2, 100)
    other = machine.shim("the other shim", reads=True)
    machine.flow(other, machine.into(came))
    machine.core("other core", [(came, False)], loop(-1, acquire(0), release(0)))
    tasks = [machine.push(channel, 100) for _ in range(5) for channel in (source, other)]
    machine.wait(tasks[-1])
    assert machine.run().ticks == 5 * 100


def test_the_ith_task_of_a_channel_pays_the_ith_setup_and_later_ones_the_last():
    """Set-ups of 50, 20 and 7: 50 + 100, + 20 + 100, + 7 + 100, + 7 + 100."""
    machine, source = reader(task_setup=(50, 20, 7))
    tasks = [machine.push(source, 100) for _ in range(4)]
    machine.wait(tasks[-1])
    result = machine.run()
    assert result.spans(SHIM, "setup") == [(0, 50), (150, 170), (270, 277), (377, 384)]
    assert result.spans(SHIM, "transfer") == [(50, 150), (170, 270), (277, 377), (384, 484)]
    assert result.ticks == 484


def test_a_task_starts_when_it_is_issued_and_not_when_issuing_begins():
    """Issuing takes 30 ticks each, one after the other: transfers at 30 and, queued, at 130."""
    machine, source = reader()
    machine.push(source, 100, ticks=30)
    machine.wait(machine.push(source, 100, ticks=30), ticks=7)
    result = machine.run()
    assert result.spans("controller", "issue") == [(0, 30), (30, 60)]
    assert result.spans(SHIM, "transfer") == [(30, 130), (130, 230)]
    assert result.budget == {"issue": 30, "shim_port": 200, "sync": 7}
    assert result.ticks == 237


def test_an_await_costs_its_token_even_when_the_task_is_long_done():
    machine, source = reader()
    first = machine.push(source, 100)
    machine.work(500)
    machine.wait(first, ticks=40)
    result = machine.run()
    assert result.ticks == 500 + 40
    assert result.waits("controller") == {}


def test_the_path_to_the_last_token_is_charged_and_no_other():
    """Two tasks on two channels, 100 and 60 words: the longer one is the path, wherever awaited."""
    for order in ((0, 1), (1, 0)):
        machine, source = reader()
        came = machine.end("other in", 2, 60)
        other = machine.shim("the other shim", reads=True)
        machine.flow(other, machine.into(came))
        machine.core("other core", [(came, False)], loop(-1, acquire(0), release(0)))
        tasks = [machine.push(source, 100, ticks=5), machine.push(other, 60, ticks=5)]
        for place in order:
            machine.wait(tasks[place], ticks=3)
        result = machine.run()
        # the long one ends at 5 + 100, the short at 10 + 60 = 70
        if order == (0, 1):
            assert result.budget == {"issue": 5, "shim_port": 100, "sync": 3 + 3}
        else:  # the short one's token costs 3 from 70 on and hides behind the long one
            assert result.budget == {"issue": 5, "shim_port": 100, "sync": 3}


# --- the same on the device --------------------------------------------------------------------


def test_the_last_token_costs_more_than_the_others():
    """The accumulate has 2 × 3 tasks and awaits its two outputs, on npu1 in controller cycles.

    6 tasks of 627, one token of 1576 and the last of 4669, at 600 MHz: 16.678 µs.
    """
    outcome = simulate_design(
        accumulate_design("add", 64, 64, "float32", (2, 4)), load_device("npu1")
    )
    controller = outcome.resources[-1]
    assert controller.kind == "controller"
    assert controller.busy_us == Fraction(6 * 627 + 1576 + 4669, 600)


def test_a_cold_shim_channel_warms_up_from_task_to_task():
    """Reading DDR, npu1: 325 cycles each and 1330, 412, 128 of cold start (× 0.31), writing 179
    and 341.
    """
    outcome = simulate_design(smallest_design(64, "float32"), load_device("npu1"), spans=True)
    setups = {}
    for resource, activity, _, start, end in outcome.spans.tolist():
        name = outcome.resources[resource].name
        if activity == 3 and name.startswith("shim"):
            setups.setdefault(name, []).append(Fraction(end - start, 150))  # ticks in a cycle
    assert setups == {
        "shim (0,0) MM2S0": [325 + 1330],
        "shim (0,0) MM2S1": [325 + 1330],
        "shim (0,0) S2MM0": [179 + 341],
    }
