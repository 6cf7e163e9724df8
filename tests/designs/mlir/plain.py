"""A device of round numbers, and the designs of this folder on it.

Every cost is nought and every word takes one cycle, so that the cycles of a design can be counted
by hand: what is left are its words, its kernels and who waits for whom.
"""

from dataclasses import replace
from pathlib import Path

import numpy as np

from tilescope.designs.mlir.reading import read_design
from tilescope.devices import load_device
from tilescope.quantities.dtypes import numpy_dtype
from tilescope.simulation.simulate import simulate_design

DESIGNS = Path(__file__).parent / "designs"
NOTHING = dict.fromkeys(
    (
        "bd_setup_cycles",
        "bd_chain_cycles",
        "stream_latency_cycles",
        "mem_turnaround_cycles",
        "shim_mm2s_cold_cycles",
        "shim_s2mm_cold_cycles",
        "shim_mm2s_task_cycles",
        "shim_s2mm_task_cycles",
        "issue_task_cycles",
        "write32_cycles",
        "blockwrite_cycles",
        "token_last_cycles",
        "token_other_cycles",
        "lock_acquire_cycles",
        "lock_release_cycles",
        "call_cycles",
    ),
    0,
)
PLAIN = replace(
    load_device("npu1"),
    name="plain",
    clock_mhz=1000,
    controller_clock_mhz=1000,
    shim_mm2s_millicycles_per_word=1000,
    shim_s2mm_millicycles_per_word=1000,
    ddr_gbps=1000.0,
    ddr_run_ns=0.0,
    **NOTHING,
)


def text_of(name):
    """The text of a design."""
    return (DESIGNS / f"{name}.mlir").read_text()


def read(name, costs=None):
    """A design of the folder, as it is read."""
    return read_design(text_of(name), f"{name}.mlir", costs)


def run(name, costs=None, device=PLAIN, **given):
    """Cycles of a design and its host buffers: the given arrays, the others poisoned."""
    design = read(name, costs).design
    arrays = {}
    for buffer in design.host_buffers:
        array = np.full(buffer.host_bytes, 0xFF, np.uint8).view(numpy_dtype(buffer.dtype))
        arrays[buffer.name] = array.reshape(buffer.shape)
    for key, value in given.items():
        arrays[key][...] = value
    outcome = simulate_design(design, device, arrays)
    assert outcome.base.tick_hz == 1_000_000_000 or device is not PLAIN
    return outcome.ticks, arrays


def cycles(name, costs=None, device=PLAIN):
    """Cycles of a design without data; a tick is a cycle on the plain device."""
    return simulate_design(read(name, costs).design, device).ticks
