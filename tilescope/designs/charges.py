"""What a device charges for the steps of a launch, in array cycles."""

from __future__ import annotations

from functools import lru_cache

from tilescope.designs.mapping import Mapping
from tilescope.designs.pages import PAGE_BYTES
from tilescope.devices.device import Device
from tilescope.kernels.catalog import find_kernel
from tilescope.kernels.contract import Kernel

COLD_TASKS = 16  # by then the cold start of a channel has decayed


class Charges:
    """The costs of a device in array cycles, and of its kernels' calls as they are asked for."""

    def __init__(self, device: Device) -> None:
        controller = device.clock_mhz / device.controller_clock_mhz
        self.device = device
        self.us = 1 / device.clock_mhz
        self.issue = device.issue_task_cycles * controller
        self.token = device.token_other_cycles * controller
        self.last_token = device.token_last_cycles * controller
        self.word = 4 / device.stream_bytes_per_cycle
        self.read_word = device.shim_mm2s_millicycles_per_word / 1000
        self.write_word = device.shim_s2mm_millicycles_per_word / 1000
        self.setup = device.bd_setup_cycles
        self.between = device.bd_chain_cycles + device.bd_setup_cycles
        self.to_core = device.stream_latency_cycles
        self.to_mem = device.mem_turnaround_cycles
        self.acquire = device.lock_acquire_cycles
        self.release = device.lock_release_cycles
        self.call = device.call_cycles
        self.ddr_byte = device.clock_mhz / device.ddr_gbps / 1000
        self.ddr_run = clock_cycles(device.ddr_run_ns, device)
        self.ddr_page = clock_cycles(device.ddr_page_ns, device) / PAGE_BYTES
        self.interface_run = clock_cycles(device.shim_run_ns, device)
        reads = (device.shim_mm2s_task_cycles, device.shim_mm2s_cold_cycles)
        writes = (device.shim_s2mm_task_cycles, device.shim_s2mm_cold_cycles)
        self._reads = _starts(*reads, device.shim_cold_decay)
        self._writes = _starts(*writes, device.shim_cold_decay)
        self.first_read = self._reads[1]
        self.first_write = self._writes[1]
        self._kernels: dict[tuple[object, ...], tuple[Kernel, Kernel]] = {}
        self._calls: dict[tuple[object, ...], tuple[int, int]] = {}

    def paced_word(self, run_bytes: float) -> float:
        """A word's time at a shim's interface, which takes runs of so many bytes one by one.

        Less what the engine may round away: it holds a pace in parts of 1024 of the port's own.
        """
        return max(0.0, self.interface_run * 4 / run_bytes - self.read_word / 1024)

    def read_starts(self, tasks: int) -> float:
        """What the first so many tasks of a channel that reads DDR take to start, one by one."""
        return _sum(self._reads, tasks)

    def write_starts(self, tasks: int) -> float:
        """The same of a channel that writes."""
        return _sum(self._writes, tasks)

    def core_calls(self, mapping: Mapping, dtype: str) -> tuple[int, int]:
        """Cycles of one call of a mapping's product and of the call that clears its C.

        Raises InputError where there is no such kernel, or none of these sizes.
        """
        way = (
            dtype,
            mapping.kernel,
            mapping.emulation,
            mapping.c_dtype,
            mapping.generation,
            mapping.b_layout,
            mapping.toolchain,
        )
        key = (way, mapping.core_tile)
        found = self._calls.get(key)
        if found is None:
            if way not in self._kernels:
                clear = find_kernel("linear_zero", mapping.c_dtype)
                self._kernels[way] = (mapping.matmul(dtype), clear)
            matmul, clear = self._kernels[way]
            m, n, k = mapping.core_tile
            found = (matmul.cycles(self.device, m, k, n), clear.cycles(self.device, m * n))
            self._calls[key] = found
        return found


def clock_cycles(ns: float, device: Device) -> float:
    """Nanoseconds as cycles of the array's clock."""
    return ns * device.clock_mhz / 1000


@lru_cache(maxsize=64)
def charges_of(device: Device) -> Charges:
    """The charges of a device, worked out once."""
    return Charges(device)


def _starts(task: int, cold: int, decay: float) -> list[int]:
    """Running sums of what a channel's tasks take to start, the first COLD_TASKS of them."""
    sums = [0]
    for place in range(COLD_TASKS):
        sums.append(sums[-1] + task + round(cold * decay**place))
    return sums


def _sum(sums: list[int], tasks: int) -> int:
    if tasks <= COLD_TASKS:
        return sums[tasks]
    return sums[-1] + (tasks - COLD_TASKS) * (sums[-1] - sums[-2])
