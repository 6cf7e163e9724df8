"""Is each mistake below object FIFOs told with its place?"""

import pytest

from tests.designs.mlir.plain import PLAIN, text_of
from tests.designs.mlir.test_bad_text import refused
from tilescope.designs.mlir.reading import read_design
from tilescope.errors import DesignError
from tilescope.simulation.simulate import simulate_design

PASSING = text_of("mem_tile_two_buffers")
PACKETS = text_of("packets_into_one_channel")
SHARED = text_of("constants_and_conditions")
REGISTERS = text_of("registers_of_descriptors")
WORDS = text_of("registers_as_words")
PARAMETERS = text_of("parameters_and_registers")
CHAINS = text_of("descriptor_chains")
LOOPS = text_of("loops_of_the_sequence")
INITIAL = text_of("initial_values")
CONFIGURED = text_of("configured_array")


@pytest.mark.parametrize(
    ("text", "old", "new", "said", "at"),
    [
        (PASSING, "init = 2", "init = 64", "from 0 to 63, not 64", "%free = "),
        (PASSING, 'sym_name = "m1"', 'sym_name = "m0"', "Two parts of the array", "%m1 = "),
        (
            PASSING,
            "aie.use_lock(%free, AcquireGreaterEqual, 1)",
            "aie.use_lock(%mem, Release)",
            "",
            None,
        ),
        (
            PASSING,
            "use_lock(%free, AcquireG",
            "use_lock(%mem, AcquireG",
            "should name a lock",
            None,
        ),
        (PASSING, "AcquireGreaterEqual", "Grab", "Grab is nothing", "aie.use_lock(%free"),
        (PASSING, "%m0 : memref<16xi32>, 0, 16", "%m0 : memref<16xi32>, 8, 16", "8 to 23", None),
        (
            PASSING,
            "%m0 : memref<16xi32>, 0, 16",
            "%m0 : memref<16xi32>, 0, 16, [<size = 4, stride = 4>]",
            "4 elements and the transfer 16",
            "aie.dma_bd(%m0",
        ),
        (
            PASSING,
            "        aie.dma_bd(%m0 : memref<16xi32>, 0, 16)\n",
            "",
            "no aie.dma_bd where the channel begins",
            "%smem0",
        ),
        (
            PASSING,
            "DMA : 0, %mem, DMA : 0",
            "DMA : 0, %mem, DMA : 3",
            "No flow begins or ends at mem (0,1) S2MM0",
            "%dma_mem",
        ),
        (PASSING, "DMA : 0, %mem", "Trace : 0, %mem", "A stream at Trace", "aie.flow"),
        (PASSING, "aie.memtile_dma", "aie.mem", "another kind of tile than mem (0,1)", "%dma_mem"),
        (
            PASSING,
            "aie.shim_dma_allocation @in(%shim, MM2S, 0)",
            "aie.shim_dma_allocation @in(%shim, MM2S, 1)",
            "No flow begins or ends at shim (0,0) MM2S1",
            "%i = ",
        ),
        (
            PASSING,
            "aie.shim_dma_allocation @in(%shim, MM2S, 0)",
            "aie.shim_dma_allocation @out(%shim, MM2S, 0)",
            "Two allocations",
            None,
        ),
        (PASSING, "^b3, ^end)", "^b3, ^end, repeat_count = 9999)", "does not repeat", "%smem1"),
        (
            PASSING,
            "aie.flow(%mem, DMA : 0, %shim, DMA : 0)",
            "aie.flow(%shim, DMA : 0, %mem, DMA : 0)",
            "is joined to two flows",
            None,
        ),
        (
            PASSING,
            "      aiex.dma_start_task(%i)\n",
            "",
            "Nothing sends from shim (0,0) MM2S0",
            None,
        ),
        (PACKETS, "pkt_id = 4", "pkt_id = 6", "names no packet that it sends: 4", "%slow0"),
        (
            PACKETS,
            "%done_low = aie.lock(%low",
            "%done_low = aie.lock(%shim",
            "core (0,2) does not reach the lock at shim (0,0)",
            "aie.use_lock(%done_low, Release",
        ),
        (
            SHARED,
            "%x = aie.buffer(%low)",
            "%x = aie.buffer(%shim)",
            "A shim has no memory",
            "%x = ",
        ),
        (
            SHARED,
            "memref<16xi32> = dense<7>",
            "memref<16xi32> = dense<[7, 8]>",
            "shape",
            None,
        ),
        (INITIAL, "memref<2x4xi16> = ", "memref<2x999999xi16> = ", "", None),
        (REGISTERS, "addr = 118788", "addr = 118784", "at address 0x1d000", "aiex.npu.address_p"),
        (REGISTERS, "arg_idx = 1", "arg_idx = 2", "no argument 2", "aiex.npu.address_patch"),
        (REGISTERS, "{bd_id = 0 : i32, issue", "{bd_id = 5 : i32, issue", "Descriptor 5", None),
        (REGISTERS, "MM2S : 0) {", "MM2S : 1) {", "no FIFO at that channel", None),
        (REGISTERS, "repeat_count = 1", "repeat_count = 999", "1,000 times", None),
        (REGISTERS, "arg_plus = 0", "arg_plus = 4", "from element 1 to 32 of b", None),
        (REGISTERS, "arg_plus = 0", "arg_plus = 3", "no whole elements of b", None),
        (WORDS, "address = 118784", "address = 118780", "No shim descriptor was", None),
        (PARAMETERS, "@rtp, 1, 11", "@rtp, 4, 11", "Word 4 lies outside @rtp", None),
        (PARAMETERS, "@rtp, 1, 11", "@tea, 1, 11", "no buffer @tea", "aiex.npu.rtp_write"),
        (PARAMETERS, "@rtp, 1, 11", "@rtp, 1, 99999999999", "32 bits", None),
        (CHAINS, "@halves(%a, %b)", "@thirds(%a, %b)", "The chain that is started", "%i = "),
        (CHAINS, "bd_chain @halves", "bd_chain @quarters", "The chain that is started", None),
        (
            LOOPS,
            "arith.constant 4 : index",
            "arith.constant 1000000000 : index",
            "of b, which has 64",
            None,
        ),
        (LOOPS, "step %c1", "step %c0", "constant bounds", "scf.for"),
        (CONFIGURED, "configure @main", "configure @base", "Configuring @base in a", "aiex.conf"),
        (CONFIGURED, "%m0 = aie.buffer(%mem)", "%m0 = aie.alloc(%mem)", "aie.alloc", None),
    ],
)
def test_a_mistake_is_told_with_its_place(text, old, new, said, at):
    assert old in text
    refused(text.replace(old, new, 1), said, at)


def test_channels_that_nothing_ends_are_refused_not_run():
    """Two rings without locks between a mem tile and a core would pass data on for ever."""
    ring = """
    %loose = aie.tile(0, 2)
    %near = aie.buffer(%loose) : memref<16xi32>
    %far = aie.buffer(%mem) : memref<16xi32>
    aie.flow(%mem, DMA : 5, %loose, DMA : 0)
    %dma_loose = aie.mem(%loose) {
      %0 = aie.dma(S2MM, 0) [{
        aie.dma_bd(%near : memref<16xi32>)
      }]
      aie.end
    }
    """
    send = "%x = aie.dma(MM2S, 5) [{\n aie.dma_bd(%far : memref<16xi32>)\n }]\n        %smem0 ="
    text = PASSING.replace("    %dma_mem", ring + "%dma_mem").replace("%smem0 =", send)
    refused(text, "mem (0,1) MM2S5 sends to core (0,2) S2MM0 for ever", at="aie.flow(%mem, DMA : 5")


def test_more_locks_than_a_tile_has_do_not_fit():
    more = "".join(f"    %l{n} = aie.lock(%core) {{init = 0 : i32}}\n" for n in range(17))
    text = INITIAL.replace("    aie.flow", more + "    aie.flow", 1)
    with pytest.raises(DesignError, match="core \\(0,2\\) needs 17 locks and has 16"):
        simulate_design(read_design(text, "locks.mlir").design, PLAIN)


def test_a_channel_that_the_tile_does_not_have_does_not_fit():
    text = INITIAL.replace("%core, DMA : 1", "%core, DMA : 2").replace("MM2S, 1, ^", "MM2S, 2, ^")
    with pytest.raises(DesignError, match="core \\(0,2\\) needs 3 MM2S channels and has 2"):
        simulate_design(read_design(text, "channels.mlir").design, PLAIN)


def test_more_bytes_than_a_core_has_do_not_fit():
    text = INITIAL.replace(
        "    aie.flow", "    %l = aie.buffer(%core) : memref<65536xi8>\n    aie.flow"
    )
    with pytest.raises(DesignError, match="bytes of L1"):
        simulate_design(read_design(text, "bytes.mlir").design, PLAIN)
