"""Is what other tools print, and our printer does not, read as it is meant?

On the plain device a word takes a cycle; adding 16 numbers of 32 bits takes K, and a trip of the
loop that adds a constant 16: a load of 7, an addition, a store and 7 for the trip.
"""

import numpy as np
import pytest

from tests.designs.mlir.plain import PLAIN, cycles, read, run, text_of
from tests.designs.mlir.test_bad_text import refused
from tilescope.cli.simulated import read_file
from tilescope.cli.simulated import run as simulated
from tilescope.designs.ir import Tile
from tilescope.designs.mlir.reading import read_design
from tilescope.designs.problems import channel_counts, memory_demand
from tilescope.errors import DesignError, InputError
from tilescope.kernels.catalog import find_kernel
from tilescope.simulation.simulate import simulate_design

K = find_kernel("linear_accumulate", "int32").cycles(PLAIN, 16)
CODE = 16 * (7 + 1 + 1 + 7)
NUMBERS = np.arange(64)


def test_a_mem_tile_passes_objects_on_in_another_size():
    """32 in, 16 on, K, and 16 and K again; the second 16 back, and 32 out at once."""
    ticks, arrays = run("fifo_sizes_differ", a=NUMBERS[:32])
    assert (arrays["b"] == 2 * NUMBERS[:32]).all()
    assert ticks == 32 + (16 + K) + (16 + K) + 16 + 32
    assert memory_demand(read("fifo_sizes_differ").design)[Tile(0, 1)] == 2 * 32 * 4


def test_objects_of_two_sizes_of_which_none_is_a_multiple_are_no_link():
    text = text_of("fifo_sizes_differ").replace("memref<32xi32>>", "memref<24xi32>>")
    refused(
        text, "An object of @in has 24 elements and its slices have 16", at="aie.objectfifo.link"
    )


def test_a_broadcast_reaches_a_core_and_a_mem_tile_at_once():
    """The core is done at 16 + K + 16, the one behind the mem tile 16 later."""
    ticks, arrays = run("fifo_to_core_and_mem_tile", a=NUMBERS[:16])
    assert (arrays["b"] == 2 * NUMBERS[:16]).all()
    assert (arrays["c"] == 2 * NUMBERS[:16]).all()
    assert ticks == 16 + 16 + K + 16


def test_the_oldest_spelling_of_a_sequence_moves_words_into_bytes():
    """Three objects of 64 bytes, 16 words each, in and out of one buffer in turns."""
    ticks, arrays = run("oldest_sequence", a=NUMBERS[:48])
    assert (arrays["b"] == NUMBERS[:48]).all()
    assert ticks == 6 * 16
    assert read("oldest_sequence").design.fifo("in").dtype == "uint8"


def test_transfers_of_other_dtypes_are_counted_in_bytes():
    text = text_of("oldest_sequence").replace("1, 48][0", "1, 47][0")
    refused(text, "tasks of in move 188 elements, which is no multiple of its object's 64")
    text = text_of("oldest_sequence").replace("64xui8", "32xui16").replace("48xi32", "96xi8")
    refused(text.replace("1, 48][0", "1, 63][0"), "move 63 bytes, which is no multiple")


def test_jumps_are_loops_again():
    """Each object comes in, is added to, and leaves beside the next one's coming in."""
    ticks, arrays = run("core_goes_round", a=NUMBERS[:32])
    assert (arrays["b"] == NUMBERS[:32] + 100).all()
    assert ticks == 16 + CODE + 16 + CODE + 16 == cycles("core_goes_round")


@pytest.mark.parametrize(
    ("old", "new", "said", "at"),
    [
        ("cmpi slt, %i", "cmpi sgt, %i", "a jump", None),
        ("addi %i, %c1", "muli %i, %c1", "a jump", None),
        ("%less, ^body", "%less, ^beyond", "a jump", None),
        ("br ^round\n    }", "cond_br %less, ^round, ^beyond\n    }", "a jump", None),
    ],
)
def test_jumps_that_are_no_loops_are_told_with_their_place(old, new, said, at):
    text = text_of("core_goes_round")
    assert old in text
    with pytest.raises(InputError, match=r"^design.mlir:\d+:\d+: ") as caught:
        read_design(text.replace(old, new), "design.mlir")
    assert said in str(caught.value).lower()


def test_a_loop_of_jumps_hands_values_on():
    """The sum of 16 numbers, in a loop with two values of its own."""
    text = (
        text_of("core_goes_round")
        .replace("^head(%c0 : index)", "^head(%c0, %more : index, i32)")
        .replace("^head(%i: index)", "^head(%i: index, %sum: i32)")
        .replace("arith.addi %v, %more", "arith.addi %v, %sum")
        .replace("      memref.store %s, %y[%i] : memref<16xi32>\n", "")
        .replace("^head(%next : index)", "^head(%next, %s : index, i32)")
        .replace("^beyond:\n", "^beyond:\n      memref.store %sum, %y[%c0] : memref<16xi32>\n")
    )
    design = read_design(text, "design.mlir").design
    arrays = {"a": np.arange(32, dtype=np.int32), "b": np.zeros(32, np.int32)}
    simulate_design(design, PLAIN, arrays)
    assert arrays["b"][[0, 16]].tolist() == [100 + sum(range(16)), 100 + sum(range(16, 32))]


def test_a_channel_that_is_started_twice_has_a_queue():
    """8 in; 16 in beside 8 out; 16 out, 16 in and 16 out through the one longer buffer."""
    ticks, arrays = run("channel_started_twice", a=NUMBERS[:40])
    assert (arrays["b"] == NUMBERS[:40]).all()
    assert ticks == 8 + 16 + 16 + 16 + 16
    text = text_of("channel_started_twice").replace("ing_bd ^end", "next_bd ^end")
    ring = text.replace("aie.next_bd ^end", "aie.next_bd ^b1", 1)
    refused(ring, "mem (0,1) S2MM0 has two programs, and the first goes on for ever")


def test_an_offset_advances_with_every_run():
    """Chunk k of four lands in place (1 + k) mod 4; all 64 words are in before they leave."""
    ticks, arrays = run("offsets_advance", a=NUMBERS)
    chunks = NUMBERS.reshape(4, 16)
    assert (arrays["b"].reshape(4, 16) == chunks[[3, 0, 1, 2]]).all()
    assert ticks == 64 + 64


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("current = 1", "current = 4", "a size of 1 to 64 and a stride"),
        (
            "size = 4, stride = 16",
            "size = 5, stride = 16",
            "from element 0 to 79 of m, which has 64",
        ),
        ("size = 2, stride = 32", "size = 1, stride = 32", "no further than its iteration's size"),
        (
            "iteration = #aie.bd_it",
            "encoding = #aie.bd_it",
            "encoding of aie.dma_bd is not simulated",
        ),
    ],
)
def test_an_iteration_that_does_not_fit_is_told(old, new, said):
    text = text_of("offsets_advance")
    assert old in text
    refused(text.replace(old, new, 1), said)


def test_switches_are_followed_from_dma_to_dma():
    ticks, arrays = run("routed_circuit", a=NUMBERS[:48])
    assert (arrays["b"] == NUMBERS[:48]).all()
    assert ticks == 6 * 16
    text = text_of("routed_circuit")
    refused(text.replace('"North" : 0>', '"Core" : 0>'), "A stream to CORE of shim (1,0)")
    refused(
        text.replace('<"West" : 1', '<"West" : 5'), "comes to no DMA", at="aie.connect<DMA : 0, N"
    )
    loose = text.replace("aie.connect<SOUTH : 0, DMA : 0>", "%a = aie.amsel<5>(3)")
    refused(loose, "aie.amsel", at="%a =")


def test_a_cores_own_stream_never_waits_for_the_core():
    """160 words in and 160 out at once, 100 and 16 of the core beside them."""
    assert cycles("core_streams", {"work": 100}) == 160
    assert cycles("core_streams", {"work": 500}) == 500 + 16
    design = read("core_streams", {"work": 100}).design
    assert memory_demand(design)[Tile(0, 2)] == 64
    assert channel_counts(design)[Tile(0, 2), "s2mm"] == 0
    assert channel_counts(design)[Tile(0, 2), "mm2s"] == 1


def test_what_streams_leave_open_is_said(tmp_path):
    file = tmp_path / "streams.mlir"
    file.write_text(text_of("core_streams"))
    outcome = simulated(read_file(str(file), None, {"work": 9}), timing_only=False, seed=0)
    assert outcome.outputs is None
    assert sum("never waits for the core" in note for note in outcome.notes) == 3
    assert any("@taken, @given, @handed is not known; no data" in note for note in outcome.notes)


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("aie_stream = 1", "aie_stream = 3", "is 0 (producer), 1 (consumer) or 2"),
        ("aie_stream = 1", "aie_stream = 0", "producer of @taken has a stream and is no core"),
        ("{aie_stream = 1", "{repeat_count = 2 : i32, aie_stream = 1", "no DMA to repeat it"),
    ],
)
def test_a_stream_that_cannot_be_is_told(old, new, said):
    refused(text_of("core_streams").replace(old, new, 1), said, at="aie.objectfifo @taken")


def test_one_of_several_sequences_is_chosen_by_name():
    text = text_of("two_sequences")
    for name, objects in (("one", 1), ("three", 3)):
        design = read_design(text, "design.mlir", sequence=name).design
        assert simulate_design(design, PLAIN).ticks == 2 * 16 * objects
    refused(text, "2 runtime sequences (one, three); choose one with --sequence")
    with pytest.raises(
        InputError, match=r"2 runtime sequences \(one, three\); none of them is main"
    ):
        read_design(text, "design.mlir", sequence="main")
    other = text.replace("@three", "@one").replace("@base {", "@base {\n %m = aie.tile(0, 1)\n")
    with pytest.raises(InputError, match="choose one"):
        read_design(other, "design.mlir")


def test_the_sequence_of_a_device_is_chosen_by_its_name():
    """Two devices, each with a sequence that has no name."""
    one = text_of("oldest_sequence").replace("@sequence(", "@go(")
    body = one[one.index("  aie.device") : one.rindex("}")]
    longer = body.replace("48", "96").replace("(npu1)", "(npu1) @longer")
    text = "module {\n" + body.replace("(npu1)", "(npu1) @short") + longer + "}\n"
    design = read_design(text, "design.mlir", sequence="longer").design
    assert simulate_design(design, PLAIN).ticks == 2 * 6 * 16
    refused(text, "2 runtime sequences (short, longer); choose one with --sequence")


def test_a_costs_file_may_have_a_default(tmp_path):
    """What has no contract costs 30 a call; a contract and a table of its own go before it."""
    from tilescope.designs.mlir.calls import read_costs

    file = tmp_path / "costs.toml"
    file.write_text('[default]\ncycles = "14 + n0"\n[kernel.shift]\ncycles = 5\n')
    costs = read_costs(file)
    assert cycles("stated_functions", costs) == 16 + 30 + 5 + 16
    assert cycles("fifo_sizes_differ", costs) == cycles("fifo_sizes_differ")
    mlir = tmp_path / "design.mlir"
    mlir.write_text(text_of("stated_functions"))
    notes = read_file(str(mlir), None, costs).notes
    assert any(
        "cycles of scale are what the costs file states by default" in note for note in notes
    )
    assert any("cycles of shift are those that the costs file states" in note for note in notes)


NEWER_PADS = (
    " offset = 0 len = 48 sizes = [3, 4] strides = [4, 1] pad [<const_pad_before = 1, "
    "const_pad_after = 2>, <const_pad_before = 0, const_pad_after = 4>])"
)


@pytest.mark.parametrize("newer", [False, True])
def test_a_mem_tile_pads_what_it_sends(newer):
    """12 words in and 6 rows of 8 out, for each of two objects, in turns."""
    text = text_of("dma_pads")
    if newer:
        start = text.index(", 0, 48, [<size")
        text = text[:start] + NEWER_PADS + text[text.index("\n", start) :]
    design = read_design(text, "design.mlir").design
    assert simulate_design(design, PLAIN).ticks == 2 * (12 + 48)
    arrays = {"a": np.arange(24, dtype=np.int32), "b": np.zeros(96, np.int32)}
    with pytest.raises(DesignError, match="a DMA that pads is timed, and its data are not moved"):
        simulate_design(design, PLAIN, arrays)


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("0, 48, [", "0, 12, [", "The walk has 3×4 elements and the transfer 12"),
        ("<const_pad_before = 1, const_pad_after = 2>, ", "", "is padded at each of them"),
        ("MM2S, 0) {pad_value = 42 : i32}", "S2MM, 1)", "does not pad; only a mem tile"),
        ("after = 2>", "after = 99999999>", "elements"),
    ],
)
def test_padding_that_cannot_be_is_told(old, new, said):
    text = text_of("dma_pads")
    assert old in text
    refused(text.replace(old, new, 1), said)


def test_what_is_not_known_of_a_fifo_is_named_and_time_goes_on():
    text = text_of("fifo_sizes_differ").replace(
        "1 : i32) : !aie.objectfifo<memref<32",
        '1 : i32) {group = "a"} : !aie.objectfifo<memref<32',
        1,
    )
    found = read_design(text, "design.mlir")
    place = f"design.mlir:{text[: text.index('aie.objectfifo @in')].count(chr(10)) + 1}:5: "
    assert found.notes == (f"{place}group of @in is not known and changes nothing.",)
    refused(text.replace('group = "a"', "packet"), "packet of @in is not simulated")


def test_what_is_not_known_of_a_task_or_a_channel_is_refused():
    text = text_of("offsets_advance")
    refused(
        text.replace("{repeat_count = 1", "{out_of_order, repeat_count = 1"), "out_of_order of a"
    )
    text = text_of("dma_pads").replace("{pad_value", "{enable_out_of_order = true, pad_value")
    refused(text, "enable_out_of_order of mem (0,1) MM2S0 is not simulated", at="%1 = aie.dma(MM2S")


def test_a_transfer_may_have_values_for_its_numbers():
    """Newer texts hand constants over; what only the host knows is refused."""
    before = text_of("offsets_advance")
    numbers = "offset = %zero len = %all sizes = [%four, 16] strides = [16, 1])"
    text = before.replace(
        "aie.dma_bd(%m : memref<64xi32>, 0, 64)", f"aie.dma_bd(%m : memref<64xi32> {numbers}"
    )
    constants = "".join(
        f"      %{name} = arith.constant {value} : i32\n"
        for name, value in (("zero", 0), ("four", 4), ("sixteen", 16))
    )
    constants += "      %all = arith.muli %four, %sixteen : i32\n"
    start = text.index("      %o = ")
    design = read_design(text[:start] + constants + text[start:], "design.mlir").design
    (out,) = (one for one in design.started if str(one.port) == "mem (0,1) MM2S0")
    assert [(dim.size, dim.stride) for dim in out.descriptors[0].walk] == [(4, 16), (16, 1)]
    assert simulate_design(design, PLAIN).ticks == 64 + 64
    number = before.replace("%b: memref<64xi32>", "%b: memref<64xi32>, %n: i32")
    refused(number, "%n is a number that only the host knows", at="aie.runtime_sequence")


def test_a_lock_that_a_kernel_is_given_is_refused():
    text = text_of("deadlock_two_locks")
    start = text.index("func.call")
    name = text[start:].split("@")[1].split("(")[0]
    call = f"func.call @{name}(%a) : (index) -> ()\n      "
    declared = text.replace(f"@{name}()", f"@{name}(index)", 1)
    start = declared.index("func.call")
    with pytest.raises(InputError, match="is given a lock; what it does with it is not known"):
        read_design(declared[:start] + call + declared[start:], "design.mlir", {name: 5})


def test_an_array_is_configured_as_its_own_alone():
    text = text_of("configured_array")
    own = text.replace(
        "aiex.configure @main {", "aiex.npu.load_pdi {device_ref = @main}\n aiex.configure @main {"
    )
    assert simulate_design(read_design(own, "d").design, PLAIN).ticks == cycles("configured_array")
    other = own.replace("device_ref = @main", "device_ref = @base")
    refused(other, "Configuring @base in a launch is not simulated", at="aiex.npu.load_pdi")
