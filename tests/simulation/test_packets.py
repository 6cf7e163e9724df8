"""Do packets share a channel one after the other, each with its header, as they become ready?"""

import numpy as np
import pytest

from tests.simulation.programs import Machine, call, give
from tilescope import _engine


def two_senders(first_ready, second_ready, *, sink_words=10):
    """Two cores whose channels send a packet of 10 words each into one channel."""
    machine = Machine()
    sources = []
    for number, ready in enumerate((first_ready, second_ready)):
        lock, buffer = machine.lock(f"ready {number}"), machine.buffer(10)
        machine.core(f"core {number}", [], call(ready), give(lock))
        name = f"source {number}"
        sources.append(machine.channel(name, True, [(buffer, 10, lock, -1, number)], ring=False))
    full, done = machine.lock("full"), machine.buffer(20)
    sink = machine.channel("sink", False, [(done, sink_words, -1, full, -1)])
    for number, source in enumerate(sources):
        machine.packets(source, {number: [sink]})
    machine.keep_running(100)
    return machine.run()


@pytest.mark.parametrize(
    ("ready", "times"),
    [
        ((0, 3), [(0, 11), (11, 22)]),  # ten words and a header, then the other
        ((5, 3), [(14, 25), (3, 14)]),
        ((0, 40), [(0, 11), (40, 51)]),
        ((7, 7), [(7, 18), (18, 29)]),  # at one instant the lower number
    ],
)
def test_the_packet_that_is_ready_first_goes_first_and_is_not_interrupted(ready, times):
    result = two_senders(*ready)
    assert [result.spans(f"source {n}", "transfer") for n in range(2)] == [[t] for t in times]
    assert result.spans("sink", "transfer") == sorted(times)


def test_a_descriptor_may_take_in_several_packets():
    """20 words are two packets of 10: the descriptor ends with the second."""
    result = two_senders(0, 3, sink_words=20)
    assert result.spans("sink", "transfer") == [(0, 11), (11, 22)]


def test_a_packet_longer_than_a_descriptor_fills_several():
    """10 words in pieces of 4, 4 and 2: the header comes once, with the first: 5, 4 and 2 ticks."""
    result = two_senders(0, 50, sink_words=4)
    assert result.spans("sink", "transfer")[:3] == [(0, 5), (5, 9), (9, 11)]


def test_one_source_sends_each_packet_where_its_number_says():
    machine = Machine()
    ready, buffer = machine.lock("ready", 4), machine.buffer(10)
    pieces = [(buffer, 10, ready, -1, 0), (buffer, 10, ready, -1, 1)]
    source = machine.channel("source", True, pieces)
    sinks = [
        machine.channel(f"sink {n}", False, [(machine.buffer(10), 10, -1, -1, -1)])
        for n in range(2)
    ]
    machine.packets(source, {0: [sinks[0]], 1: [sinks[1]]})
    machine.keep_running(100)
    result = machine.run()
    assert result.spans("sink 0", "transfer") == [(0, 11), (22, 33)]
    assert result.spans("sink 1", "transfer") == [(11, 22), (33, 44)]


def test_a_broadcast_packet_waits_until_all_its_targets_are_free():
    """Sink 1 is busy with 10 words from 0 to 11; the packet for both, ready at 2, follows."""
    machine = Machine()
    sinks = [
        machine.channel(f"sink {n}", False, [(machine.buffer(10), 10, -1, -1, -1)])
        for n in range(2)
    ]
    for number, (ready, to) in enumerate(((0, sinks[1:]), (2, sinks))):
        lock = machine.lock(f"ready {number}")
        machine.core(f"core {number}", [], call(ready), give(lock))
        buffer = machine.buffer(10)
        pieces = [(buffer, 10, lock, -1, number)]
        machine.packets(machine.channel(f"source {number}", True, pieces, ring=False), {number: to})
    machine.keep_running(100)
    result = machine.run()
    assert result.spans("sink 0", "transfer") == [(11, 22)]
    assert result.spans("sink 1", "transfer") == [(0, 11), (11, 22)]


def test_packets_from_ddr_are_tasks_and_bring_their_bytes():
    """Two shim channels send two packets of 4 words into one buffer of 8, the second's first."""
    machine = Machine()
    program = machine.program
    shims = [machine.shim(f"in {n}", reads=True) for n in range(2)]
    full, buffer = machine.lock("full"), machine.buffer(8)
    machine.packets(shims[0], {0: [machine.channel("sink", False, [(buffer, 8, -1, full, -1)])]})
    machine.packets(shims[1], {1: [machine.channels.index("sink")]})
    out = machine.shim("out", reads=False)
    machine.flow(machine.channel("from", True, [(buffer, 8, full, -1, -1)], ring=False), out)
    arrays = []
    for number, (shim, words) in enumerate(((shims[1], 4), (shims[0], 4), (out, 8))):
        host = program.add_host_buffer(words * 4)
        packet = (1, 0, -1)[number]
        d = program.add_descriptor(shim, True, host, 0, [], words * 4, -1, -1, -1, 1, packet=packet)
        program.add_controller_step(0, 3, shim, d, number)
        arrays.append(np.arange(words, dtype=np.int32) + 10 * (number + 1))
    program.add_controller_step(1, 0, out, -1, 2)
    program.check()
    table = np.array([[1, 0, 0, 1, 2, 0, 0, 0, 0, 0]], dtype=np.int64)
    (outcome,) = _engine.Plan([program]).run([a.view(np.uint8) for a in arrays], table)
    # pushed at 3 and 6: 3 to 8, 8 to 13; the eight words follow
    assert outcome["ticks"] == 13 + 8
    assert arrays[2].tolist() == [10, 11, 12, 13, 20, 21, 22, 23]


def test_a_packet_that_cannot_get_in_is_named():
    """The lock of the sink's one descriptor is never given: no packet moves on."""
    machine = Machine()
    never, buffer = machine.lock("a lock that nobody gives"), machine.buffer(10)
    sink = machine.channel("sink", False, [(machine.buffer(10), 10, never, -1, -1)])
    shims = [machine.shim(f"in {n}", reads=True) for n in range(2)]
    for number, shim in enumerate(shims):
        machine.packets(shim, {number: [sink]})
    assert buffer >= 0
    program = machine.program
    for number, shim in enumerate(shims):
        host = program.add_host_buffer(40)
        d = program.add_descriptor(shim, True, host, 0, [], 40, -1, -1, -1, 1, packet=number)
        program.add_controller_step(0, 1, shim, d, number)
    program.add_controller_step(1, 0, shims[1], -1, 1)
    with pytest.raises(_engine.SimulationError) as caught:
        machine.run()
    text = str(caught.value)
    assert "in 1 waits with packet 1 for sink, where another packet is under way" in text
    assert "sink waits for a lock that nobody gives (0 of 1 there)" in text


def test_a_packet_without_a_route_is_refused():
    machine = Machine()
    source = machine.channel("source", True, [(machine.buffer(1), 1, -1, -1, 7)])
    sink = machine.channel("sink", False, [(machine.buffer(1), 1, -1, -1, -1)])
    machine.packets(source, {3: [sink]})
    with pytest.raises(ValueError, match="source sends packet 7, which has no route"):
        machine.program.check()
