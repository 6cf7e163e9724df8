"""What a plan moves between DDR and the array."""

from __future__ import annotations

from dataclasses import dataclass

from tilescope.designs.ir import DmaTask
from tilescope.designs.plan import LaunchPlan
from tilescope.quantities.dtypes import dtype_bytes


@dataclass(frozen=True)
class Traffic:
    """Bytes over all launches of a plan: read from DDR by the array, and written to it."""

    read_bytes: int
    written_bytes: int


def traffic(plan: LaunchPlan) -> Traffic:
    """The bytes of every transfer that the plan's launches start."""
    moved = {True: 0, False: 0}
    for launch in plan.launches:
        design = launch.design
        sizes = {buffer.name: dtype_bytes(buffer.dtype) for buffer in design.host_buffers}
        consumed = {fifo.name for fifo in design.fifos if fifo.producer.row == 0}
        for step in design.sequence:
            if isinstance(step, DmaTask):
                bytes_ = step.elements * sizes[step.buffer]
                moved[step.fifo in consumed] += launch.count * bytes_
    return Traffic(read_bytes=moved[True], written_bytes=moved[False])
