"""Whether the parts of a design fit each other, whatever the device."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from tilescope.designs.ir import (
    Acquire,
    Await,
    Call,
    CoreProgram,
    Design,
    Held,
    Loop,
    ObjectFifo,
    Release,
    Statement,
)
from tilescope.designs.part_checks import part_faults
from tilescope.designs.parts import Buffer
from tilescope.errors import DesignError
from tilescope.kernels.contract import Kernel
from tilescope.quantities.dtypes import dtype_bytes

_Fifos = dict[str, ObjectFifo]


def find_faults(design: Design) -> list[str]:
    """What in a design names something that is not there or does not match it, as sentences."""
    fifos = {fifo.name: fifo for fifo in design.fifos}
    faults = [
        f"{count} FIFOs are called {name}"
        for name, count in Counter(fifo.name for fifo in design.fifos).items()
        if count > 1
    ]
    for link in design.links:
        unknown = [name for name in (*link.sources, *link.targets) if name not in fifos]
        faults.extend(f"a link names {name}, which is no FIFO of it" for name in unknown)
    buffers = {buffer.name: buffer for buffer in design.buffers}
    faults.extend(part_faults(design))
    for core in design.cores:
        faults.extend(_core_faults(core, fifos, buffers))
    faults.extend(_sequence_faults(design, fifos))
    return faults or transfer_mismatches(design, fifos)


def require_sound(design: Design) -> None:
    """Raises DesignError with the first fault of a design, if it has any."""
    faults = find_faults(design)
    if faults:
        raise DesignError(f"{design.name} is not a sound design: {faults[0]}.")


def _core_faults(core: CoreProgram, fifos: _Fifos, buffers: dict[str, Buffer]) -> Iterator[str]:
    names = [name for statement in core.body for name in _names(statement)]
    for name in dict.fromkeys(names):
        fifo = fifos.get(name)
        if fifo is None:
            yield f"{core.tile} uses {name}, which is no FIFO of it"
        elif core.tile != fifo.producer and core.tile not in fifo.consumers:
            yield f"{core.tile} uses {name}, which does not end there"
        else:
            continue
        return
    for call in core.calls():
        for fault in _call_faults(call, fifos, buffers):
            yield f"{core.tile} {fault}"


def _names(statement: Statement) -> Iterator[str]:
    match statement:
        case Loop(_, body):
            for inner in body:
                yield from _names(inner)
        case Call(_, operands):
            yield from (one.fifo for one in operands if isinstance(one, Held))
        case Acquire(name) | Release(name):
            yield name


def _call_faults(call: Call, fifos: _Fifos, buffers: dict[str, Buffer]) -> Iterator[str]:
    """Sizes the kernel does not take, or more than the objects hold: it would write beyond them."""
    kernel: Kernel = call.kernel
    problems = kernel.problems(*call.scalars)
    if problems:
        yield f"calls {kernel.name} wrongly: {problems[0].rstrip('.')}"
        return
    arguments = kernel.arguments(*call.scalars)
    if len(arguments) != len(call.operands):
        yield f"passes {len(call.operands)} objects to {kernel.name}, which takes {len(arguments)}"
        return
    for one, argument in zip(call.operands, arguments, strict=True):
        given: ObjectFifo | Buffer = (
            fifos[one.fifo] if isinstance(one, Held) else buffers[one.buffer]
        )
        kind = "an object" if isinstance(one, Held) else "a buffer"
        if argument.bytes > given.object_bytes:
            yield (
                f"passes {given.name}, {kind} of {given.object_bytes:,} bytes, to "
                f"{kernel.name}, whose {argument.name} is {argument.bytes:,} there"
            )
        elif argument.dtype != given.dtype:
            yield (
                f"passes {given.name}, which holds {given.dtype}, to {kernel.name}, whose "
                f"{argument.name} is {argument.dtype}"
            )


def _sequence_faults(design: Design, fifos: _Fifos) -> Iterator[str]:
    buffers = {buffer.name for buffer in design.host_buffers}
    used = dict.fromkeys((task.fifo, task.buffer) for task in design.tasks)
    for name, buffer in used:
        fifo = fifos.get(name)
        if fifo is None:
            yield f"a task names {name}, which is no FIFO of it"
        elif "shim" not in (fifo.producer.kind, fifo.consumers[0].kind):
            yield f"a task names {name}, which no shim begins or ends"
        if buffer not in buffers:
            yield f"a task of {name} names {buffer}, which is no host buffer of it"
    issued = len(design.started)
    for step in design.sequence:
        if isinstance(step, Await) and not 0 <= step.task < issued:
            yield f"task {step.task} is awaited and there are {issued}"


def transfer_mismatches(design: Design, fifos: _Fifos) -> list[str]:
    """FIFOs whose shim tasks do not add up to whole objects."""
    moved: Counter[str] = Counter()
    held = design.buffer_dtypes()
    for task in design.tasks:
        moved[task.fifo] += task.elements * dtype_bytes(held[task.buffer])
    return [
        _mismatch(fifos[name], moved_bytes)
        for name, moved_bytes in moved.items()
        if moved_bytes % fifos[name].object_bytes
    ]


def _mismatch(fifo: ObjectFifo, moved_bytes: int) -> str:
    elements, rest = divmod(moved_bytes, dtype_bytes(fifo.dtype))
    if rest:
        moved, whole = f"{moved_bytes:,} bytes", fifo.object_bytes
    else:
        moved, whole = f"{elements:,} elements", fifo.elements
    return f"the tasks of {fifo.name} move {moved}, which is no multiple of its object's {whole:,}"
