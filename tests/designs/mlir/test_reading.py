"""Does the reader take MLIR-AIE as other tools write it, in each of its spellings?"""

from pathlib import Path

import pytest

from tilescope.designs.elementwise import smallest_design
from tilescope.designs.ir import Acquire, Await, Call, Dim, DmaTask, Held, Loop, Release
from tilescope.designs.mlir.reading import read_design
from tilescope.devices import load_device
from tilescope.errors import InputError
from tilescope.simulation.simulate import simulate_design

HERE = Path(__file__).parent
NPU1 = load_device("npu1")
ADDER = (HERE / "adder.mlir").read_text()
TASKS = (HERE / "tasks.mlir").read_text()
OLDER = (HERE / "older_tasks.mlir").read_text()
GENERIC = (HERE / "generic.mlir").read_text()


def adder(sequence=TASKS):
    return ADDER.replace("SEQUENCE", sequence)


def test_a_core_is_read_as_its_loop():
    (core,) = read_design(adder(), "adder.mlir").design.cores
    (loop,) = core.body
    assert isinstance(loop, Loop)
    assert loop.trips is None
    acquires, call, releases = loop.body[:3], loop.body[3], loop.body[4:]
    assert acquires == (Acquire("C_in"), Acquire("P"), Acquire("C_out"))
    assert isinstance(call, Call)
    assert call.operands == (Held("C_in"), Held("P"), Held("C_out"))
    assert (call.kernel.symbol, call.scalars) == ("linear_accumulate_float32", (64,))
    assert releases == (Release("C_in"), Release("P"), Release("C_out"))


@pytest.mark.parametrize("sequence", [TASKS, OLDER])
def test_both_spellings_of_the_sequence_take_as_long_as_the_design_by_hand(sequence):
    """smallest_design(64): C_out, C_in, P are issued and C_out awaited, on either road."""
    read = read_design(adder(sequence), "adder.mlir")
    by_hand = simulate_design(smallest_design(64, "float32"), NPU1)
    assert simulate_design(read.design, NPU1).ticks == by_hand.ticks
    assert [t.fifo for t in read.design.tasks] == ["C_out", "C_in", "P"]
    assert read.design.sequence[-1] == Await(0)


def test_a_sync_awaits_the_token_of_a_channel():
    """Direction 0 is into DDR: channel 0 of shim 0 is that of C_out, and there is no channel 1."""
    sync = "aiex.npu.sync {channel = 0 : i32, column = 0 : i32, column_num = 1 : i32, "
    sync += "direction = 0 : i32, row = 0 : i32, row_num = 1 : i32}"
    text = adder(OLDER).replace("aiex.npu.dma_wait {symbol = @C_out}", sync)
    assert read_design(text, "a").design == read_design(adder(OLDER), "a").design
    with pytest.raises(InputError, match="no FIFO at that channel"):
        read_design(text.replace("channel = 0", "channel = 1"), "a")
    with pytest.raises(InputError, match="of @C_in has a token left") as caught:
        read_design(text.replace("direction = 0", "direction = 1"), "a")
    assert "No transfer" in str(caught.value)


def test_an_acquire_may_give_its_object_at_once():
    text = adder().replace(
        "%0 = aie.objectfifo.acquire @C_in(Consume, 1) : !aie.objectfifosubview<memref<64xf32>>",
        "%a = aie.objectfifo.acquire @C_in (Consume, 1) : memref<64xf32>",
    )
    lines = [line for line in text.splitlines() if "%a = aie.objectfifo.subview" not in line]
    again = read_design("\n".join(lines), "adder.mlir").design
    assert again == read_design(adder(), "adder.mlir").design


def test_a_transfer_may_name_its_sizes_and_strides():
    text = adder().replace(
        "aie.dma_bd(%P : memref<64xf32>, 0, 64)",
        "aie.dma_bd(%P : memref<64xf32> offset = 0 len = 64 sizes = [4, 16] strides = [16, 1])",
    )
    task = read_design(text, "adder.mlir").design.tasks[2]
    assert task == DmaTask("P", "P", 0, (Dim(4, 16), Dim(16, 1)))


def test_the_generic_syntax_says_the_same():
    read = read_design(GENERIC, "generic.mlir")
    design = read.design
    assert (read.array, read.device) == ("npu1", "npu1")
    assert design.fifo("Out").to_stream == (Dim(4, 16), Dim(16, 1))
    assert (design.fifo("Out").producer_depth, design.fifo("Out").consumer_depth) == (2, 3)
    assert [buffer.name for buffer in design.host_buffers] == ["a", "b"]
    assert design.tasks == (
        DmaTask("Out", "b", 0, (Dim(128, 1),)),
        DmaTask("In", "a", 0, (Dim(2, 0), Dim(8, 8), Dim(8, 1))),  # run, and run once more
    )
    outcome = simulate_design(design, NPU1)
    assert outcome.bytes_read["a"] == outcome.bytes_written["b"] == 2 * 128


def test_offsets_of_a_memcpy_count_in_strides():
    """Row 3 of rows 16 apart, element 4 of it: 3·16 + 4 = 52; 3 rows of 4 end at 52 + 2·4 + 3."""
    text = adder(OLDER).replace(
        "%P[0, 0, 0, 0][1, 1, 1, 64][0, 0, 0, 1]", "%P[0, 0, 3, 4][1, 1, 1, 4][0, 0, 16, 1]"
    )
    with pytest.raises(InputError, match="tasks of P move 4 elements"):
        read_design(text, "adder.mlir")
    out = text.replace("[1, 1, 1, 4]", "[1, 1, 1, 64]")
    with pytest.raises(InputError, match="from element 52 to 115 of P, which has 64"):
        read_design(out, "adder.mlir")


@pytest.mark.parametrize("array", ["npu1", "npu1_4col", "npu2", "npu2_1col"])
def test_the_array_of_the_text_names_the_device(array):
    read = read_design(adder().replace("npu1_1col", array), "adder.mlir")
    assert (read.array, read.device) == (array, array[:4])


def test_another_array_is_read_and_has_no_device():
    read = read_design(adder().replace("npu1_1col", "xcve2302"), "adder.mlir")
    assert (read.array, read.device) == ("xcve2302", None)


def test_an_object_that_is_never_released_is_acquired_once():
    """The first trip takes P and keeps it; what follows is another loop, without that acquire."""
    text = adder().replace("        aie.objectfifo.release @P(Consume, 1)\n", "")
    (core,) = read_design(text, "adder.mlir").design.cores
    first, others = core.body
    assert (first.trips, others.trips) == (1, None)
    assert Acquire("P") in first.body
    assert Acquire("P") not in others.body
    assert next(iter(core.calls())).operands[1] == Held("P")
