"""Reads a design from a file and runs it."""

from __future__ import annotations

import hashlib
import sys
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from tilescope.designs.mlir.calls import DEFAULT, Stated
from tilescope.designs.mlir.reading import read_design
from tilescope.devices import load_device
from tilescope.errors import InputError
from tilescope.kernels.functions import FunctionKernel
from tilescope.reports.designs import HostPart, SimulatedDesign, kernels_of
from tilescope.simulation.drawing import draw_arrays, written_buffers
from tilescope.simulation.simulate import simulate_design
from tilescope.targets.runtimes import load_runtime
from tilescope.targets.whatif import change


def read_file(
    file: str,
    device: str | None,
    costs: Mapping[str, Stated | int],
    settings: Sequence[str] = (),
    sequence: str | None = None,
) -> SimulatedDesign:
    """The design in a file (`-` is standard input) and the device that it is to run on.

    `settings` are values of the device to set otherwise, `KEY=VALUE` each; `sequence` says which
    runtime sequence is meant, where there are several. Raises InputError for
    a file that cannot be read or is no design, where neither the text nor `device` names an NPU
    that tilescope has, and for a setting that cannot be had.
    """
    read = read_design(_text(file), "stdin" if file == "-" else file, costs, sequence)
    if device is None and read.device is None:
        raise InputError(
            f"{file} is for {read.array}, which tilescope has no page for; name another NPU with "
            "--device."
        )
    target = load_device(device or str(read.device))
    changed = change(settings, target, None)
    kernels = kernels_of(read.design)
    functions = [kernel for kernel in kernels if isinstance(kernel, FunctionKernel)]
    stated = tuple(kernel.symbol for kernel in functions if not kernel.is_code)
    code = [kernel for kernel in functions if kernel.is_code]
    notes = list(read.notes)
    if device is not None and read.device not in (None, target.machine.split(":")[0]):
        notes.append(f"The text is for {read.array}; it was run on {target.name} as asked.")
    own = [name for name in stated if name in costs]
    if own:
        notes.append(f"The cycles of {', '.join(own)} are those that the costs file states.")
    if others := [name for name in stated if name not in costs]:
        names = ", ".join(others)
        notes.append(f"The cycles of {names} are what the costs file states by default.")
    if code:
        many = "stretch" if len(code) == 1 else "stretches"
        notes.append(
            f"Code in its cores ({len(code)} {many}) counts as scalar code at a stated rate, "
            "which nobody measured; a compiler that makes vectors of it may be much faster."
        )
    unused = sorted(set(costs) - set(stated) - {DEFAULT})
    if unused:
        notes.append(f"The costs file names what no core calls: {', '.join(unused)}.")
    return SimulatedDesign(
        file,
        read.array,
        read.design,
        changed.device,
        stated,
        notes=tuple(notes),
        changed=changed.changed,
    )


def run(read: SimulatedDesign, *, timing_only: bool, seed: int) -> SimulatedDesign:
    """The design with its outcome; data move unless only a cost of some function is known.

    Raises DesignError where the design does not fit the device or cannot finish.
    """
    unknown = [
        kernel.symbol
        for kernel in kernels_of(read.design)
        if isinstance(kernel, FunctionKernel) and kernel.make is None
    ]
    streams = [f"@{fifo.name}" for fifo in read.design.fifos if fifo.core_streams]
    if timing_only or unknown or streams or read.design.pads:
        notes = read.notes
        if unknown and not timing_only:
            names = ", ".join(unknown)
            notes = (*notes, f"What {names} computes is not known, so no data were moved.")
        if read.design.pads and not timing_only:
            notes = (*notes, "A mem tile pads what it sends, which is timed; no data were moved.")
        if streams and not timing_only:
            names = ", ".join(streams)
            notes = (
                *notes,
                f"What cores send or take by {names} is not known; no data were moved.",
            )
        return replace(read, outcome=simulate_design(read.design, read.device), notes=notes)
    arrays = draw_arrays(read.design, seed)
    outcome = simulate_design(read.design, read.device, arrays)
    outputs = {
        name: hashlib.sha256(arrays[name].tobytes()).hexdigest()[:16]
        for name in arrays
        if name in written_buffers(read.design)
    }
    return replace(read, outcome=outcome, outputs=outputs)


def with_runtime(read: SimulatedDesign, runtime: str) -> SimulatedDesign:
    """The design with what launching it costs. Raises InputError where nobody timed that."""
    costs = load_runtime(runtime, read.device.name)
    written = written_buffers(read.design)
    sizes = {buffer.name: buffer.host_bytes for buffer in read.design.host_buffers}
    inputs = [size for name, size in sizes.items() if name not in written]
    outputs = [size for name, size in sizes.items() if name in written]
    host = HostPart(costs.label, float(costs.launch_us), float(costs.host_us(inputs, outputs)))
    notes = [costs.notes[key] for key in ("always", "power_mode") if key in costs.notes]
    return replace(read, host=host, notes=(*read.notes, *notes))


def _text(file: str) -> str:
    try:
        raw = sys.stdin.buffer.read() if file == "-" else Path(file).read_bytes()
    except OSError as error:
        raise InputError(f"{file} cannot be read: {error.strerror or error}.") from None
    try:
        return raw.decode()
    except UnicodeDecodeError as error:
        raise InputError(f"{file} is no text: byte {error.start:,} is not UTF-8.") from None
