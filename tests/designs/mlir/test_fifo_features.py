"""Do the features of object FIFOs take the cycles, and move the data, that are worked out by hand?

On the plain device a word takes a cycle; adding 16 numbers of 32 bits takes K.
"""

import numpy as np
import pytest

from tests.designs.mlir.plain import PLAIN, read, run, text_of
from tests.designs.mlir.test_bad_text import refused
from tilescope.designs.ir import Tile
from tilescope.designs.mlir.printing import print_design
from tilescope.errors import DesignError
from tilescope.kernels.catalog import find_kernel

K = find_kernel("linear_accumulate", "int32").cycles(PLAIN, 16)
NUMBERS = np.arange(48)


@pytest.mark.parametrize("name", ["neighbours_share_a_fifo", "neighbours_to_the_east"])
def test_neighbours_hand_objects_on_without_a_copy(name):
    """Each object comes in (16) and is doubled (K) before the next may come; then K and 16 out."""
    ticks, arrays = run(name, a=NUMBERS)
    assert (arrays["b"] == 4 * NUMBERS).all()
    assert ticks == 3 * (16 + K) + K + 16


def test_neighbours_that_stream_pay_for_the_copy():
    ticks, arrays = run("neighbours_stream_a_fifo", a=NUMBERS)
    assert (arrays["b"] == 4 * NUMBERS).all()
    assert ticks == 3 * (16 + K) + 16 + K + 16


def test_shared_objects_are_in_memory_that_both_reach():
    """Upwards it is the producer's; to the east, too, for a core does not reach its east."""
    assert read("neighbours_share_a_fifo").design.fifo("middle").memory == Tile(0, 2)
    assert read("neighbours_to_the_east").design.fifo("middle").memory == Tile(0, 2)
    text = text_of("neighbours_to_the_east").replace("middle (%low)", "middle (%high)")
    refused(text, "do not both reach core (1,2)", at="aie.objectfifo.allocate")
    streamed = text_of("neighbours_to_the_east").replace("2 : i32)", "2 : i32) {via_DMA = true}")
    refused(streamed, "is no FIFO whose ends share memory", at="aie.objectfifo.allocate")


def test_a_mem_tile_sends_each_object_again():
    """One buffer at each end: 16 in, three times 16 and K for each object, and the last 16 out.

    The second object comes in while the core still works on the third copy of the first.
    """
    ticks, arrays = run("fifo_repeats", a=NUMBERS[:32])
    first, second = 2 * NUMBERS[:16], 2 * NUMBERS[16:32]
    assert (arrays["b"] == np.concatenate([first] * 3 + [second] * 3)).all()
    assert ticks == (16 + 2 * (16 + K) + 16) + 16 + 3 * (16 + K) + 16


def test_objects_that_are_there_from_the_start_leave_first():
    ticks, arrays = run("fifo_initial_values")
    assert arrays["b"].tolist() == [5] * 16 + list(range(16)) + [0] * 16
    assert ticks == 3 * 16


def test_a_consumer_puts_down_by_columns_what_comes_by_rows():
    sent = np.arange(16)
    ticks, arrays = run("fifo_from_stream", a=sent)
    assert (arrays["b"].reshape(4, 4) == 2 * sent.reshape(4, 4).T).all()
    assert ticks == 16 + K + 16


def test_a_broadcast_waits_for_its_shallowest_end():
    """The end with one buffer frees it when its core is done."""
    ticks, arrays = run("fifo_depths_differ", a=NUMBERS)
    assert (arrays["b"] == 2 * NUMBERS).all()
    assert (arrays["c"] == 2 * NUMBERS).all()
    assert ticks == 3 * (16 + K) + 16
    fifo = read("fifo_depths_differ").design.fifo("in")
    assert [fifo.depth_at(tile) for tile in fifo.consumers] == [3, 1]


def test_logical_tiles_are_placed_and_it_is_said():
    """16 into the mem tile, 16 on, K and 16 out; the second follows when its buffers are free."""
    found = read("logical_tiles")
    assert [core.tile for core in found.design.cores] == [Tile(0, 2)]
    assert found.design.fifo("to").producer == Tile(0, 1)
    assert any("Logical tiles were placed" in note for note in found.notes)
    ticks, arrays = run("logical_tiles", a=NUMBERS[:32])
    assert (arrays["b"] == 2 * NUMBERS[:32]).all()
    assert ticks == 16 + 2 * 16 + (16 + K) + 16


def test_slices_are_distributed_and_joined():
    """The slices come one after the other, and leave so: 32 in, 16 on, K, 16 back, 16 out."""
    ticks, arrays = run("fifo_distribute_and_join", a=NUMBERS[:32])
    assert (arrays["b"] == 2 * NUMBERS[:32]).all()
    assert ticks == 32 + 16 + K + 16 + 16


def test_a_window_slides_over_objects():
    """Two are there at 32; K and 16 out; the third came meanwhile; K once the way out is free."""
    ticks, arrays = run("fifo_sliding_window", a=NUMBERS)
    a, b, c = NUMBERS.reshape(3, 16)
    assert arrays["b"].tolist() == [*(a + b), *(b + c)]
    assert ticks == 32 + 2 * (K + 16)


@pytest.mark.parametrize(
    ("name", "old", "new", "said", "at"),
    [
        ("fifo_repeats", "repeat_count = 3", "repeat_count = 999", "not sent 999 times", None),
        (
            "fifo_repeats",
            "@in(%shim, {%mem}, 1 : i32)",
            "@in(%shim, {%mem}, 1 : i32) {repeat_count = 2 : i32}",
            "repeated by the DMA of a mem tile or core",
            "aie.objectfifo @in",
        ),
        (
            "fifo_initial_values",
            "2 : i32)",
            "3 : i32)",
            "for each of its 3 objects",
            "aie.objectfifo @out",
        ),
        ("fifo_initial_values", "dense<5>", "dense<[5]>", "shape", None),
        (
            "fifo_from_stream",
            "size = 4, stride = 1",
            "size = 5, stride = 1",
            "keep to its 16",
            None,
        ),
        (
            "fifo_from_stream",
            "{%shim}",
            "{%shim dimensionsFromStream [<size = 16, stride = 1>]}",
            "at shim (0,0) is not simulated",
            "aie.objectfifo @out",
        ),
        ("fifo_depths_differ", "[1, 3, 1]", "[1, 3]", "3 ends and 2 depths", None),
        ("logical_tiles", "<CoreTile>(?, 2)", "<CoreTile>(9, 2)", "no CoreTile left", "%core ="),
        ("logical_tiles", "<MemTile>(0, ?)", "<MemTile>(0, 2)", "no MemTile left", "%mem ="),
        ("logical_tiles", "CoreTile>(?, ?)", "TeaTile>(?, ?)", "TeaTile is no kind", "%other ="),
    ],
)
def test_a_mistake_is_told_with_its_place(name, old, new, said, at):
    text = text_of(name)
    assert old in text
    refused(text.replace(old, new, 1), said, at)


@pytest.mark.parametrize("name", ["fifo_repeats", "fifo_initial_values", "fifo_depths_differ"])
def test_what_is_not_printed_is_refused(name):
    with pytest.raises(DesignError, match="read and not printed"):
        print_design(read(name).design)
