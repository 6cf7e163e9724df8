"""Are locks that several take from, or give to, served in the order of time?"""

import pytest

from tests.simulation.programs import Machine, call, give, loop, take, take_equal
from tilescope import _engine


def test_two_cores_that_share_a_lock_take_turns():
    """Both ask at 0 and the lower number goes first; then whoever asked first: 10, 7, 10, 7."""
    machine = Machine()
    one = machine.lock("the only one", 1)
    machine.core("a", [], loop(2, take(one), call(10), give(one)))
    machine.core("b", [], loop(2, take(one), call(7), give(one)))
    machine.keep_running(100)
    result = machine.run()
    assert result.spans("a", "call") == [(0, 10), (17, 27)]
    assert result.spans("b", "call") == [(10, 17), (27, 34)]
    assert result.waits("b") == {"buffer_empty": 10 + (27 - 17)}


@pytest.mark.parametrize(("before_a", "before_b", "first"), [(5, 3, "b"), (3, 5, "a"), (4, 4, "a")])
def test_who_asks_first_is_served_first_whatever_its_number(before_a, before_b, first):
    machine = Machine()
    one = machine.lock("the only one", 1)
    machine.core("a", [], call(before_a), take(one), call(20), give(one))
    machine.core("b", [], call(before_b), take(one), call(20), give(one))
    machine.keep_running(100)
    result = machine.run()
    start = min(before_a, before_b)
    second = "b" if first == "a" else "a"
    assert result.spans(first, "call")[1] == (start, start + 20)
    assert result.spans(second, "call")[1] == (start + 20, start + 40)


def test_one_that_needs_more_does_not_keep_out_one_that_needs_less():
    """1 there: a wants 2 at 0, b takes 1 at 1 and gives it at 5, c gives another at 9: a goes."""
    machine = Machine()
    lock = machine.lock("a lock", 1)
    machine.core("a", [], take(lock, 2), call(1))
    machine.core("b", [], call(1), take(lock), call(4), give(lock))
    machine.core("c", [], call(9), give(lock))
    machine.keep_running(50)
    result = machine.run()
    assert result.spans("b", "call") == [(0, 1), (1, 5)]
    assert result.spans("a", "call") == [(9, 10)]


def test_a_lock_awaited_at_one_value_is_not_taken_at_a_higher_one():
    """Given 1 at 4 and 2 at 6, the lock has 3; b takes one at 8, and a finds its 2."""
    machine = Machine()
    lock = machine.lock("a lock")
    machine.core("a", [], take_equal(lock, 2), call(1))
    machine.core("b", [], call(8), take(lock), call(1))
    machine.core("c", [], call(4), give(lock), call(2), give(lock, 2))
    machine.keep_running(50)
    result = machine.run()
    assert result.spans("a", "call") == [(8, 9)]


@pytest.mark.parametrize(("early", "late"), [("a", "b"), ("b", "a")])
def test_the_earlier_of_two_releases_counts_whoever_gave_it(early, late):
    """One gives at 4 and one at 10; each trip of c takes one and works 3: at 4 and at 10."""
    machine = Machine()
    lock = machine.lock("a lock")
    for name in ("a", "b"):
        machine.core(name, [], call({early: 4, late: 10}[name]), give(lock))
    machine.core("c", [], loop(2, take(lock), call(3)))
    machine.keep_running(50)
    assert machine.run().spans("c", "call") == [(4, 7), (10, 13)]


def test_a_core_and_a_channel_share_a_lock():
    """The channel fills 10 words from 0; the core, one tick later, has the lock from 10 to 15."""
    machine = Machine()
    lock = machine.lock("one buffer", 1)
    buffer = machine.buffer(10)
    into = machine.channel("into", False, [(buffer, 10, lock, lock, -1)], ring=True)
    source = machine.shim("in", reads=True)
    machine.flow(source, into)
    machine.core("a", [], call(1), take(lock), call(5), give(lock))
    last = machine.push(source, 30)
    machine.wait(last)
    result = machine.run()
    assert result.spans("a", "call") == [(0, 1), (10, 15)]
    assert result.spans("into", "transfer") == [(0, 10), (15, 25), (25, 35)]
    assert result.ticks == 35


def test_the_budget_of_a_wait_for_a_shared_lock_is_that_of_its_giver():
    """The clock's task is held up by nothing; b's 7 ticks after a's 10 are all compute."""
    machine = Machine()
    lock, done = machine.lock("the only one", 1), machine.lock("done")
    buffer = machine.buffer(1)
    machine.core("a", [], take(lock), call(10), give(lock))
    machine.core("b", [], take(lock), call(7), give(lock), give(done))
    sink = machine.shim("out", reads=False)
    machine.flow(machine.channel("from", True, [(buffer, 1, done, -1, -1)], ring=False), sink)
    machine.wait(machine.push(sink, 1))
    result = machine.run()
    assert result.ticks == 10 + 7 + 1
    assert result.budget == {"compute": 17, "shim_port": 1}


def test_who_waits_for_a_shared_lock_is_named():
    machine = Machine()
    first, second = machine.lock("the first lock", 1), machine.lock("the second lock", 1)
    done = machine.lock("done")
    buffer = machine.buffer(1)
    machine.core("a", [], take(first), call(1), take(second), give(second), give(first), give(done))
    machine.core("b", [], take(second), call(1), take(first), give(first), give(second))
    sink = machine.shim("out", reads=False)
    machine.flow(machine.channel("from", True, [(buffer, 1, done, -1, -1)], ring=False), sink)
    machine.wait(machine.push(sink, 1))
    with pytest.raises(_engine.SimulationError) as caught:
        machine.run()
    text = str(caught.value)
    assert "the design deadlocks" in text
    assert "a waits for the second lock (0 of 1 there)" in text
    assert "b waits for the first lock (0 of 1 there)" in text
