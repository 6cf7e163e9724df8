"""The best mapping is not believed but tried: on data, and once more from its printed text."""

from __future__ import annotations

from tilescope.designs.mapping import Mapping
from tilescope.designs.plan import make_plan
from tilescope.devices.device import Device
from tilescope.search.results import Verification
from tilescope.simulation.simulate import simulate_design
from tilescope.workloads.gemm import Gemm


def verify(
    gemm: Gemm, mapping: Mapping, device: Device, missing: str | None = None
) -> Verification:
    """The cycles of a mapping's designs, and of what is read back from their MLIR-AIE text.

    `missing` is why it was not run with data, where it was not. Raises RuntimeError where the
    two differ, which would be a fault of tilescope.
    """
    from tilescope.designs.mlir.printing import print_design
    from tilescope.designs.mlir.reading import read_design

    ours, back = [], []
    for launch in make_plan(gemm, mapping).launches:
        text = print_design(launch.design, device.generation)
        read = read_design(text, f"{launch.kernel}.mlir").design
        outcomes = [simulate_design(design, device) for design in (launch.design, read)]
        cycles = [float(outcome.base.cycles(outcome.ticks)) for outcome in outcomes]
        if cycles[0] != cycles[1]:
            raise RuntimeError(
                f"{gemm.label}: {launch.kernel} takes {cycles[0]} cycles, and {cycles[1]} when it "
                "is read back from its text"
            )
        ours.append(cycles[0])
        back.append(cycles[1])
    correct = True if missing is None else None
    return Verification(
        correct=correct, cycles=tuple(ours), read_back_cycles=tuple(back), missing=missing
    )
