"""A device: the numbers that simulation and designs need, each backed by a fact."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace
from typing import Any, get_type_hints

from tilescope.devices.facts import Fact
from tilescope.devices.values import check_value
from tilescope.errors import InputError


@dataclass(frozen=True)
class Device:
    """One NPU in one power state.

    Cycles are of the array clock, those named "controller cycles" of the controller's; bytes
    and counts are per tile or per column as said beside each. `machine` is the name under which
    launch costs are looked up: a power mode is on the machine of the page it extends. `facts`
    holds the passport of every field after those three but kernel_factors.
    """

    name: str
    title: str
    machine: str
    generation: str  # compiler target: aie2 or aie2p

    columns: int  # usable; each has one shim, one mem tile and core_rows cores
    core_rows: int
    clock_mhz: int  # array clock
    controller_clock_mhz: int

    l1_bytes: int  # data memory of one core
    l1_reserved_bytes: int  # of it, the stack
    l1_program_bytes: int
    l2_bytes: int  # one mem tile

    core_s2mm: int  # DMA channels into one core's memory
    core_mm2s: int  # and out of it
    mem_s2mm: int
    mem_mm2s: int
    shim_s2mm: int  # array to DDR, per column
    shim_mm2s: int  # DDR to array, per column

    core_bds: int  # buffer descriptors of one tile
    mem_bds: int
    shim_bds: int
    core_locks: int
    mem_locks: int
    shim_queue_depth: int  # tasks that one shim channel holds; one more is lost
    core_dma_dims: int  # dimensions of one descriptor
    mem_dma_dims: int
    shim_dma_dims: int
    shim_dim_sizes: tuple[int, ...]  # largest size by dimension, outermost first; -1 unlimited
    dma_granularity_bytes: int

    stream_bytes_per_cycle: int  # one channel
    bd_setup_cycles: int  # core and mem tile DMA
    bd_chain_cycles: int
    stream_latency_cycles: int  # mem tile to core
    mem_turnaround_cycles: int  # in to out of a mem tile

    shim_mm2s_cold_cycles: int  # first task of a channel, decaying from task to task
    shim_s2mm_cold_cycles: int
    shim_cold_decay: float
    shim_mm2s_task_cycles: int  # every task
    shim_s2mm_task_cycles: int
    shim_mm2s_millicycles_per_word: int  # a word is 4 bytes
    shim_s2mm_millicycles_per_word: int

    ddr_gbps: float  # 10^9 bytes a second, shared by all shim channels
    ddr_run_ns: float  # for each contiguous run of bytes
    ddr_page_ns: float  # for each page of 4 KiB that a walk enters; 0 where none is known
    shim_run_ns: float  # of a shim's interface, for each run that one direction moves; likewise

    issue_task_cycles: int  # controller cycles, one shim task
    write32_cycles: int  # controller cycles
    blockwrite_cycles: int  # controller cycles, eight words
    token_last_cycles: int  # controller cycles, the last awaited token of a launch
    token_other_cycles: int  # controller cycles, any other awaited token

    lock_acquire_cycles: int  # of a free lock
    lock_release_cycles: int
    call_cycles: int  # around one kernel call, without its locks
    load_bytes_per_cycle: int  # both load ports, L1 to registers
    store_bytes_per_cycle: int
    macs_per_cycle: Mapping[str, int] = field(hash=False)  # one core, by dtype or bfp16

    # Multiples of a kernel's cost, by toolchain and kind, as `peano bfloat16`; fitted, else empty.
    kernel_factors: Mapping[str, float] = field(default_factory=dict, hash=False)
    facts: Mapping[str, Fact] = field(default_factory=dict, compare=False, hash=False, repr=False)

    @property
    def core_count(self) -> int:
        """Cores of the whole array."""
        return self.columns * self.core_rows

    def with_overrides(self, overrides: Mapping[str, Any]) -> Device:
        """The same device with some values changed; its name says which.

        Raises InputError for a key that is no value of a device, or a value of the wrong type
        or size.
        """
        if not overrides:
            return self
        base = self.name
        values: dict[str, Any] = {}
        facts = dict(self.facts)
        for key, given in overrides.items():
            if key not in VALUE_TYPES:
                raise InputError(
                    f"Device {base} has no value {key!r}; it has {', '.join(VALUE_TYPES)}."
                )
            values[key] = check_value(f"override of {base}", key, VALUE_TYPES[key], given)
            unit = self.facts[key].unit if key in self.facts else ""
            facts[key] = Fact(
                values[key],
                unit,
                ("override",),
                "assumed",
                "low",
                f"set by the caller; {base} has {getattr(self, key)!r}",
            )
        changed = ", ".join(f"{key}={values[key]}" for key in sorted(values))
        changed_device = replace(self, **values, name=f"{base}({changed})", facts=facts)
        check_device(changed_device)
        return changed_device


_TYPES = get_type_hints(Device)
VALUE_TYPES: dict[str, Any] = {
    item.name: _TYPES[item.name]
    for item in fields(Device)
    if item.name not in ("name", "title", "machine", "kernel_factors", "facts")
}
"""What a page must state: the fields of Device that are facts, with their types, in order."""


def check_device(device: Device) -> None:
    """Refuse values that are each possible and together are not.

    Raises InputError naming the device and the keys that contradict each other.
    """
    rules = (
        (
            device.l1_reserved_bytes < device.l1_bytes,
            f"l1_reserved_bytes {device.l1_reserved_bytes} leaves nothing of l1_bytes "
            f"{device.l1_bytes}",
        ),
        (
            len(device.shim_dim_sizes) == device.shim_dma_dims,
            f"shim_dim_sizes has {len(device.shim_dim_sizes)} sizes and shim_dma_dims is "
            f"{device.shim_dma_dims}",
        ),
        (
            device.shim_cold_decay < 1,
            f"shim_cold_decay is {device.shim_cold_decay} and must be below 1, or a channel "
            "would never be warm",
        ),
        (
            all(
                millicycles * device.stream_bytes_per_cycle >= 4000
                for millicycles in (
                    device.shim_mm2s_millicycles_per_word,
                    device.shim_s2mm_millicycles_per_word,
                )
            ),
            "shim_mm2s_millicycles_per_word and shim_s2mm_millicycles_per_word may not be "
            f"faster than the port, {device.stream_bytes_per_cycle} B/cycle",
        ),
    )
    for holds, reason in rules:
        if not holds:
            raise InputError(f"Device {device.name}: {reason}.")
