"""What a simulated case held, moved and used again in the memories of the array and in DDR.

Bytes moved are those of the DMAs, counted by the engine; what kernels load from their core's
memory is counted by their cost models. Peaks come from the engine's notes of objects.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable

from tilescope.designs.ir import Design, Tile
from tilescope.designs.plan import LaunchPlan
from tilescope.designs.problems import memory_demand
from tilescope.devices.device import Device
from tilescope.quantities.dtypes import dtype_bytes
from tilescope.runs.counters import Memory, MemoryLevel, TileMemory
from tilescope.simulation.occupancy import Occupancy, occupancy
from tilescope.simulation.outcomes import DesignOutcome
from tilescope.simulation.simulate import PlanOutcome

OUT, INTO = "MM2S", "S2MM"
READ_ONLY = ("A", "B")  # host buffers of a product that every launch only reads


def case_memory(outcome: object, device: Device) -> Memory | None:
    """The memory figures of what a target said; None where it noted nothing of its memories."""
    if not isinstance(outcome, PlanOutcome):
        return None
    noted = all(len(launch.outcome.notes.objects) for launch in outcome.launches)
    return memory_of(outcome, device) if noted else None


def memory_of(outcome: PlanOutcome, device: Device) -> Memory:
    """The memory figures of a case, over all its launches; peaks are those of one launch."""
    moved: Counter[tuple[str, str]] = Counter()
    passed_on = loaded = saved = read = written = 0
    loads_known = True
    for launch in outcome.launches:
        count, found = launch.planned.count, launch.outcome
        for key, size in _moved(found).items():
            moved[key] += count * size
        passed_on += count * _taken_from_mem_tiles(found)
        saved += count * _broadcast_bytes(found)
        read += count * sum(found.host_read)
        written += count * sum(found.host_written)
        loads = _loaded_bytes(launch.planned.design, found)
        loads_known = loads_known and loads is not None
        loaded += count * (loads or 0)
    least = least_bytes(outcome.plan)
    held_by = [(launch.planned.design, occupancy(launch.outcome)) for launch in outcome.launches]
    l1, l2 = (_level(held_by, kind, device) for kind in ("core", "mem"))
    levels = [
        l1.model_copy(
            update={
                "read_bytes": moved["core", OUT],
                "written_bytes": moved["core", INTO],
                "least_bytes": least,
                "reuse": _ratio(loaded if loads_known else None, moved["core", INTO]),
            }
        )
    ]
    if l2.tiles:
        levels.append(
            l2.model_copy(
                update={
                    "read_bytes": moved["mem", OUT],
                    "written_bytes": moved["mem", INTO],
                    "reuse": _ratio(passed_on, moved["mem", INTO]),
                }
            )
        )
    held = sum(rows * cols * dtype_bytes(dtype) for (rows, cols), dtype in outcome.plan.arrays)
    levels.append(
        MemoryLevel(
            level="ddr",
            allocated_bytes=held,
            peak_bytes=held,
            read_bytes=read,
            written_bytes=written,
            least_bytes=least,
        )
    )
    return Memory(
        levels=tuple(levels),
        broadcast_saved_bytes=saved,
        reread_bytes=reread_bytes(outcome),
    )


def least_bytes(plan: LaunchPlan) -> int:
    """What any execution must move: every element of A and B in once, every one of C out once."""
    gemm = plan.gemm
    inputs = (gemm.m * gemm.k + gemm.k * gemm.n) * dtype_bytes(gemm.dtype)
    return inputs + gemm.m * gemm.n * dtype_bytes(plan.mapping.c_dtype)


def reread_bytes(outcome: PlanOutcome) -> int:
    """Bytes of A and B, padding included, that DDR gave more than once."""
    m, n, k = outcome.plan.padded
    size = dtype_bytes(outcome.plan.gemm.dtype)
    once = {"A": m * k * size, "B": k * n * size}
    read: Counter[str] = Counter()
    for launch in outcome.launches:
        for name in READ_ONLY:
            read[name] += launch.planned.count * launch.outcome.bytes_read.get(name, 0)
    return sum(max(0, read[name] - once[name]) for name in READ_ONLY)


def _level(held_by: Iterable[tuple[Design, Occupancy]], kind: str, device: Device) -> MemoryLevel:
    """What the tiles of one kind hold, without what they move; the most of all launches."""
    room = device.l1_bytes - device.l1_reserved_bytes if kind == "core" else device.l2_bytes
    peaks: defaultdict[Tile, int] = defaultdict(int)
    reserved: defaultdict[Tile, int] = defaultdict(int)
    allocated = peak = 0
    for design, held in held_by:
        own = {tile: size for tile, size in memory_demand(design).items() if tile.kind == kind}
        allocated = max(allocated, sum(own.values()))
        peak = max(peak, (held.l1 if kind == "core" else held.l2).peak_bytes)
        for tile, size in own.items():
            reserved[tile] = max(reserved[tile], size)
            if tile in held.tiles:
                peaks[tile] = max(peaks[tile], held.tiles[tile].peak_bytes)
    tiles = tuple(
        TileMemory(
            tile=str(tile),
            allocated_bytes=reserved[tile],
            peak_bytes=peaks[tile],
            capacity_bytes=room,
        )
        for tile in sorted(reserved)
    )
    return MemoryLevel(
        level="l1" if kind == "core" else "l2",
        allocated_bytes=allocated,
        peak_bytes=peak,
        capacity_bytes=room * len(tiles),
        read_bytes=0,
        written_bytes=0,
        tiles=tiles,
    )


def _channel_bytes(outcome: DesignOutcome) -> list[int]:
    """What each channel moved."""
    bytes_by_resource: list[int] = outcome.usage[:, -1].tolist()
    cores = len(outcome.lowered.core_names)
    return bytes_by_resource[cores : cores + len(outcome.lowered.channel_names)]


def _moved(outcome: DesignOutcome) -> Counter[tuple[str, str]]:
    """Bytes by the kind of tile and the direction of its channels."""
    moved: Counter[tuple[str, str]] = Counter()
    for name, size in zip(outcome.lowered.channel_names, _channel_bytes(outcome), strict=True):
        moved[name.split()[0], OUT if OUT in name else INTO] += size
    return moved


def _taken_from_mem_tiles(outcome: DesignOutcome) -> int:
    """What all receivers of mem tiles' streams took; a broadcast counts once for each."""
    sizes, names = _channel_bytes(outcome), outcome.lowered.channel_names
    return sum(
        sum(sizes[target] for target in targets)
        for source, targets in outcome.lowered.streams
        if names[source].startswith("mem")
    )


def _broadcast_bytes(outcome: DesignOutcome) -> int:
    """What would have been sent again, had each receiver a stream of its own."""
    sizes = _channel_bytes(outcome)
    return sum(sizes[source] * (len(targets) - 1) for source, targets in outcome.lowered.streams)


def _loaded_bytes(design: Design, outcome: DesignOutcome) -> int | None:
    """What the kernels load from their cores' memories; None where a cost model does not say it."""
    loads: dict[str, set[int]] = defaultdict(set)
    for core in design.cores:
        for call in core.calls():
            counted = call.kernel.operations(*call.scalars)
            loads[call.kernel.name].add(counted.get("load_bytes", 0))
    if any(len(each) > 1 for each in loads.values()):
        return None
    return sum(outcome.kernel_calls.get(name, 0) * each.pop() for name, each in loads.items())


def _ratio(above: int | None, below: int) -> float | None:
    return above / below if above is not None and below else None
