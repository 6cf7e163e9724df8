"""What of a design does not fit a device: the demand, the bound, and the change that would help."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass

from tilescope.designs.ir import Design, DmaTask, Tile, Walk
from tilescope.designs.part_checks import (
    REMEDY,
    chain_lengths,
    lock_demands,
    port_count,
    ports_beyond,
)
from tilescope.devices.device import Device
from tilescope.errors import DesignError
from tilescope.quantities.dtypes import dtype_bytes


@dataclass(frozen=True)
class Problem:
    """Something that does not fit: `where` needs `demand` and has `bound` of `what`."""

    where: str
    what: str
    demand: int
    bound: int
    remedy: str

    def __str__(self) -> str:
        return (
            f"{self.where} needs {self.demand:,} {self.what} and has {self.bound:,}; {self.remedy}"
        )


def find_problems(design: Design, device: Device) -> list[Problem]:
    """Everything in a design that the device cannot hold, in the order of the tiles."""
    return [
        *_missing_tiles(design, device),
        *_memory(design, device),
        *_channels(design, device),
        *_descriptors(design, device),
        *_walks(design, device),
        *_own_parts(design, device),
    ]


def require_fit(design: Design, device: Device) -> None:
    """Raises DesignError with the first problems of a design, if it has any."""
    problems = find_problems(design, device)
    if not problems:
        return
    shown = "; ".join(str(problem) for problem in problems[:2])
    more = f" ({len(problems) - 2} more like it)" if len(problems) > 2 else ""
    raise DesignError(f"{design.name} does not fit {device.name}: {shown}{more}.")


def _tiles(design: Design) -> list[Tile]:
    tiles = {program.tile for program in design.cores}
    for fifo in design.fifos:
        tiles.update((fifo.producer, *fifo.consumers))
    tiles.update(buffer.tile for buffer in design.buffers)
    tiles.update(lock.tile for lock in design.locks)
    for stream in design.streams:
        tiles.update(port.tile for port in (stream.source, *stream.targets))
    return sorted(tiles)


def _missing_tiles(design: Design, device: Device) -> Iterator[Problem]:
    for tile in _tiles(design):
        if tile.column >= device.columns:
            yield Problem(
                str(tile), "columns", tile.column + 1, device.columns, "use a narrower grid"
            )
        if tile.row >= device.core_rows + 2:
            yield Problem(
                str(tile), "rows of cores", tile.row - 1, device.core_rows, "use a lower grid"
            )


def memory_demand(design: Design) -> dict[Tile, int]:
    """Bytes that a design reserves in the memory of each tile."""
    demand: dict[Tile, int] = defaultdict(int)
    linked_sources = {name for link in design.links for name in link.sources}
    linked_targets = {name for link in design.links for name in link.targets}
    for fifo in design.fifos:
        if fifo.memory is not None:
            demand[fifo.memory] += fifo.producer_depth * fifo.object_bytes
            continue
        if fifo.producer.kind == "core" and "producer" not in fifo.core_streams:
            demand[fifo.producer] += fifo.producer_depth * fifo.object_bytes
        for consumer in fifo.consumers:
            if consumer.kind == "core" and "consumer" not in fifo.core_streams:
                demand[consumer] += fifo.depth_at(consumer) * fifo.object_bytes
    for link in design.links:
        ends = design.link_ends(link)
        demand[ends.mem] += ends.depth * ends.larger.object_bytes
    for fifo in design.fifos:  # a mem tile end that no link shares
        if fifo.producer.kind == "mem" and fifo.name not in linked_targets:
            demand[fifo.producer] += fifo.producer_depth * fifo.object_bytes
        for consumer in fifo.consumers:
            if consumer.kind == "mem" and fifo.name not in linked_sources:
                demand[consumer] += fifo.consumer_depth * fifo.object_bytes
    for buffer in design.buffers:
        demand[buffer.tile] += buffer.object_bytes
    return demand


def _memory(design: Design, device: Device) -> Iterator[Problem]:
    demand = memory_demand(design)
    l1 = device.l1_bytes - device.l1_reserved_bytes
    for tile, needed in sorted(demand.items()):
        if tile.kind == "core" and needed > l1:
            remedy = (
                f"halve the k tile, or buffer C once ({device.l1_reserved_bytes} of L1 is stack)"
            )
            yield Problem(str(tile), "bytes of L1", needed, l1, remedy)
        if tile.kind == "mem" and needed > device.l2_bytes:
            remedy = "spread the inputs over more shim channels, or use a smaller tile"
            yield Problem(str(tile), "bytes of L2", needed, device.l2_bytes, remedy)


def channel_counts(design: Design) -> Counter[tuple[Tile, str]]:
    """DMA channels that each tile needs, by direction (`mm2s` out of memory, `s2mm` into it)."""
    counts = port_count(design)
    for fifo in design.fifos:
        if fifo.memory is not None:
            continue
        if "producer" not in fifo.core_streams:
            counts[fifo.producer, "mm2s"] += 1
        for consumer in fifo.consumers:
            if "consumer" not in fifo.core_streams:
                counts[consumer, "s2mm"] += 1
    return counts


def _channels(design: Design, device: Device) -> Iterator[Problem]:
    for (tile, direction), needed in sorted(channel_counts(design).items()):
        bound = int(getattr(device, f"{tile.kind}_{direction}"))
        if needed > bound:
            remedy = "spread the tensors over more columns, or use fewer cores in a row or column"
            yield Problem(str(tile), f"{direction.upper()} channels", needed, bound, remedy)


def _descriptors(design: Design, device: Device) -> Iterator[Problem]:
    needed = chain_lengths(design)
    for fifo in design.fifos:
        if fifo.memory is not None:
            continue
        if fifo.producer.kind == "core" and "producer" not in fifo.core_streams:
            needed[fifo.producer] += fifo.producer_depth * fifo.repeats
        for consumer in fifo.consumers:
            if consumer.kind == "core" and "consumer" not in fifo.core_streams:
                needed[consumer] += fifo.depth_at(consumer)
    for link in design.links:
        ends = design.link_ends(link)
        needed[ends.mem] += ends.depth * len(link.offsets) * (1 + len(link.pieces))
    tasks = Counter(task.fifo for task in design.tasks)
    for fifo in design.fifos:
        for tile in (fifo.producer, *fifo.consumers):
            if tile.kind == "shim":
                needed[tile] += min(tasks[fifo.name], device.shim_queue_depth)
    for tile, count in sorted(needed.items()):
        bound = int(getattr(device, f"{tile.kind}_bds"))
        if count > bound:
            remedy = "use a shallower FIFO, or spread it over more tiles"
            yield Problem(str(tile), "buffer descriptors", count, bound, remedy)


def _walks(design: Design, device: Device) -> Iterator[Problem]:
    sides = {fifo.name: fifo for fifo in design.fifos}
    held = design.buffer_dtypes()
    for fifo in design.fifos:
        if fifo.to_stream and fifo.producer.kind != "shim":
            bound = int(getattr(device, f"{fifo.producer.kind}_dma_dims"))
            yield from _walk_problems(
                f"{fifo.producer} for {fifo.name}", fifo.to_stream, fifo.dtype, bound, device
            )
    for task in design.tasks:
        fifo = sides[task.fifo]
        tile = fifo.producer if fifo.producer.kind == "shim" else fifo.consumers[0]
        where = f"{tile} for {task.fifo}"
        dtype = held[task.buffer]
        yield from _walk_problems(where, task.walk, dtype, device.shim_dma_dims, device)
        yield from _size_problems(where, task, device)


def _own_parts(design: Design, device: Device) -> Iterator[Problem]:
    for port, bound in ports_beyond(design, device):
        what = f"{port.direction.upper()} channels"
        yield Problem(str(port.tile), what, port.number + 1, bound, "number them from 0")
    for tile, needed, bound in lock_demands(design, device):
        yield Problem(str(tile), "locks", needed, bound, REMEDY)
    dtypes = {buffer.name: buffer.dtype for buffer in design.buffers}
    for channel in design.channels:
        bound = int(getattr(device, f"{channel.port.tile.kind}_dma_dims"))
        for descriptor in channel.descriptors:
            if not descriptor.in_host:
                where = f"{channel.port} with {descriptor.buffer}"
                dtype = dtypes[descriptor.buffer]
                yield from _walk_problems(where, descriptor.walk, dtype, bound, device)


def _walk_problems(
    where: str, walk: Walk, dtype: str, bound: int, device: Device
) -> Iterator[Problem]:
    levels = [dim for dim in walk if dim.size > 1]
    if len(levels) > bound:
        yield Problem(where, "levels of a DMA walk", len(levels), bound, "fold two of them")
    size = dtype_bytes(dtype)
    run = 1
    while levels and levels[-1].stride == run:
        run *= levels.pop().size
    granularity = device.dma_granularity_bytes
    if run * size % granularity:
        remedy = f"make each contiguous run a multiple of {granularity} bytes"
        yield Problem(where, "bytes in each DMA run", granularity, run * size, remedy)
        return
    uneven = [dim.stride * size for dim in levels if dim.stride * size % granularity]
    if uneven:
        remedy = f"make each stride a multiple of {granularity} bytes"
        what = "bytes (or a multiple) in each DMA stride"
        yield Problem(where, what, granularity, uneven[0], remedy)


def _size_problems(where: str, task: DmaTask, device: Device) -> Iterator[Problem]:
    sizes = [dim.size for dim in task.walk if dim.size > 1]
    if len(sizes) <= 1:
        return  # one run: a length, not a walk
    for size, bound in zip(reversed(sizes), reversed(device.shim_dim_sizes), strict=False):
        if 0 <= bound < size:
            remedy = "split the transfer into smaller tasks"
            yield Problem(where, "steps in one level of a walk", size, bound, remedy)
