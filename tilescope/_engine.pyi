"""The compiled dataflow engine; see engine/include/tilescope. Times are ticks of the program."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

class SimulationError(Exception): ...

class Program:
    def __init__(self) -> None: ...
    def set_costs(self, acquire: int, release: int, call: int) -> None: ...
    def add_buffer(self, buffer_bytes: int, storage: int) -> int: ...
    def add_host_buffer(self, host_bytes: int) -> int: ...
    def add_lock(self, name: str, initial: int, cause: int) -> int: ...
    def add_channel(
        self,
        name: str,
        place: int,
        reads_memory: bool,
        word_milliticks: int,
        setup: int,
        chain: int,
        first: int,
        queue_depth: int,
        task_setup: Sequence[int],
    ) -> int: ...
    def add_descriptor(
        self,
        channel: int,
        host: bool,
        memory: int,
        offset_bytes: int,
        levels: Sequence[tuple[int, int]],
        run_bytes: int,
        acquire_lock: int,
        release_lock: int,
        following: int,
        ddr_load: int,
        acquire_count: int = 1,
        release_count: int = 1,
        acquire_equal: bool = False,
        packet: int = -1,
    ) -> int: ...
    def descriptors_of(self, channel: int) -> int: ...
    def set_initial_bytes(self, buffer: int, initial: bytes) -> None: ...
    def add_packet_flow(
        self, source: int, latency: int, routes: Sequence[tuple[int, Sequence[int]]]
    ) -> int: ...
    def add_flow(self, source: int, targets: Sequence[int], latency: int) -> int: ...
    def add_core(self, name: str) -> int: ...
    def add_port(
        self, core: int, name: str, acquire: int, release: int, buffers: Sequence[int]
    ) -> int: ...
    def add_call(
        self,
        core: int,
        kernel: int,
        ticks: int,
        pointers: Sequence[tuple[int, int, int]],
        scalars: Sequence[int],
    ) -> int: ...
    def set_steps(self, core: int, steps: Sequence[tuple[int, int, int]]) -> None: ...
    def add_controller_step(
        self, kind: int, ticks: int, channel: int, descriptor: int, task: int
    ) -> None: ...
    def add_controller_write(
        self, ticks: int, buffer: int, offset_bytes: int, word: int
    ) -> None: ...
    def add_kernel(self, name: str, thunk: int) -> int: ...
    def check(self) -> None: ...

class Plan:
    def __init__(self, programs: Sequence[Program]) -> None: ...
    def run(
        self,
        arrays: Sequence[npt.NDArray[np.uint8]],
        steps: npt.NDArray[np.int64],
        spans: bool = False,
        max_steps: int = ...,
        objects: bool = False,
    ) -> list[dict[str, Any]]: ...

def run_timing(
    program: Program,
    spans: bool = False,
    max_steps: int = ...,
    extrapolate: bool = True,
    objects: bool = False,
) -> dict[str, Any]: ...
def copy_walk(
    source: npt.NDArray[np.uint8],
    source_offset: int,
    source_levels: Sequence[tuple[int, int]],
    source_run: int,
    target: npt.NDArray[np.uint8],
    target_offset: int,
    target_levels: Sequence[tuple[int, int]],
    target_run: int,
    pieces: Sequence[int],
) -> None: ...

class GemmDevice:
    def set_core_costs(self, acquire: int, release: int, call: int) -> None: ...
    def set_channels(
        self, word_milliticks: int, setup: int, chain: int, to_mem: int, from_mem: int
    ) -> None: ...
    def set_shims(
        self,
        read_milliticks: int,
        write_milliticks: int,
        read_setup: list[int],
        write_setup: list[int],
        queue_depth: int,
    ) -> None: ...
    def set_controller(self, issue: int, token_last: int, token_other: int) -> None: ...
    def set_ddr(
        self,
        gbps: tuple[int, int],
        run_ns: tuple[int, int],
        page_ns: tuple[int, int],
        interface_ns: tuple[int, int],
        tick_hz: int,
    ) -> None: ...
    def set_walks(
        self, mem_dims: int, shim_dims: int, shim_sizes: list[int], granularity_bytes: int
    ) -> None: ...

def time_launches(
    launches: npt.NDArray[np.int64], device: GemmDevice, threads: int = 1
) -> npt.NDArray[np.int64]: ...
def least_ticks(
    launches: npt.NDArray[np.int64], device: GemmDevice, threads: int = 1
) -> npt.NDArray[np.float64]: ...
def launch_program(launch: npt.NDArray[np.int64], device: GemmDevice) -> Program: ...
def program_numbers(program: Program) -> list[int]: ...
