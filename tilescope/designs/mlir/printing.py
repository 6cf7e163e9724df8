"""Prints a design as MLIR-AIE."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from math import prod
from types import MappingProxyType

from tilescope.designs.ir import Await, Design, DmaTask, HostBuffer, Link, ObjectFifo, Tile, Walk
from tilescope.designs.mlir.core_text import CoreText, held_operands
from tilescope.designs.mlir.names import (
    ARRAY_OF,
    MAX_TASK_DIMS,
    STAGED_LINK,
    TOOLCHAIN,
    memref,
    object_file,
    symbol,
)
from tilescope.designs.soundness import require_sound
from tilescope.errors import DesignError
from tilescope.kernels.contract import Kernel

Freed = Mapping[int, tuple[int, ...]]
"""Tasks that are known to be done, by the task whose await says so."""

NONE_FREED: Freed = MappingProxyType({})
_VALUE = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")


def print_design(
    design: Design, generation: str = "aie2", *, older: bool = False, freed: Freed = NONE_FREED
) -> str:
    """The design as a module of MLIR-AIE, for the array of a compiler target.

    `older` writes transfers as releases before July 2026 did, which the later ones do not read:
    https://github.com/Xilinx/mlir-aie/pull/3306. `freed` are tasks that are known to be done, by
    the task whose await says so: the text says that their descriptors may be used again.

    Reading it gives the same design. Raises DesignError where the design is not sound or has
    something that the text has no words for.
    """
    require_sound(design)
    if design.streams or design.buffers or design.locks:
        raise DesignError(f"{design.name} names its own buffers and locks, which is not printed.")
    for fifo in design.fifos:
        odd = fifo.from_stream or fifo.consumer_depths or fifo.repeats > 1 or fifo.initial
        if odd or fifo.core_streams:
            raise DesignError(f"{fifo.name} has what is read and not printed.")
    lines = [
        f"module {symbol(design.name)} {{",
        f"  aie.device({ARRAY_OF[generation]}) {{",
        *(f"    {line}" for line in _body(design, older, freed)),
        "  }",
        "}",
    ]
    return "\n".join(lines) + "\n"


def tile_value(tile: Tile) -> str:
    """The value that stands for a tile."""
    return f"%{tile.kind}_{tile.column}_{tile.row}"


def _body(design: Design, older: bool, freed: Freed) -> Iterator[str]:
    yield from _kernels(design)
    tiles = {core.tile for core in design.cores}
    for fifo in design.fifos:
        tiles.update((fifo.producer, *fifo.consumers))
    for tile in sorted(tiles):
        yield f"{tile_value(tile)} = aie.tile({tile.column}, {tile.row})"
    for fifo in design.fifos:
        yield _fifo(fifo)
    for link in design.links:
        yield _link(link)
    for core in design.cores:
        yield from CoreText(design, core).lines()
    yield from _sequence(design, older, freed)


def _kernels(design: Design) -> Iterator[str]:
    """Each kernel's declaration, with the types of the objects that it is called on."""
    declared: dict[str, tuple[Kernel, str]] = {}
    fifos = {fifo.name: fifo for fifo in design.fifos}
    for core in design.cores:
        for call in core.calls():
            operands = [
                memref(fifos[h.fifo].shape, fifos[h.fifo].dtype) for h in held_operands(call)
            ]
            types = ", ".join((*operands, *("i32" for _ in call.scalars)))
            kernel = call.kernel
            known = declared.setdefault(kernel.symbol, (kernel, types))
            if known != (kernel, types):
                raise DesignError(
                    f"{design.name} calls {kernel.symbol} in two ways ({known[1]}, and {types}), "
                    "and MLIR-AIE declares a function once."
                )
    for name, (kernel, types) in declared.items():
        attributes = [f"link_with = {json.dumps(object_file(kernel))}"]
        if kernel.toolchain != "peano":
            attributes.append(f"{TOOLCHAIN} = {json.dumps(kernel.toolchain)}")
        yield f"func.func private {symbol(name)}({types}) attributes {{{', '.join(attributes)}}}"


def _fifo(fifo: ObjectFifo) -> str:
    producer = tile_value(fifo.producer)
    if fifo.to_stream:
        producer += f" dimensionsToStream {_dims(fifo.to_stream)}"
    consumers = ", ".join(tile_value(tile) for tile in fifo.consumers)
    depths = [fifo.producer_depth] + [fifo.consumer_depth] * len(fifo.consumers)
    depth = f"[{', '.join(f'{one} : i32' for one in depths)}]"
    if len(set(depths)) == 1:
        depth = f"{depths[0]} : i32"
    kind = f"!aie.objectfifo<{memref(fifo.shape, fifo.dtype)}>"
    return f"aie.objectfifo {symbol(fifo.name)}({producer}, {{{consumers}}}, {depth}) : {kind}"


def _dims(walk: Walk) -> str:
    return f"[{', '.join(f'<size = {dim.size}, stride = {dim.stride}>' for dim in walk)}]"


def _link(link: Link) -> str:
    sources, targets = (", ".join(map(symbol, names)) for names in (link.sources, link.targets))
    if link.pieces == (0,):
        offsets = f"[{', '.join(map(str, link.offsets))}]"
        ends = f"{offsets} []" if len(link.sources) > 1 else f"[] {offsets}"
        return f"aie.objectfifo.link [{sources}] -> [{targets}]({ends})"
    offsets, pieces = (
        f"array<i64: {', '.join(map(str, row))}>" for row in (link.offsets, link.pieces)
    )
    return (
        f'"{STAGED_LINK}"() {{sources = [{sources}], targets = [{targets}], '
        f"offsets = {offsets}, pieces = {pieces}}} : () -> ()"
    )


def _sequence(design: Design, older: bool, freed: Freed) -> Iterator[str]:
    for buffer in design.host_buffers:
        if not _VALUE.fullmatch(buffer.name):
            raise DesignError(f"{buffer.name!r} is no name of a value in MLIR.")
    buffers = {buffer.name: buffer for buffer in design.host_buffers}
    arguments = ", ".join(f"%{b.name}: {memref(b.shape, b.dtype)}" for b in design.host_buffers)
    awaited = {step.task for step in design.sequence if isinstance(step, Await)}
    yield f"aie.runtime_sequence({arguments}) {{"
    issued = 0
    for step in design.sequence:
        if isinstance(step, DmaTask):
            for line in _task(step, issued, issued in awaited, buffers, older):
                yield f"  {line}"
            issued += 1
        elif not isinstance(step, Await):
            raise DesignError(f"{design.name} has steps that are read and not printed.")
        elif step.task < issued:
            yield f"  aiex.dma_await_task(%task_{step.task})"
            for done in freed.get(step.task, ()):
                yield f"  aiex.dma_free_task(%task_{done})"
        else:
            raise DesignError(f"{design.name} awaits task {step.task} before it is issued.")
    yield "}"


def _task(
    task: DmaTask, number: int, awaited: bool, buffers: dict[str, HostBuffer], older: bool
) -> Iterator[str]:
    buffer = buffers[task.buffer]
    walk = task.walk
    if not 1 <= len(walk) <= MAX_TASK_DIMS:
        raise DesignError(f"A transfer of {task.fifo} has {len(walk)} levels; a shim walks 1 to 4.")
    attributes = ["issue_token = true"] if awaited else []
    length = task.elements
    if len(walk) == MAX_TASK_DIMS and walk[0].size > 1:
        length = prod(dim.size for dim in walk[1:])
        attributes.append(f"repeat_count = {walk[0].size - 1} : i32")
    plain = len(walk) == 1 and walk[0].stride == 1
    kind = memref(buffer.shape, buffer.dtype)
    if older:
        moved = f", {task.offset}, {length}" + ("" if plain else f", {_dims(walk)}")
    else:
        moved = f" offset = {task.offset} len = {length}"
        if not plain:
            sizes, strides = ([dim.size for dim in walk], [dim.stride for dim in walk])
            moved += f" sizes = {sizes} strides = {strides}"
    yield f"%task_{number} = aiex.dma_configure_task_for {symbol(task.fifo)} {{"
    yield f"  aie.dma_bd(%{buffer.name} : {kind}{moved})"
    yield "  aie.end"
    yield f"}}{' {' + ', '.join(attributes) + '}' if attributes else ''}"
    yield f"aiex.dma_start_task(%task_{number})"
