"""A design as tilescope understood it: its array, FIFOs, flows, channels and kernels."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from fractions import Fraction

from tilescope.designs.ir import Call, Design, ObjectFifo, Tile
from tilescope.designs.problems import memory_demand
from tilescope.kernels.contract import Kernel
from tilescope.kernels.functions import FunctionKernel
from tilescope.quantities.units import format_bytes, format_count
from tilescope.reports.designs import SimulatedDesign, cycles
from tilescope.reports.tables import Column, table, table_width
from tilescope.reports.wrapping import wrap
from tilescope.simulation.outcomes import DesignOutcome, ResourceUse

ROWS = {0: "shim", 1: "mem tile"}
BUSIEST = 4  # channels of mem tiles, and of cores, that are shown; the others in one line
CAUSES = {"ddr": "DDR", "token": "tokens", "task_queue": "tasks", "stream": "the other end"}

Told = list[tuple[str, str]]  # a row where its table is too wide: its name, and the rest of it


def explanation(read: SimulatedDesign, *, width: int = 80) -> str:
    """The array and how busy each tile is, then FIFOs, flows, channels and kernels of a design.

    Tables that are wider than `width` become sentences.
    """
    design = read.design
    told = [
        f"{design.name} ({read.file}): {_grid([core.tile for core in design.cores])} of "
        f"{read.array}, simulated on {read.device.name}",
        ", ".join(
            (
                _count(len(design.fifos), "FIFO"),
                _count(len(design.links), "link"),
                _count(len(design.started), "transfer"),
                _count(len(design.host_buffers), "host buffer"),
            )
        ),
        *_own_parts(design),
    ]
    buffers = [
        f"{buffer.name}: {_times(buffer.shape)} {buffer.dtype}, {format_bytes(buffer.host_bytes)}"
        for buffer in design.host_buffers
    ]
    parts = [
        _sentences(told, width),
        _array(read, width),
        buffers,
        _fifos(design, width),
        _flows(design, width),
        _channels(read.outcome, width) if read.outcome is not None else [],
        _kernels(read, width),
    ]
    return "\n\n".join("\n".join(lines) for lines in parts if lines) + "\n"


def _sentences(told: Sequence[str], width: int) -> list[str]:
    return [line for text in told for line in wrap(text, width, hanging="  ")]


def _count(number: int, what: str) -> str:
    return f"{format_count(number)} {what}{'' if number == 1 else 's'}"


def _times(shape: Iterable[int]) -> str:
    return "×".join(map(str, shape))


def _fitting(columns: Sequence[Column], told: Told, width: int) -> list[str]:
    """A table, or where it is too wide a line for each row and the rest of it below."""
    if table_width(columns) <= width:
        return table(columns)
    lines: list[str] = []
    for name, rest in told:
        lines += wrap(name, width, hanging="  ") + wrap(rest, width, indent=" " * 4)
    return lines


def _grid(tiles: Sequence[Tile]) -> str:
    if not tiles:
        return "no cores"
    rows, columns = {tile.row for tile in tiles}, {tile.column for tile in tiles}
    shape = f" ({len(rows)}×{len(columns)})" if len(tiles) == len(rows) * len(columns) else ""
    return f"{_count(len(tiles), 'core')}{shape}"


def _own_parts(design: Design) -> list[str]:
    """What a design names itself, in a line, if it does."""
    if not design.buffers and not design.streams:
        return []
    size = format_bytes(sum(buffer.object_bytes for buffer in design.buffers))
    descriptors = sum(len(channel.descriptors) for channel in design.channels)
    return [
        f"{_count(len(design.buffers), 'buffer')} of its own ({size}), "
        f"{_count(len(design.locks), 'lock')}, {_count(len(design.streams), 'flow')}, "
        f"{_count(descriptors, 'descriptor')} on {_count(len(design.channels), 'channel')}"
    ]


def _array(read: SimulatedDesign, width: int) -> list[str]:
    """The tiles in their places, each with the share of the time that it is busy."""
    if read.outcome is None:
        return []
    busy: dict[str, float] = {}
    elapsed = float(read.outcome.elapsed_us) or 1.0
    for use in read.outcome.resources:
        tile = use.name.partition(")")[0] + ")"
        if use.kind == "channel" and tile.startswith("core"):
            continue  # what a core does itself is its kernels
        busy[tile] = max(busy.get(tile, 0.0), float(use.busy_us) / elapsed)
    demand = memory_demand(read.design)
    tiles = {*demand, *(core.tile for core in read.design.cores)}
    tiles |= {tile for fifo in read.design.fifos for tile in (fifo.producer, *fifo.consumers)}
    for stream in read.design.streams:
        tiles |= {port.tile for port in (stream.source, *stream.targets)}
    if not tiles:
        return []
    columns = range(max(tile.column for tile in tiles) + 1)
    rows = range(max(tile.row for tile in tiles), -1, -1)

    def cell(tile: Tile) -> str:
        return f"{100 * busy.get(str(tile), 0.0):.0f}" if tile in tiles else "·"

    shown = [Column("% busy", [ROWS.get(row, f"core row {row}") for row in rows], left=True)]
    for column in columns:
        shown.append(Column(f"{column:3}", [cell(Tile(column, row)) for row in rows]))
    most = {
        kind: max((size for tile, size in demand.items() if tile.kind == kind), default=0)
        for kind in ("core", "mem")
    }
    memory = [
        f"{format_bytes(size)} of {format_bytes(room)} of a {name}"
        for size, room, name in (
            (most["core"], read.device.l1_bytes - read.device.l1_reserved_bytes, "core"),
            (most["mem"], read.device.l2_bytes, "mem tile"),
        )
        if size
    ]
    told = ["A core with its kernels, any other tile with its busiest channel"]
    told += [f"Memory taken, at most: {', '.join(memory)}"] if memory else []
    return [*table(shown), *_sentences(told, width)]


def _fifos(design: Design, width: int) -> list[str]:
    if not design.fifos:
        return []
    onward = {name: link.targets for link in design.links for name in link.sources}
    names = [fifo.name for fifo in design.fifos]
    ends = [(str(fifo.producer), places(fifo.consumers)) for fifo in design.fifos]
    objects = [f"{_times(fifo.shape)} {fifo.dtype}" for fifo in design.fifos]
    sizes = [format_bytes(fifo.object_bytes) for fifo in design.fifos]
    depths = [_depth(fifo) for fifo in design.fifos]
    then = [", ".join(onward.get(name, ())) for name in names]
    columns = [
        Column("FIFO", names, left=True),
        Column("from", [source for source, _ in ends], left=True),
        Column("to", [target for _, target in ends], left=True),
        Column("object", objects),
        Column("size", sizes),
        Column("depth", depths),
    ]
    if any(then):
        columns.append(Column("then", then, left=True))
    told = [
        (
            f"{name}: {source} to {target}",
            f"{shape}, {size}, depth {depth}" + (f", then {more}" if more else ""),
        )
        for name, (source, target), shape, size, depth, more in zip(
            names, ends, objects, sizes, depths, then, strict=True
        )
    ]
    return _fitting(columns, told, width)


def _depth(fifo: ObjectFifo) -> str:
    if fifo.memory is not None:
        return f"{fifo.producer_depth} shared"
    depths = fifo.consumer_depths or (fifo.consumer_depth,)
    return "/".join(map(str, (fifo.producer_depth, *depths)))


def places(tiles: Sequence[Tile]) -> str:
    """Tiles in few words: `core (0,2)`, `core (0–3,2)` for a block, `core (0,2), mem (0,1)`."""
    found = []
    for kind in dict.fromkeys(tile.kind for tile in tiles):
        here = [tile for tile in tiles if tile.kind == kind]
        columns, rows = {tile.column for tile in here}, {tile.row for tile in here}
        block = _range(columns), _range(rows)
        if None not in block and len(here) == len(columns) * len(rows):
            found.append(f"{kind} ({block[0]},{block[1]})")
        else:
            found += [str(tile) for tile in here]
    return ", ".join(found)


def _range(numbers: set[int]) -> str | None:
    low, high = min(numbers), max(numbers)
    if high - low + 1 != len(numbers):
        return None
    return str(low) if low == high else f"{low}–{high}"


def _flows(design: Design, width: int) -> list[str]:
    """The flows that a design names itself, one a line."""
    if not design.streams:
        return []
    programs = {channel.port: len(channel.descriptors) for channel in design.channels}
    kinds = [
        "circuit" if stream.packet is None else f"packet {stream.packet}"
        for stream in design.streams
    ]
    sources = [str(stream.source) for stream in design.streams]
    targets = [", ".join(map(str, stream.targets)) for stream in design.streams]
    counts = [str(programs.get(stream.source, "tasks")) for stream in design.streams]
    columns = [
        Column("flow from", sources, left=True),
        Column("to", targets, left=True),
        Column("", kinds, left=True),
        Column("descriptors", counts),
    ]
    told = [
        (f"{source} to {target}", f"{kind}, {count}" + ("" if count == "tasks" else " descriptors"))
        for source, target, kind, count in zip(sources, targets, kinds, counts, strict=True)
    ]
    return _fitting(columns, told, width)


def _channels(outcome: DesignOutcome, width: int) -> list[str]:
    """What went through the shims' and the busiest other channels, and what they wait for."""
    fifos = outcome.lowered.channel_fifos
    cores = len(outcome.lowered.core_names)
    uses = [
        (use, fifos.get(place - cores, ""))
        for place, use in enumerate(outcome.resources)
        if use.kind == "channel" and use.moved_bytes
    ]
    shown = [one for one in uses if one[0].name.startswith("shim")]
    left: list[str] = []
    for kind, name in (("mem", "mem tiles"), ("core", "cores")):
        here = [one for one in uses if one[0].name.startswith(f"{kind} ")]
        here.sort(key=lambda one: -one[0].busy_us)
        shown += here[:BUSIEST]
        if more := here[BUSIEST:]:
            most = _share(more[0][0].busy_us, outcome)
            left.append(f"{_count(len(more), 'more channel')} of {name}, at most {most} % busy")
    if not shown:
        return []
    names = [use.name for use, _ in shown]
    moved = [format_bytes(use.moved_bytes) for use, _ in shown]
    busy = [_share(use.busy_us, outcome) for use, _ in shown]
    waits = [_waits(use, outcome) for use, _ in shown]
    columns = [Column("channel", names, left=True)]
    if any(fifo for _, fifo in shown):
        columns.append(Column("FIFO", [fifo for _, fifo in shown], left=True))
    columns += [
        Column("a launch", moved),
        Column("% busy", busy),
        Column("waits most for", waits, left=True),
    ]
    told = [
        (
            f"{name}" + (f", {fifo}" if fifo else ""),
            f"{size}, {share} % busy" + (f", waits most for {wait}" if wait else ""),
        )
        for name, (_, fifo), size, share, wait in zip(names, shown, moved, busy, waits, strict=True)
    ]
    return [*_fitting(columns, told, width), *_sentences(left, width)]


def _share(us: Fraction, outcome: DesignOutcome) -> str:
    return f"{100 * float(us) / (float(outcome.elapsed_us) or 1.0):.0f}"


def _waits(use: ResourceUse, outcome: DesignOutcome) -> str:
    if not use.waiting_us:
        return ""
    cause, us = max(use.waiting_us.items(), key=lambda one: one[1])
    if cause.startswith("buffer"):
        reads = " MM2S" in use.name
        cause = "a filled buffer" if reads else "a free buffer"
    return f"{CAUSES.get(cause, cause)}, {_share(us, outcome)} %"


def _kernels(read: SimulatedDesign, width: int) -> list[str]:
    calls: dict[str, Call] = {}
    cores: Counter[str] = Counter()
    for core in read.design.cores:
        here = {call.kernel.symbol: call for call in core.calls()}
        calls = {**here, **calls}
        cores.update(here.keys())
    if not calls:
        return []
    names = [_kernel_name(call.kernel) for call in calls.values()]
    costs = [call.kernel.cycles(read.device, *call.scalars) for call in calls.values()]
    origins = [_origin(read, call.kernel) for call in calls.values()]
    columns = [
        Column("kernel", names, left=True),
        Column("cores", [str(cores[symbol]) for symbol in calls]),
        Column("cycles a call", [format_count(cost) for cost in costs]),
    ]
    rest = [
        f"{_count(cores[symbol], 'core')}, {format_count(cost)} cycles a call"
        for symbol, cost in zip(calls, costs, strict=True)
    ]
    if read.outcome is not None:
        total = cycles(read.outcome) or 1
        made = [read.outcome.kernel_calls.get(call.kernel.name, 0) for call in calls.values()]
        shares = [
            f"{100 * count * cost / (cores[symbol] * total):.0f}"
            for symbol, count, cost in zip(calls, made, costs, strict=True)
        ]
        columns.insert(2, Column("calls", [format_count(count) for count in made]))
        columns.append(Column("% of a core", shares))
        rest = [
            f"{text}, {_count(count, 'call')}, {share} % of a core"
            for text, count, share in zip(rest, made, shares, strict=True)
        ]
    if any(origins):
        columns.append(Column("", origins, left=True))
    told = [
        (name, text + (f", {origin}" if origin else ""))
        for name, text, origin in zip(names, rest, origins, strict=True)
    ]
    return _fitting(columns, told, width)


def _kernel_name(kernel: Kernel) -> str:
    if isinstance(kernel, FunctionKernel) and kernel.is_code:
        return f"code at {':'.join(kernel.source.rsplit(':', 2)[-2:])}"
    return kernel.symbol


def _origin(read: SimulatedDesign, kernel: Kernel) -> str:
    if isinstance(kernel, FunctionKernel) and kernel.is_code:
        return "stated rate"
    return "stated" if kernel.symbol in read.stated else ""
