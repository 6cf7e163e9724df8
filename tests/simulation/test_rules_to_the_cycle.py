"""Are buffers, streams and cores obeyed to the cycle? Each edge is tested from both sides.

Times are ticks: a word takes one, everything else none unless the test says so.
"""

import pytest

from tests.simulation.programs import (
    MEM,
    Machine,
    acquire,
    call,
    conveyor,
    loop,
    release,
)

INTO = "the channel into in"


@pytest.mark.parametrize(
    ("kernel_ticks", "third_starts", "waited"),
    [(9, 20, []), (10, 20, []), (11, 21, [(20, 21)])],
    ids=["freed a tick before", "freed exactly on time", "freed a tick too late"],
)
def test_a_full_buffer_blocks_its_writer_until_it_is_freed(kernel_ticks, third_starts, waited):
    """Two buffers, objects of 10 words: the first comes in 0..10, the second in 10..20.

    The third needs the first buffer, which is free at 10 + kernel; the writer is ready at 20.
    """
    result = conveyor(objects=3, words=10, depth=2, kernel_ticks=kernel_ticks).run()
    transfers = result.spans(INTO, "transfer")
    assert transfers == [(0, 10), (10, 20), (third_starts, third_starts + 10)]
    assert [wait for wait in result.spans(INTO, "wait") if wait[0] < third_starts] == waited


@pytest.mark.parametrize(
    ("words", "second_starts", "waited"),
    [(4, 11, []), (5, 11, []), (6, 12, [(11, 12)])],
    ids=["drained a tick before", "drained exactly on time", "drained a tick too late"],
)
def test_a_core_waits_until_its_output_buffer_is_drained(words, second_starts, waited):
    """One output buffer, kernels of 5 ticks on inputs of one word: the first result is there at
    1 + 5 = 6 and takes `words` ticks to leave. After 5 ticks of other work, at 11, the core comes
    back for the buffer, and its kernel starts then or at 6 + words.
    """
    machine = Machine()
    came, went = machine.end("in", 2, 1), machine.end("out", 1, words)
    source = machine.shim("the shim's in", reads=True)
    sink = machine.shim("the shim's out", reads=False)
    machine.flow(source, machine.into(came))
    machine.flow(machine.out_of(went), sink)
    step = (acquire(0), acquire(1), call(5), release(1), call(5), release(0))
    machine.core("core", [(came, False), (went, True)], loop(2, *step))
    done = machine.push(sink, 2 * words)
    machine.push(source, 2)
    machine.wait(done)
    result = machine.run()
    assert result.spans("core", "call")[2][0] == second_starts
    assert result.spans("core", "wait")[1:] == waited  # the first is for the first input


def test_a_reader_waits_until_the_whole_object_is_there():
    """One object of 10 words from 0: the kernel starts at 10, not at the first word."""
    result = conveyor(objects=1, words=10, kernel_ticks=7).run()
    assert result.spans("core", "call") == [(10, 17)]
    assert result.waits("core") == {"buffer_empty": 10}


@pytest.mark.parametrize(
    ("depth", "ticks"),
    [
        (1, 161),  # 8 × (10 in, then 10 of kernel), 1 out
        (2, 91),  # 10 to fill, 8 × 10 of kernel with the next object coming in, 1 out
    ],
)
def test_double_buffering_overlaps_transfer_and_compute(depth, ticks):
    assert conveyor(objects=8, words=10, depth=depth, kernel_ticks=10).run().ticks == ticks


def test_the_slower_of_transfer_and_compute_sets_the_pace_of_a_double_buffer():
    # transfer: 8 × 10, the last kernel 6, 1 out; compute: the first transfer 10, 8 × 14, 1 out
    assert conveyor(objects=8, words=10, kernel_ticks=6).run().ticks == 8 * 10 + 6 + 1
    assert conveyor(objects=8, words=10, kernel_ticks=14).run().ticks == 10 + 8 * 14 + 1


def broadcast(kernel_ticks, *, depth=1, objects=3):
    """One stream of 10-word objects to a core for each of the kernels."""
    machine = Machine()
    ends = [machine.end(f"in {place}", depth, 10) for place in range(len(kernel_ticks))]
    source = machine.shim("the shim's in", reads=True)
    machine.flow(source, *(machine.into(end) for end in ends))
    awaited = []
    for place, (end, ticks) in enumerate(zip(ends, kernel_ticks, strict=True)):
        went = machine.end(f"out {place}", objects, 1)
        sink = machine.shim(f"the shim's out {place}", reads=False)
        machine.flow(machine.out_of(went), sink)
        step = (acquire(0), acquire(1), call(ticks), release(0), release(1))
        machine.core(f"core {place}", [(end, False), (went, True)], loop(objects, *step))
        awaited.append(machine.push(sink, objects))
    machine.push(source, 10 * objects)
    for task in awaited:
        machine.wait(task)
    return machine.run()


@pytest.mark.parametrize("kernels", [(5, 17), (17, 5)])
def test_a_broadcast_waits_for_its_slowest_receiver(kernels):
    """Single buffers: in 0..10, the slow core is done at 27, so the next goes 27..37, 54..64.

    Between objects the quick core frees its buffer in 5 ticks and the slow one in 17: the quick
    one's channel then waits the other 12 ticks on the stream, and the shim's all 17.
    """
    result = broadcast(kernels)
    quick, slow = (f"the channel into in {kernels.index(ticks)}" for ticks in (5, 17))
    for name in (quick, slow, "the shim's in"):
        assert result.spans(name, "transfer") == [(0, 10), (27, 37), (54, 64)]
    assert result.waits(quick, until=54) == {"buffer_full": 2 * 5, "stream": 2 * 12}
    assert result.waits(slow, until=54) == {"buffer_full": 2 * 17}
    assert result.waits("the shim's in") == {"stream": 2 * 17}


def test_a_receiver_with_room_still_waits_for_the_one_without():
    # one buffer each, kernels of 0 and 1 tick: the second object starts at 11, not at 10
    assert broadcast((0, 1)).spans("the channel into in 0", "transfer")[1] == (11, 21)
    assert broadcast((0, 0)).spans("the channel into in 0", "transfer")[1] == (10, 20)


def relay(latency=0, slices=1):
    """DDR → mem tile → a core for each slice; objects of 100 words, split evenly."""
    machine = Machine()
    words = 100 // slices
    staged = [machine.end(f"slice {place}", 1, words) for place in range(slices)]
    source = machine.shim("the shim's in", reads=True)
    machine.flow(source, machine.slices_into("the mem tile", staged), latency=latency)
    awaited = []
    for place, part in enumerate(staged):
        came, went = machine.end(f"in {place}", 1, words), machine.end(f"out {place}", 1, 1)
        sink = machine.shim(f"the shim's out {place}", reads=False)
        machine.flow(machine.out_of(part, place=MEM), machine.into(came))
        machine.flow(machine.out_of(went), sink)
        step = (acquire(0), acquire(1), call(0), release(0), release(1))
        machine.core(f"core {place}", [(came, False), (went, True)], loop(1, *step))
        awaited.append(machine.push(sink, 1))
    machine.push(source, 100)
    for task in awaited:
        machine.wait(task)
    return machine.run()


def test_a_mem_tile_stores_before_it_forwards():
    """The mem tile has the object at 100, so the core at 200; a cut-through would give 100."""
    result = relay()
    assert result.spans("the channel out of slice 0", "transfer") == [(100, 200)]
    assert result.ticks == 201


def test_latency_delays_the_receivers_lock_and_not_the_channel():
    """13 ticks after the last word the mem tile's lock is there: out in 113..213."""
    result = relay(latency=13)
    assert result.spans("the mem tile", "transfer") == [(0, 100)]
    assert result.spans("the channel out of slice 0", "transfer") == [(113, 213)]


def test_a_slice_leaves_when_it_is_there_and_the_object_is_not():
    """Four slices of 25 words have their own descriptors: slice i is there at 25 (i + 1)."""
    result = relay(slices=4)
    for place in range(4):
        start = 25 * (place + 1)
        name = f"the channel out of slice {place}"
        assert result.spans(name, "transfer") == [(start, start + 25)]


@pytest.mark.parametrize(
    ("kernels", "leaves", "ticks"),
    [
        # slices reach the mem tile at kernel + 10: the second is late, then the first
        ((5, 50), [(15, 25), (60, 70)], 70),
        ((50, 5), [(60, 70), (70, 80)], 80),
    ],
)
def test_a_join_is_complete_only_when_every_slice_is_there(kernels, leaves, ticks):
    machine = Machine()
    staged = []
    for place, kernel_ticks in enumerate(kernels):
        made, part = machine.end(f"made {place}", 1, 10), machine.end(f"slice {place}", 1, 10)
        machine.flow(machine.out_of(made), machine.into(part, place=MEM))
        body = (acquire(0), call(kernel_ticks), release(0))
        machine.core(f"core {place}", [(made, True)], loop(1, *body))
        staged.append(part)
    joined = machine.end("joined", 1, 20)
    machine.flow(machine.slices_out_of("the mem tile", staged), machine.into(joined))
    done = machine.end("done", 1, 1)
    sink = machine.shim("the shim's out", reads=False)
    machine.flow(machine.out_of(done), sink)
    step = (acquire(0), acquire(1), call(0), release(0), release(1))
    machine.core("reader", [(joined, False), (done, True)], loop(1, *step))
    machine.wait(machine.push(sink, 1))
    result = machine.run()
    assert result.spans("the mem tile", "transfer") == leaves
    assert result.waits("reader") == {"buffer_empty": ticks}
    assert result.ticks == ticks + 1


def test_a_core_pays_for_locks_and_call_around_each_kernel():
    """One input and one output: 2 × 15 to acquire, 20 to call, 30 for the kernel, 2 × 15 to
    release; the object is there at 10 and its result leaves at 10 + 30 + 20 + 30 + 30 = 120.
    """
    result = conveyor(words=10, kernel_ticks=30, acquire=15, release=15, call=20).run()
    assert result.spans("core", "call") == [(10 + 30 + 20, 90)]
    assert result.busy("core") == 4 * 15 + 20 + 30
    assert result.ticks == 120 + 1
    assert result.budget == {"shim_port": 10 + 1, "core_overhead": 80, "compute": 30}


def test_a_buffer_is_free_when_the_release_is_done_and_not_when_it_starts():
    """One buffer: acquired at 10 for 2 ticks, a kernel of 5, released over 3: free at 20."""
    result = conveyor(objects=2, words=10, depth=1, kernel_ticks=5, acquire=1, release=3).run()
    assert result.spans(INTO, "transfer") == [(0, 10), (10 + 2 * 1 + 5 + 3, 30)]


def slow_channel(milliticks=1000, setup=0, chain=0, words=10, objects=1):
    machine = Machine()
    came, went = machine.end("in", 8, words), machine.end("out", 8, 1)
    source = machine.shim("the shim's in", reads=True)
    sink = machine.shim("the shim's out", reads=False)
    machine.flow(source, machine.into(came, milliticks=milliticks, setup=setup, chain=chain))
    machine.flow(machine.out_of(went), sink)
    step = (acquire(0), acquire(1), call(0), release(0), release(1))
    machine.core("core", [(came, False), (went, True)], loop(objects, *step))
    done = machine.push(sink, objects)
    machine.push(source, words * objects)
    machine.wait(done)
    return machine.run().spans(INTO, "transfer")


def test_the_slower_end_of_a_stream_sets_its_rate():
    # the shim takes a tick for a word: 2 ticks at the other end make 20, half a tick is no gain
    assert slow_channel(milliticks=2000) == [(0, 20)]
    assert slow_channel(milliticks=500) == [(0, 10)]


def test_part_of_a_tick_counts_as_one():
    # 10 words of 1.013 ticks are 10.13; 1000 are 1013 exactly
    assert slow_channel(milliticks=1013, words=10) == [(0, 11)]
    assert slow_channel(milliticks=1013, words=1000) == [(0, 1013)]


def test_part_of_a_word_takes_as_long_as_a_word():
    # 5 bytes are a word and a quarter: two words
    assert slow_channel(words=1.25) == [(0, 2)]
    assert slow_channel(words=1) == [(0, 1)]


def test_a_core_that_takes_two_objects_waits_for_the_second_and_gives_both_back():
    """Objects of 10 words, three buffers: two are there at 20, the kernel takes 7, both go at 27.

    The third comes in 20..30; the fourth and fifth need the buffers given back at 27 and follow at
    once; the sixth needs the third's, given back when the second pair, there at 40, is done.
    """
    machine = Machine()
    came, went = machine.end("in", 3, 10), machine.end("out", 3, 1)
    source = machine.shim("the shim's in", reads=True)
    sink = machine.shim("the shim's out", reads=False)
    machine.flow(source, machine.into(came))
    machine.flow(machine.out_of(went), sink)
    step = (acquire(0, 2), acquire(1), call(7), release(0, 2), release(1))
    machine.core("core", [(came, False), (went, True)], loop(3, *step))
    done = machine.push(sink, 3)
    machine.push(source, 60)
    machine.wait(done)
    result = machine.run()
    assert result.spans("core", "call") == [(20, 27), (40, 47), (60, 67)]
    assert result.spans(INTO, "transfer") == [(10 * i, 10 * i + 10) for i in range(6)]
    assert result.ticks == 68


def test_descriptors_are_set_up_before_their_words_and_chained_after_them():
    # 4 before each object, 2 from one to the next: 4..14, 14 + 2 + 4 = 20..30, 36..46
    assert slow_channel(setup=4, chain=2, objects=3) == [(4, 14), (20, 30), (36, 46)]
