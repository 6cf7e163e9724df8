"""What a run notes beside its figures: objects that come and go, what fed what, DDR's rates."""

import pytest

from tests.simulation.programs import conveyor
from tilescope import _engine
from tilescope.simulation.outcomes import ACTIVITIES, FILLED, GIVEN, TAKEN

KINDS = {GIVEN: "given", TAKEN: "taken", FILLED: "filled"}


def objects_of(raw, lock):
    """What became of a lock's objects, and when."""
    return [(KINDS[kind], tick) for of, kind, count, tick in raw["objects"].tolist() if of == lock]


def noted(machine, **options):
    """A run with its notes."""
    machine.program.check()
    return _engine.run_timing(machine.program, **options)


def test_a_buffer_is_filled_when_its_transfer_starts_and_free_when_it_is_released():
    """Two buffers, three objects of 10 words, a kernel of 15 ticks. The first comes from 0 to 10
    and is given back at 25, the second from 10 to 20 and at 40; the third waits for the first
    buffer, comes from 25 to 35 and goes at 55.
    """
    raw = noted(conveyor(objects=3, words=10, depth=2, kernel_ticks=15), objects=True)
    free = objects_of(raw, 0)
    assert [tick for kind, tick in free if kind == "filled"] == [0, 10, 25]
    assert [tick for kind, tick in free if kind == "given"] == [25, 40, 55]
    # a channel asks for its next buffer as soon as it has filled the one before
    assert [tick for kind, tick in free if kind == "taken"] == [0, 10, 25, 40]


def test_a_filled_object_is_taken_when_the_core_is_there():
    raw = noted(conveyor(objects=3, words=10, depth=2, kernel_ticks=15), objects=True)
    full = objects_of(raw, 1)
    assert [tick for kind, tick in full if kind == "given"] == [10, 20, 35]
    assert [tick for kind, tick in full if kind == "taken"] == [10, 25, 40]


@pytest.mark.parametrize("options", [{}, {"spans": True}, {"objects": True}])
def test_notes_are_taken_where_they_are_asked_for(options):
    raw = noted(conveyor(objects=3, kernel_ticks=15), **options)
    tables = {"subjects", "links", "objects", "ddr"} & set(raw)
    if "spans" in options:
        assert tables == {"subjects", "links", "objects", "ddr"}
    else:
        assert tables == ({"objects"} if "objects" in options else set())


def test_a_stream_links_its_ends_and_a_task_its_pieces():
    """Three objects come in one task, three leave in another: each piece leads to its other end and
    to the next piece. The controller takes no time here and so has no span, and the kernel names
    no object.
    """
    machine = conveyor(objects=3, words=10, depth=2, kernel_ticks=15)
    raw = noted(machine, spans=True)
    names = [*machine.cores, *machine.channels, "controller"]
    spans = raw["spans"].tolist()
    told = [
        tuple(f"{ACTIVITIES[spans[one][1]]} {names[spans[one][0]]}" for one in pair)
        for pair in raw["links"].tolist()
    ]
    source, into = "transfer the shim's in", "transfer the channel into in"
    out, sink = "transfer the channel out of out", "transfer the shim's out"
    assert told.count((source, into)) == told.count((out, sink)) == 3
    assert told.count((source, source)) == told.count((sink, sink)) == 2
    assert len(told) == 10


def test_the_rate_of_ddr_is_that_of_its_transfers():
    """A word of 4 bytes a tick for 10 ticks, alone: 4 × 2^30 bytes in 2^30 ticks, then nothing."""
    raw = noted(conveyor(objects=1, words=10, kernel_ticks=15), spans=True)
    assert raw["ddr"].tolist() == [[0, 4 << 30, 0], [10, 0, 0], [25, 0, 4 << 30], [26, 0, 0]]


def test_a_transfer_says_its_bytes_and_a_wait_its_lock():
    machine = conveyor(objects=1, words=10, kernel_ticks=15)
    raw = noted(machine, spans=True)
    names = [*machine.cores, *machine.channels, "controller"]
    told = {
        (names[resource], ACTIVITIES[activity]): subject
        for (resource, activity, *_), (subject, _) in zip(
            raw["spans"].tolist(), raw["subjects"].tolist(), strict=True
        )
    }
    assert told["the shim's in", "transfer"] == 40
    assert told["the shim's out", "transfer"] == 4
    assert told["core", "wait"] == 1  # the lock of filled objects of `in`
