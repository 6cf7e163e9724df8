"""Product launches timed by the thousand: designs lowered from their sizes in the engine itself.

The engine's programs are those of `designs.gemm` and `simulation.lowering`, number by number, so a
launch takes the same ticks here as by itself.
"""

from __future__ import annotations

import atexit
import os
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache

import numpy as np
import numpy.typing as npt

import tilescope._engine as _engine
from tilescope.designs.mapping import Mapping
from tilescope.devices.device import Device
from tilescope.kernels.catalog import find_kernel
from tilescope.quantities.dtypes import dtype_bytes
from tilescope.simulation.clocks import TimeBase
from tilescope.simulation.lowering import COLD_TASKS

LAUNCH_COLUMNS = (
    "m",
    "n",
    "k",
    "tile_m",
    "tile_n",
    "tile_k",
    "rows",
    "columns",
    "staged_k",
    "spread",
    "c_depth",
    "by_columns",
    "element_bytes",
    "c_bytes",
    "block_r",
    "block_s",
    "block_t",
    "matmul_ticks",
    "zero_ticks",
)
"""What the engine needs of a launch, in its order: padded sizes, the mapping, dtypes, costs."""

TIMED, WALK_DOES_NOT_FIT, CANNOT_FINISH = range(3)

Table = npt.NDArray[np.int64]


@dataclass(frozen=True)
class BatchTimes:
    """What launches took, one entry each, in the order in which they were given.

    status: TIMED, WALK_DOES_NOT_FIT where no DMA of the device makes one of the walks, or
    CANNOT_FINISH; the rest is 0 unless it is TIMED. ticks: first controller step to last token;
    budget_ticks: that time by term (launches × terms); bytes_read and bytes_written: in DDR.
    """

    status: Table
    ticks: Table
    budget_ticks: Table
    bytes_read: Table
    bytes_written: Table


def launch_row(gemm: tuple[int, int, int], dtype: str, mapping: Mapping, device: Device) -> Table:
    """One launch of a padded product (m, n, k) under a mapping, as a row of the engine's table."""
    m, n, k = mapping.core_tile
    matmul, zero = mapping.matmul(dtype), find_kernel("linear_zero", mapping.c_dtype)
    tick = TimeBase.of(device).array_ticks
    numbers = (
        *gemm,
        *mapping.core_tile,
        *mapping.grid,
        mapping.staged_k,
        mapping.ports == "spread",
        mapping.c_depth,
        mapping.b_layout == "column",
        dtype_bytes(dtype),
        dtype_bytes(mapping.c_dtype),
        *(matmul.block or (0, 0, 0)),
        matmul.cycles(device, m, k, n) * tick,
        zero.cycles(device, m * n) * tick,
    )
    return np.array(numbers, dtype=np.int64)


def time_launches(rows: Table, device: Device, threads: int | None = None) -> BatchTimes:
    """Launches × LAUNCH_COLUMNS, timed over as many threads as this process may use.

    Raises ValueError for sizes that are no whole blocks.
    """
    table = np.ascontiguousarray(rows, dtype=np.int64)
    raw = _engine.time_launches(table, engine_device(device), threads or usable_cores())
    return BatchTimes(raw[:, 0], raw[:, 1], raw[:, 2:10], raw[:, 10], raw[:, 11])


def least_ticks(rows: Table, device: Device, threads: int | None = None) -> npt.NDArray[np.float64]:
    """The least that each launch can take, as `designs.bounds` has it, in ticks.

    Below zero where no DMA of the device makes one of the walks. Raises ValueError as
    time_launches does.
    """
    table = np.ascontiguousarray(rows, dtype=np.int64)
    return _engine.least_ticks(table, engine_device(device), threads or usable_cores())


def usable_cores() -> int:
    """Cores that this process may run on."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


@lru_cache(maxsize=16)
def engine_device(device: Device) -> _engine.GemmDevice:
    """A device's costs in ticks and the limits of its walks, as the engine takes them."""
    base = TimeBase.of(device)
    cycle, controller = base.array_ticks, base.controller_ticks
    found = _engine.GemmDevice()
    found.set_core_costs(
        device.lock_acquire_cycles * cycle,
        device.lock_release_cycles * cycle,
        device.call_cycles * cycle,
    )
    found.set_channels(
        4000 * cycle // device.stream_bytes_per_cycle,
        device.bd_setup_cycles * cycle,
        device.bd_chain_cycles * cycle,
        device.mem_turnaround_cycles * cycle,
        device.stream_latency_cycles * cycle,
    )
    found.set_shims(
        device.shim_mm2s_millicycles_per_word * cycle,
        device.shim_s2mm_millicycles_per_word * cycle,
        _task_setups(device, device.shim_mm2s_task_cycles, device.shim_mm2s_cold_cycles, cycle),
        _task_setups(device, device.shim_s2mm_task_cycles, device.shim_s2mm_cold_cycles, cycle),
        device.shim_queue_depth,
    )
    found.set_controller(
        device.issue_task_cycles * controller,
        device.token_last_cycles * controller,
        device.token_other_cycles * controller,
    )
    found.set_ddr(
        _ratio(device.ddr_gbps),
        _ratio(device.ddr_run_ns),
        _ratio(device.ddr_page_ns),
        _ratio(device.shim_run_ns),
        base.tick_hz,
    )
    found.set_walks(
        device.mem_dma_dims,
        device.shim_dma_dims,
        list(device.shim_dim_sizes),
        device.dma_granularity_bytes,
    )
    return found


# A worker process may end before its modules do, and the engine complains of what is left then.
atexit.register(engine_device.cache_clear)


def _task_setups(device: Device, task: int, cold: int, cycle: int) -> list[int]:
    return [
        (task + round(cold * device.shim_cold_decay**place)) * cycle for place in range(COLD_TASKS)
    ]


def _ratio(value: float) -> tuple[int, int]:
    exact = Fraction(str(value))
    return exact.numerator, exact.denominator
