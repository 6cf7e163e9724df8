"""Write a design by hand, run it in function and in time, and read why it waits."""

import numpy as np

from tilescope.designs.elementwise import adder
from tilescope.designs.ir import Await, Design, DmaTask, HostBuffer, ObjectFifo, Tile, shape_walk
from tilescope.devices import load_device
from tilescope.kernels.catalog import find_kernel
from tilescope.simulation.simulate import simulate_design

PIECE, PIECES = 1024, 8


def streaming_adder(depth: int) -> Design:
    """One core adds two long vectors piece by piece; its FIFOs hold `depth` pieces."""
    shim, core = Tile(0, 0), Tile(0, 2)
    ends = {"C_in": (shim, core), "P": (shim, core), "C_out": (core, shim)}
    fifos = tuple(
        ObjectFifo(name, source, (sink,), (PIECE,), "float32", depth)
        for name, (source, sink) in ends.items()
    )
    buffers = tuple(HostBuffer(name, (PIECES * PIECE,), "float32") for name in ends)
    tasks = tuple(
        DmaTask(name, name, 0, shape_walk((PIECES, PIECE), (PIECE, 1)))
        for name in ("C_out", "C_in", "P")
    )
    program = adder(core, find_kernel("linear_accumulate", "float32"), "", PIECE)
    return Design(f"depth {depth}", fifos, (), (program,), buffers, (*tasks, Await(0)))


def main() -> None:
    """Compare one buffer with two: two let a piece arrive while the core adds the one before."""
    device = load_device("npu1")
    for depth in (1, 2):
        ones = np.ones(PIECES * PIECE, np.float32)
        arrays = {"C_in": ones, "P": 2 * ones, "C_out": np.full_like(ones, np.nan)}
        outcome = simulate_design(streaming_adder(depth), device, arrays)
        print(f"depth {depth}: {float(outcome.device_us):.2f} µs on {device.name}, simulated")
        print(f"  every sum is 3: {bool((arrays['C_out'] == 3).all())}")
        for term, us in outcome.budget_us.items():
            if us:
                print(f"  {term:<14} {float(us):6.2f} µs")


if __name__ == "__main__":
    main()
