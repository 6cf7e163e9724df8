"""Finds what a text is to run: one runtime sequence of one device."""

from __future__ import annotations

from xdsl.ir import Operation

from tilescope.designs.mlir.syntax import Source
from tilescope.designs.mlir.types import read_text

SEQUENCES = {"aie.runtime_sequence", "aiex.runtime_sequence"}


def is_sequence(op: Operation) -> bool:
    """Whether an operation is a runtime sequence; in the oldest texts that is a plain function."""
    if op.name != "func.func":
        return op.name in SEQUENCES
    return any(inner.name.startswith("aiex.") for region in op.regions for inner in region.walk())


def choose(source: Source, wanted: str | None) -> tuple[Operation, Operation]:
    """The device and the runtime sequence that are meant.

    Other devices may stand beside the one that is run, as a base for it. Raises InputError where
    there is none, or several and `wanted` names none of them.
    """
    module = source.module
    devices = [op for op in module.ops if op.name == "aie.device"]
    if not devices:
        found = next(iter(module.ops), module)
        raise source.fault(found, "A design has one aie.device, and this module has none.")
    runs = [
        (device, op)
        for device in devices
        for region in device.regions
        for block in region.blocks
        for op in block.ops
        if is_sequence(op)
    ]
    if not runs:
        raise source.fault(devices[0], "A design has one runtime sequence, and this one has none.")
    if wanted is None and len(runs) == 1:
        return runs[0]
    names = [_names(*run) for run in runs]
    if wanted is not None:
        for shared in (False, True):  # its own name goes before that of its device
            found_runs = [
                run for run, own in zip(runs, names, strict=True) if wanted in own[shared:]
            ]
            if len(found_runs) == 1:
                return found_runs[0]
    firsts = [own[0] for own in names]
    listed = ", ".join(own[0] if firsts.count(own[0]) == 1 else own[-1] for own in names)
    many = "one runtime sequence" if len(runs) == 1 else f"{len(runs)} runtime sequences"
    said = "choose one with --sequence" if wanted is None else f"none of them is {wanted}"
    raise source.fault(runs[-1][1], f"The text has {many} ({listed}); {said}.")


def _names(device: Operation, op: Operation) -> list[str]:
    """The name of a sequence, then that of its device; at least one."""
    found = [
        read_text(one.attributes.get("sym_name") or one.properties.get("sym_name"))
        for one in (op, device)
    ]
    return [name for name in found if name is not None] or ["without a name"]
