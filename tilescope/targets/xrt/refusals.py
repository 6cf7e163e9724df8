"""What aiecc would refuse of a design, said before anything is compiled."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from tilescope.designs.ir import Await, Design, DmaTask, Tile
from tilescope.designs.mapping import Mapping
from tilescope.devices.device import Device
from tilescope.errors import DesignError
from tilescope.kernels.contract import Kernel
from tilescope.targets.xrt.kernels import called_kernels

SIMULATE = "or simulate it with --target simulated"


def require_compilable(design: Design, mapping: Mapping, device: Device) -> None:
    """Accept a design for aiecc. Raises DesignError with the first reason why it would not be."""
    for reason in refusals(design, mapping, device):
        raise DesignError(f"{design.name} cannot be compiled for the NPU: {reason}")


def refusals(design: Design, mapping: Mapping, device: Device) -> Iterator[str]:
    """Why aiecc would refuse the design, each with what to do."""
    if mapping.toolchain != "peano":
        yield f"kernels are compiled with Peano; leave --toolchain {mapping.toolchain} out."
    if any(len(link.pieces) > 1 for link in design.links):
        yield (
            f"its mem tiles stage {mapping.staged_k} of K and hand it on in pieces, which MLIR-AIE "
            f"has no words for; --k-mt {mapping.core_tile[2]} avoids that, {SIMULATE}."
        )
    by_source: dict[str, Kernel] = {}
    for kernel in called_kernels(design):
        other = by_source.setdefault(kernel.source, kernel)
        if other.symbol != kernel.symbol and other.emulation != kernel.emulation:
            yield (
                f"{other.symbol} and {kernel.symbol} are compiled from one file in two ways; ask "
                f"for one of them, {SIMULATE}."
            )
    for tile, count in descriptors_in_use(design).items():
        if count > device.shim_bds:
            yield (
                f"{tile} needs {count} buffer descriptors at once and has {device.shim_bds}, since "
                "aiecc gives back only those of awaited transfers; larger core tiles or --mapping "
                f"per-tile make fewer, {SIMULATE}."
            )


def descriptors_in_use(design: Design) -> dict[Tile, int]:
    """The most buffer descriptors that each shim holds at once, as aiecc hands them out.

    One for each transfer, from its start until it is awaited; a transfer that is never awaited
    keeps its own (mlir-aie, pass aie-assign-runtime-sequence-bd-ids).
    """
    used: Counter[Tile] = Counter()
    most: Counter[Tile] = Counter()
    shims: list[Tile | None] = []
    for step in design.sequence:
        if isinstance(step, DmaTask):
            fifo = design.fifo(step.fifo)
            shim = fifo.producer if fifo.producer.kind == "shim" else fifo.consumers[0]
            shims.append(shim)
            used[shim] += 1
            most[shim] = max(most[shim], used[shim])
        elif isinstance(step, Await) and (done := shims[step.task]) is not None:
            used[done] -= 1
            shims[step.task] = None
    return dict(most)
