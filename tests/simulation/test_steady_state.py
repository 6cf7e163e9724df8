"""Is a repeated steady state the same, to the tick, as every step evaluated one by one?"""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.simulation.programs import PUSH, WORD_BYTES, Machine, acquire, call, loop, release
from tilescope import _engine
from tilescope.designs.mapping import Mapping
from tilescope.designs.plan import make_plan
from tilescope.devices import load_device
from tilescope.simulation.simulate import PreparedDesign
from tilescope.workloads import Gemm


def stream_of_tasks(sizes, loads=None, delays=None, under_way=3):
    """Tasks of so many words into a core that takes 10 words at a time, a few under way at once."""
    machine = Machine()
    came = machine.end("in", 2, 10)
    source = machine.shim("the shim's in", reads=True)
    machine.flow(source, machine.into(came))
    machine.core("core", [(came, False)], loop(-1, acquire(0), call(3), release(0)))
    host = machine.program.add_host_buffer(max(sizes) * WORD_BYTES)
    for task, words in enumerate(sizes):
        load = loads[task] if loads else 1
        descriptor = machine.program.add_descriptor(
            source, True, host, 0, [], words * WORD_BYTES, -1, -1, -1, load
        )
        ticks = delays[task] if delays else 0
        machine.program.add_controller_step(PUSH, ticks, source, descriptor, task)
        machine.task_channels.append(source)
        if task >= under_way - 1:
            machine.wait(task - under_way + 1)
    if under_way > 1:
        machine.wait(len(sizes) - 1)
    machine.program.check()
    return machine.program


def both_ways(program):
    """The outcomes with and without repetition, less what says how they were found."""
    quick, slow = (_engine.run_timing(program, False, extrapolate=yes) for yes in (True, False))
    assert slow["extrapolated_steps"] == 0
    assert quick["steps"] + quick["extrapolated_steps"] == slow["steps"]
    for raw in (quick, slow):
        raw["usage"] = raw["usage"].tolist()
        raw["spans"] = raw["spans"].tolist()
    found = quick["extrapolated_steps"]
    drop = ("steps", "extrapolated_steps")
    quick, slow = ({k: v for k, v in raw.items() if k not in drop} for raw in (quick, slow))
    assert quick == slow
    return quick, found


def test_an_even_stream_is_repeated_and_exact():
    """60 tasks of 10 words: 600 ticks either way."""
    outcome, found = both_ways(stream_of_tasks([10] * 60))
    assert outcome["ticks"] == 600
    assert found > 0


def test_a_stream_is_repeated_to_its_very_end():
    """One task at a time: nothing is left to evaluate after the last repetition."""
    outcome, found = both_ways(stream_of_tasks([10] * 60, under_way=1))
    assert outcome["ticks"] == 600
    assert found > 0


def test_a_longer_task_still_in_the_queue_is_no_steady_state():
    """When the first is awaited the third, of 30 words, waits in the queue; three tasks later
    everything stands as it did but for the size of the one queued: 59 × 10 + 30 = 620 ticks.
    """
    outcome, _ = both_ways(stream_of_tasks([10, 10, 30] + [10] * 57))
    assert outcome["ticks"] == 620


def test_a_task_that_asks_more_of_ddr_is_no_steady_state():
    """The third takes DDR twice as long as its port: 59 × 10 + 20 = 610 ticks."""
    loads = [1, 1, 2 << 20] + [1] * 57
    outcome, _ = both_ways(stream_of_tasks([10] * 60, loads))
    assert outcome["ticks"] == 610


@pytest.mark.parametrize("odd", [10, 30, 57, 58, 59])
def test_an_odd_task_anywhere_ends_the_repetition(odd):
    sizes = [10] * 60
    sizes[odd] = 50
    outcome, _ = both_ways(stream_of_tasks(sizes))
    assert outcome["ticks"] == 59 * 10 + 50


def test_a_slower_controller_anywhere_ends_the_repetition():
    delays = [0] * 60
    delays[40] = 1000  # the two tasks under way are done long before
    outcome, _ = both_ways(stream_of_tasks([10] * 60, delays=delays))
    # task 40 is pushed 1000 ticks after task 37 ended, the 38th to do so; it and 19 more follow
    assert outcome["ticks"] == 38 * 10 + 1000 + 20 * 10


SIZES = st.lists(st.sampled_from([10, 20, 50]), min_size=1, max_size=4)


@settings(deadline=None, max_examples=60)
@given(
    start=SIZES,
    pattern=SIZES,
    times=st.integers(2, 20),
    end=SIZES,
    heavy=st.integers(0, 3),
    under_way=st.integers(1, 4),
)
def test_any_pattern_between_any_start_and_end_is_exact(
    start, pattern, times, end, heavy, under_way
):
    sizes = start + pattern * times + end
    loads = [3 << 19 if place % 4 == heavy else 1 for place in range(len(sizes))]
    both_ways(stream_of_tasks(sizes, loads, under_way=under_way))


@pytest.mark.parametrize(
    "mapping",
    [
        Mapping("fused-k", (16, 32, 64), (4, 4), emulation="fast"),
        Mapping("fused-k", (16, 32, 64), (4, 4), ports="spread", emulation="fast"),
        Mapping("fused-k", (16, 32, 64), (3, 2), emulation="fast", c_depth=1),
        Mapping("fused-k", (16, 16, 32), (2, 4), ports="spread", emulation="fast", k_mt=64),
    ],
    ids=["single", "spread", "single C", "staged"],
)
@pytest.mark.parametrize("shape", [(384, 768, 256), (64, 1280, 4160), (960, 128, 64)])
def test_designs_of_many_blocks_are_the_same_either_way(mapping, shape):
    plan = make_plan(Gemm("many", *shape, "float32"), mapping)
    prepared = PreparedDesign(plan.launches[0].design, load_device("npu1"), with_data=False)
    both_ways(prepared.lowered.program)
