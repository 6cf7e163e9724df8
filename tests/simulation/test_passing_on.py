"""Does whoever reads a mem tile get the bytes it was given, however they lie and whatever follows?

The engine copies bytes that a mem tile only passes on once, from where they came. A model that
copies every byte twice, into the mem tile and out of it, says what must come out.
"""

from itertools import count

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.simulation.programs import AWAIT, EMPTY, MEM, PUSH, SHIM
from tilescope import _engine
from tilescope.designs.plan import LAUNCH, STEP_COLUMNS

POISON = 0xFF


def addresses(offset, levels, run):
    """Every byte that a walk touches, in order."""
    found = [offset]
    for size, stride in levels:
        found = [address + step * stride for address in found for step in range(size)]
    return [address + byte for address in found for byte in range(run)]


def packed(sizes, unit):
    """The levels (size, stride) of an array without gaps, outermost first."""
    levels, stride = [], unit
    for size in reversed(sizes):
        levels.insert(0, (size, stride))
        stride *= size
    return levels, stride


@st.composite
def gathers(draw):
    """A walk over a host argument in which a few levels leave gaps; with its bytes."""
    unit = draw(st.sampled_from([4, 8, 16]))
    sizes = draw(st.lists(st.integers(1, 4), max_size=3))
    levels, stride = [], unit
    for size in reversed(sizes):
        stride += draw(st.sampled_from([0, 4, 12]))
        levels.insert(0, (size, stride))
        stride *= size
    return (draw(st.integers(0, 9)), levels, unit), unit * int(np.prod(sizes, dtype=int))


@st.composite
def fills(draw):
    """A gather and where in the mem tile it goes: all in one run, or in rows with gaps."""
    source, total = draw(gathers())
    rows = draw(st.sampled_from([1, 1, 1, 2, 4]))
    gap = draw(st.sampled_from([0, 4]))
    run = total // rows
    offset = draw(st.sampled_from([0, 0, 4, 16, 20]))
    return source, (offset, [(rows, run + gap)] if rows > 1 else [], run)


@st.composite
def reads(draw, source, target):
    """A walk over the mem tile: levels of what came turned about, a part of it, or anything."""
    (_, levels, unit), (start, _, _) = source, target
    steps, total = packed([size for size, _ in levels], unit)
    kind = draw(st.sampled_from(["turned", "part", "plain", "any"]))
    if kind == "turned":
        return start, draw(st.permutations(steps)), unit
    if kind == "part" and steps:
        (size, stride), *inner = steps
        return start + draw(st.integers(0, size - 1)) * stride, draw(st.permutations(inner)), unit
    if kind == "plain":
        return start, [], total
    level = st.tuples(st.integers(1, 4), st.sampled_from([4, 8, 20]))
    return draw(st.integers(0, 12)), draw(st.lists(level, max_size=2)), draw(st.integers(1, 24))


@st.composite
def passings(draw):
    """A mem tile's work: fills, then reads, and perhaps both once more."""
    work = []
    for _ in range(draw(st.integers(1, 2))):
        filled = draw(st.lists(fills(), min_size=1, max_size=3))
        wanted = [
            draw(reads(*draw(st.sampled_from(filled)))) for _ in range(draw(st.integers(1, 3)))
        ]
        work.append((filled, wanted))
    return work


def modelled(work, room, data, out_bytes):
    """What comes out, each byte copied into the mem tile and out of it."""
    tile, out = np.full(room, POISON, np.uint8), []
    for filled, wanted in work:
        for source, target in filled:
            tile[addresses(*target)] = data[addresses(*source)]
        for walk in wanted:
            out.extend(tile[addresses(*walk)])
    assert len(out) == out_bytes
    return np.array(out, np.uint8)


def make_program(work, room, given_bytes, out_bytes):
    """The same as a program: a task of a shim for each fill and each read."""
    program = _engine.Program()
    program.set_costs(0, 0, 0)
    buffer = program.add_buffer(room, 0)
    given = program.add_host_buffer(given_bytes)
    out = program.add_host_buffer(out_bytes)
    free = program.add_lock("free", 1, EMPTY)
    full = program.add_lock("full", 0, EMPTY)
    channel = [
        program.add_channel(name, place, reading, 1000, 0, 0, first, 16, [])
        for name, place, reading, first in (
            ("in", SHIM, True, -1),
            ("fill", MEM, False, 0),
            ("empty", MEM, True, 0),
            ("out", SHIM, False, -1),
        )
    ]
    program.add_flow(channel[0], [channel[1]], 0)
    program.add_flow(channel[2], [channel[3]], 0)
    tasks, steps = count(), []
    written = 0
    pairs = [(source, target) for filled, _ in work for source, target in filled]
    last_fills = np.cumsum([len(filled) for filled, _ in work]) - 1
    first_fills = last_fills - [len(filled) - 1 for filled, _ in work]
    for place, (source, target) in enumerate(pairs):
        offset, levels, run = source
        task = program.add_descriptor(
            channel[0], True, given, offset, levels, run, -1, -1, -1, 1 << 20
        )
        steps.append((channel[0], task, next(tasks)))
        offset, levels, run = target
        program.add_descriptor(
            channel[1], False, buffer, offset, levels, run,
            free if place in first_fills else -1,
            full if place in last_fills else -1,
            place + 1 if place + 1 < len(pairs) else -1, 0,
        )  # fmt: skip
    number = 0
    ends = sum(len(wanted) for _, wanted in work)
    for _, wanted in work:
        for place, (offset, levels, run) in enumerate(wanted):
            size = len(addresses(offset, levels, run))
            number += 1
            program.add_descriptor(
                channel[2], False, buffer, offset, levels, run,
                full if place == 0 else -1,
                free if place == len(wanted) - 1 else -1,
                number if number < ends else -1, 0,
            )  # fmt: skip
            task = program.add_descriptor(
                channel[3], True, out, written, [], size, -1, -1, -1, 1 << 20
            )
            written += size
            steps.append((channel[3], task, next(tasks)))
    for target, task, name in steps:
        program.add_controller_step(PUSH, 0, target, task, name)
    for target, _, name in steps:
        program.add_controller_step(AWAIT, 0, target, -1, name)
    program.check()
    return program


def launch(program, datas, outs):
    """A launch for each input, one after the other."""
    table = np.array(
        [
            [LAUNCH, 0, place, len(datas) + place] + [0] * (STEP_COLUMNS - 4)
            for place in range(len(datas))
        ],
        np.int64,
    )
    _engine.Plan([program]).run([*datas, *outs], table, False)


@settings(deadline=None, max_examples=400)
@given(work=passings(), seed=st.integers(0, 99), launches=st.integers(1, 2))
def test_what_a_mem_tile_passes_on_is_what_it_was_given(work, seed, launches):
    walks = [walk for filled, _ in work for pair in filled for walk in pair]
    walks += [walk for _, wanted in work for walk in wanted]
    room = max(max(addresses(*walk)) for walk in walks) + 1
    size = max(max(addresses(*source)) for filled, _ in work for source, _ in filled) + 1
    out_bytes = sum(len(addresses(*walk)) for _, wanted in work for walk in wanted)
    generator = np.random.default_rng(seed)
    datas = [generator.integers(0, 255, size, np.uint8) for _ in range(launches)]
    outs = [np.full(out_bytes, POISON, np.uint8) for _ in datas]
    launch(make_program(work, room, size, out_bytes), datas, outs)
    for data, out in zip(datas, outs, strict=True):
        expected = modelled(work, room, data, out_bytes)
        known = expected != POISON  # bytes that nobody wrote in this launch are no promise
        assert out[known].tobytes() == expected[known].tobytes()


def test_an_output_that_overlaps_an_input_is_refused():
    whole = (0, [], 16)
    program = make_program([([(whole, whole)], [whole])], 16, 16, 16)
    memory = np.zeros(32, np.uint8)
    launch(program, [memory[:16]], [memory[16:]])
    with pytest.raises(ValueError, match="one array for what it reads and what it writes"):
        launch(program, [memory[:16]], [memory[15:31]])
