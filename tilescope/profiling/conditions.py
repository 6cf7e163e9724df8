"""The baseline under other conditions than hot and sustained: cold caches, and after a pause."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from tilescope.profiling.baseline import Call, no_collections
from tilescope.quantities.units import format_bytes

CACHES = "sys/devices/system/cpu/cpu0/cache"
FLUSH_TIMES = 2
UNKNOWN_CACHE_BYTES = 64 << 20
MAX_FLUSH_BYTES = 1 << 30
LEAST_SAMPLES = 3
MOST_SECONDS = 2.0
SCALES = {"K": 1 << 10, "M": 1 << 20, "G": 1 << 30}


def last_level_cache(root: Path = Path("/")) -> int | None:
    """Bytes of the largest cache of the first CPU; None where the machine does not show it."""
    sizes = []
    for file in (root / CACHES).glob("index*/size"):
        try:
            text = file.read_text(encoding="utf-8").strip()
            sizes.append(int(text.rstrip("KMG")) * SCALES.get(text[-1:], 1))
        except (OSError, ValueError):
            continue
    return max(sizes, default=None)


@dataclass(frozen=True)
class Flush:
    """Empties the CPU's caches of what is of use, by writing a buffer twice the largest."""

    bytes: int
    known: bool

    @classmethod
    def of_machine(cls, root: Path = Path("/")) -> Flush:
        """A flush for this machine; where it shows no cache, one of 64 MiB is taken for granted."""
        largest = last_level_cache(root)
        wanted = FLUSH_TIMES * (largest or UNKNOWN_CACHE_BYTES)
        return cls(min(wanted, MAX_FLUSH_BYTES), largest is not None)

    def ready(self) -> Callable[[], None]:
        """A call that writes every cache line of the buffer."""
        buffer = np.zeros(self.bytes, dtype=np.uint8)

        def flush() -> None:
            np.add(buffer, 1, out=buffer)

        return flush

    @property
    def note(self) -> str:
        """What cold means here, for a report."""
        cache = "twice the largest cache" if self.known else "as the caches' sizes are not shown"
        return f"Cold: before each of these calls {format_bytes(self.bytes)} are written, {cache}"


def cold_times(call: Call, num_runs: int, flush: Flush) -> tuple[float, ...]:
    """Wall times in µs of calls that each find the caches flushed; at most about two seconds."""
    return _prepared(call, flush.ready(), num_runs)


def idle_times(call: Call, num_runs: int, pause_s: float) -> tuple[float, ...]:
    """Wall times in µs of calls that each come after a pause; three, or more in two seconds."""
    return _prepared(call, lambda: time.sleep(pause_s), num_runs)


def _prepared(call: Call, prepare: Callable[[], None], num_runs: int) -> tuple[float, ...]:
    """Times of calls with something untimed before each."""
    times_ns: list[int] = []
    began_ns = time.perf_counter_ns()
    with no_collections():
        while len(times_ns) < num_runs:
            prepare()
            start_ns = time.perf_counter_ns()
            call()
            times_ns.append(time.perf_counter_ns() - start_ns)
            spent_s = (time.perf_counter_ns() - began_ns) / 1e9
            if len(times_ns) >= LEAST_SAMPLES and spent_s > MOST_SECONDS:
                break
    return tuple(elapsed_ns / 1e3 for elapsed_ns in times_ns)
