"""What aiecc would refuse of a design, said before anything is compiled."""

from __future__ import annotations

from collections.abc import Iterator

from tilescope.designs.ir import Design
from tilescope.designs.mapping import Mapping
from tilescope.designs.mlir.printing import Freed
from tilescope.devices.device import Device
from tilescope.errors import DesignError
from tilescope.kernels.contract import Kernel
from tilescope.targets.xrt.descriptors import in_use
from tilescope.targets.xrt.kernels import called_kernels

SIMULATE = "or simulate it with --target simulated"


def require_compilable(design: Design, mapping: Mapping, device: Device, freed: Freed) -> None:
    """Accept a design for aiecc. Raises DesignError with the first reason why it would not be."""
    for reason in refusals(design, mapping, device, freed):
        raise DesignError(f"{design.name} cannot be compiled for the NPU: {reason}")


def refusals(design: Design, mapping: Mapping, device: Device, freed: Freed) -> Iterator[str]:
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
    for tile, count in in_use(design, freed).items():
        if count > device.shim_bds:
            yield (
                f"{tile} needs {count} buffer descriptors at once and has {device.shim_bds}; "
                f"larger core tiles or --mapping per-tile make fewer transfers, {SIMULATE}."
            )
