"""Tiny engine programs with times chosen by the test: unless said otherwise a word takes one tick
and everything else none, so that a test's arithmetic can be done in the head.
"""

from dataclasses import dataclass

import numpy as np

from tilescope import _engine
from tilescope.runs.terms import ARRAY_TERMS
from tilescope.simulation.outcomes import ACTIVITIES, CAUSES

LOOP, END_LOOP, ACQUIRE, RELEASE, CALL = range(5)
PUSH, AWAIT, WORK = range(3)
SHIM, MEM, CORE = range(3)
TAKE_LOCK, TAKE_EQUAL, GIVE_LOCK = 5, 6, 7
EMPTY, FULL = 0, 1
WORD_BYTES = 4
WHOLE_DDR = 1 << 20  # the load of a transfer that could use all of DDR by itself


@dataclass(frozen=True)
class End:
    """One end of a FIFO: its buffers and the locks that count them free and full."""

    name: str
    free: int
    full: int
    buffers: tuple[int, ...]
    words: int


def acquire(port, count=1):
    """Wait for objects of a port."""
    return ((ACQUIRE, port, count),)


def release(port, count=1):
    """Give objects of a port on."""
    return ((RELEASE, port, count),)


def take(lock, count=1):
    """Wait until a lock has so much, and take it."""
    return ((TAKE_LOCK, lock, count),)


def take_equal(lock, count):
    """Wait until a lock has exactly so much, and take it."""
    return ((TAKE_EQUAL, lock, count),)


def give(lock, count=1):
    """Add to a lock."""
    return ((GIVE_LOCK, lock, count),)


def call(ticks):
    """A kernel that takes so long."""
    return ((CALL, ticks, 0),)


def loop(trips, *body):
    """The body so many times; -1 is for ever."""
    return ((LOOP, 0, trips), *(step for part in body for step in part), (END_LOOP, 0, 0))


class Machine:
    """A program under construction; parts are named by the numbers that the engine gives them."""

    def __init__(self, *, acquire=0, release=0, call=0):
        self.program = _engine.Program()
        self.program.set_costs(acquire, release, call)
        self.kernel = self.program.add_kernel("kernel", 0)
        self.cores, self.channels, self.task_channels = [], [], []
        self.storages = self.hosts = 0

    def end(self, name, depth, words):
        """Buffers for `depth` objects of so many words, all free."""
        free = self.program.add_lock(f"a free object of {name}", depth, FULL)
        full = self.program.add_lock(f"a filled object of {name}", 0, EMPTY)
        buffers = tuple(
            self.program.add_buffer(int(words * WORD_BYTES), self.storages + place)
            for place in range(depth)
        )
        self.storages += depth
        return End(name, free, full, buffers, words)

    def _channel(self, name, place, reads, milliticks, setup, chain, first, depth, task_setup):
        self.channels.append(name)
        return self.program.add_channel(
            name, place, reads, milliticks, setup, chain, first, depth, list(task_setup)
        )

    def into(self, end, *, place=CORE, milliticks=1000, setup=0, chain=0):
        """A channel that fills an end's buffers one after the other."""
        name = f"the channel into {end.name}"
        channel = self._channel(name, place, False, milliticks, setup, chain, 0, 4, ())
        self._ring(channel, [(b, 0, end.words, end.free, end.full) for b in end.buffers])
        return channel

    def out_of(self, end, *, place=CORE, milliticks=1000, setup=0, chain=0):
        """A channel that empties an end's buffers one after the other."""
        name = f"the channel out of {end.name}"
        channel = self._channel(name, place, True, milliticks, setup, chain, 0, 4, ())
        self._ring(channel, [(b, 0, end.words, end.full, end.free) for b in end.buffers])
        return channel

    def lock(self, name, initial=0):
        """A lock alone."""
        return self.program.add_lock(name, initial, EMPTY)

    def buffer(self, words):
        """A buffer alone."""
        self.storages += 1
        return self.program.add_buffer(int(words * WORD_BYTES), self.storages - 1)

    def channel(self, name, reads, pieces, *, ring=True):
        """A core's channel over pieces (buffer, words, lock taken, lock given, packet)."""
        channel = self._channel(name, CORE, reads, 1000, 0, 0, 0, 4, ())
        for place, (buffer, words, wait, to, packet) in enumerate(pieces):
            following = place + 1 if place + 1 < len(pieces) else (0 if ring else -1)
            size = int(words * WORD_BYTES)
            self.program.add_descriptor(
                channel, False, buffer, 0, [], size, wait, to, following, 0, packet=packet
            )
        return channel

    def packets(self, source, routes, latency=0):
        """A stream whose packets go where their numbers say."""
        self.program.add_packet_flow(source, latency, [(n, list(to)) for n, to in routes.items()])

    def keep_running(self, words):
        """A transfer from DDR to DDR, a word a tick, that ends the run at its last word."""
        source, sink = self.shim("the clock's in", reads=True), self.shim("the clock", reads=False)
        self.flow(source, sink)
        last = self.push(sink, words)
        self.push(source, words)
        self.wait(last)

    def slices_into(self, name, slices):
        """A mem tile channel that fills the slices of an object in turn, each with its locks."""
        channel = self._channel(name, MEM, False, 1000, 0, 0, 0, 4, ())
        self._ring(channel, [(s.buffers[0], 0, s.words, s.free, s.full) for s in slices])
        return channel

    def slices_out_of(self, name, slices):
        """A mem tile channel that empties the slices of an object in turn."""
        channel = self._channel(name, MEM, True, 1000, 0, 0, 0, 4, ())
        self._ring(channel, [(s.buffers[0], 0, s.words, s.full, s.free) for s in slices])
        return channel

    def _ring(self, channel, pieces):
        for place, (buffer, offset, words, wait, give) in enumerate(pieces):
            following = (place + 1) % len(pieces)
            size = int(words * WORD_BYTES)
            self.program.add_descriptor(
                channel, False, buffer, offset, [], size, wait, give, following, 0
            )

    def shim(self, name, *, reads, queue_depth=4, task_setup=(), milliticks=1000):
        """A shim channel, which starts when the controller gives it a task."""
        return self._channel(name, SHIM, reads, milliticks, 0, 0, -1, queue_depth, task_setup)

    def flow(self, source, *targets, latency=0):
        """A stream from one channel to one or more."""
        self.program.add_flow(source, list(targets), latency)

    def core(self, name, ports, *body):
        """A core; ports are (end, produces), numbered in order."""
        core = self.program.add_core(name)
        self.cores.append(name)
        for end, produces in ports:
            wait, give = (end.free, end.full) if produces else (end.full, end.free)
            self.program.add_port(core, end.name, wait, give, list(end.buffers))
        steps, open_loops = [], []
        for kind, operand, count in (step for part in body for step in part):
            here = len(steps)
            if kind == CALL:
                operand = self.program.add_call(core, self.kernel, operand, [], [])
            elif kind == LOOP:
                open_loops.append(here)
            elif kind == END_LOOP:
                operand = open_loops.pop()
                steps[operand] = (LOOP, here, steps[operand][2])
            steps.append((kind, operand, count))
        self.program.set_steps(core, steps)
        return core

    def push(self, channel, words, *, ticks=0, load=1):
        """A task over a host buffer of its own; returns its number."""
        size = int(words * WORD_BYTES)
        host = self.program.add_host_buffer(size)
        descriptor = self.program.add_descriptor(channel, True, host, 0, [], size, -1, -1, -1, load)
        task = len(self.task_channels)
        self.task_channels.append(channel)
        self.program.add_controller_step(PUSH, ticks, channel, descriptor, task)
        return task

    def wait(self, task, *, ticks=0):
        """Await a task's token."""
        self.program.add_controller_step(AWAIT, ticks, self.task_channels[task], -1, task)

    def work(self, ticks):
        """Something else that the controller does."""
        self.program.add_controller_step(WORK, ticks, -1, -1, -1)

    def run(self, **options):
        """Check and simulate, timing only, with spans."""
        self.program.check()
        return Result(self, _engine.run_timing(self.program, True, **options))


class Result:
    """What a run found, by the names of the program's parts."""

    def __init__(self, machine, raw):
        self.machine, self.raw = machine, raw
        self.ticks, self.drained = raw["ticks"], raw["drained"]
        self.budget = {term: t for term, t in zip(ARRAY_TERMS, raw["budget"], strict=True) if t}
        self.names = [*machine.cores, *machine.channels, "controller"]

    def _row(self, name):
        return self.raw["usage"][self.names.index(name)].tolist()

    def busy(self, name):
        """Ticks in which it did something."""
        return self._row(name)[0]

    def waits(self, name, until=None):
        """Ticks waited by cause, without the causes that never were; all, or those up to a tick."""
        waits = self._row(name)[1 : 1 + len(CAUSES)]
        if until is not None:
            rows = self._rows(name, "wait")
            waits = [
                sum(end - start for _, _, why, start, end in rows if why == cause and end <= until)
                for cause in range(len(CAUSES))
            ]
        return {cause: ticks for cause, ticks in zip(CAUSES, waits, strict=True) if ticks}

    def spans(self, name, activity):
        """(start, end) of everything of one kind that a part did, in order."""
        return sorted((start, end) for _, _, _, start, end in self._rows(name, activity))

    def _rows(self, name, activity):
        part, kind = self.names.index(name), ACTIVITIES.index(activity)
        rows = self.raw["spans"]
        return rows[(rows[:, 0] == part) & (rows[:, 1] == kind)].tolist()


def same(one, other):
    """Whether two raw outcomes are equal to the last byte."""
    return all(
        value.tobytes() == other[key].tobytes()
        if isinstance(value, np.ndarray)
        else value == other[key]
        for key, value in one.items()
    )


def conveyor(*, objects=1, words=10, depth=2, kernel_ticks=0, **costs):
    """DDR → core → DDR: objects of `words` words come in, one word goes out for each.

    The output never blocks: it has a buffer for every object. The run ends with its last word.
    """
    machine = Machine(**costs)
    came, went = machine.end("in", depth, words), machine.end("out", objects, 1)
    source = machine.shim("the shim's in", reads=True)
    sink = machine.shim("the shim's out", reads=False)
    machine.flow(source, machine.into(came))
    machine.flow(machine.out_of(went), sink)
    step = (acquire(0), acquire(1), call(kernel_ticks), release(0), release(1))
    machine.core("core", [(came, False), (went, True)], loop(objects, *step))
    result = machine.push(sink, objects)
    machine.push(source, objects * words)
    machine.wait(result)
    return machine
