"""How long `tilescope search` takes for the seven projections, beside ZigZag's own search of them.

    python benchmarks/search.py [--device NAME] [--dtype NAME] [--no-zigzag]

Both search the same seven shapes, one after the other, each in a fresh process. ZigZag searches the
loop orders of its own 32×32 TPU-like array by a formula; tilescope the legal mappings of the NPU,
those that may win simulated. Seconds are those of the search alone, imports left out, and of the
processor as well, which other programs do not lengthen. What was considered, left out and simulated
is printed, and how many mappings the engine simulates a second over all cores, by the processor's
time: those that the search simulates, and any that fit, many of which take a great many calls.

The best mappings stand beside per-tile, each product by itself: of the same dtype, and of float32
with the scalar kernel where the device has one.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
from peers import interpreter

from tilescope.designs.mapping import choose_mapping
from tilescope.devices import load_device
from tilescope.devices.device import Device
from tilescope.search import timing
from tilescope.search.capacity import Numbers
from tilescope.search.limits import Limits
from tilescope.search.products import search
from tilescope.search.settings import SearchSettings
from tilescope.search.space import groups
from tilescope.simulation.batches import BatchTimes, launch_row, time_launches, usable_cores
from tilescope.workloads.gemm import Gemm
from tilescope.workloads.llama import LlamaBlockConfig

RATE_MAPPINGS = 1000


def zigzag_seconds(shapes: list[tuple[int, int, int]]) -> float:
    """Seconds of ZigZag's search of the shapes."""
    script = Path(__file__).parent / "peer_runs" / "zigzag_seven.py"
    with tempfile.TemporaryDirectory() as folder:
        done = subprocess.run(
            [str(interpreter("zigzag")), str(script.resolve()), json.dumps(shapes)],
            cwd=folder,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
            check=True,
        )
    return float(json.loads(done.stdout.splitlines()[-1])["seconds"])


def mappings_a_second(gemm: Gemm, device_name: str) -> float:
    """Mappings drawn from those that fit that the engine simulates a second, over all cores."""
    device = load_device(device_name)
    random = np.random.default_rng(0)
    space = [
        group
        for group in groups(gemm, device, Limits(grid=(device.core_rows, device.columns)))
        if not group.per_tile
    ]
    rows: list[np.ndarray[tuple[int], np.dtype[np.int64]]] = []
    while len(rows) < RATE_MAPPINGS:
        group = space[random.integers(len(space))]
        k, staged = group.staged[random.integers(len(group.staged))]
        m, n = (int(random.choice(sides)) for sides in (group.sides_m, group.sides_n))
        mapping = group.mapping(m, n, k, staged)
        l1 = 2 * (m + n) * k * 2 + group.base.c_depth * m * n * 4
        if l1 <= device.l1_bytes - device.l1_reserved_bytes:
            rows.append(launch_row(mapping.padded(gemm), gemm.dtype, mapping, device))
    start = time.process_time()
    time_launches(np.stack(rows), device)
    return RATE_MAPPINGS / (time.process_time() - start) * usable_cores()


def per_tile_us(settings: SearchSettings, dtype: str, kernel: str) -> float:
    """What the seven take under per-tile as it is by default, one after the other."""
    return sum(
        settings.npu.run(
            gemm, choose_mapping(gemm, "per-tile", settings.device, kernel=kernel)
        ).npu_us
        for gemm in LlamaBlockConfig().linear_projections(dtype)
    )


class Clocked:
    """The engine's batches with the launches that they timed, and the processor's seconds."""

    def __init__(self) -> None:
        self.launches, self.seconds = 0, 0.0

    def __call__(self, rows: Numbers, device: Device) -> BatchTimes:
        """One batch, timed."""
        start = time.process_time()
        times = time_launches(rows, device)
        self.seconds += time.process_time() - start
        self.launches += len(rows)
        return times


def main() -> None:
    """Prints the seconds of both searches, our space, and the rate of simulation."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--device", default="npu1")
    parser.add_argument("--dtype", default="bfloat16")
    parser.add_argument("--no-zigzag", action="store_true")
    options = parser.parse_args()
    gemms = LlamaBlockConfig().linear_projections(options.dtype)
    settings = SearchSettings(device_name=options.device)
    clocked = Clocked()
    timing.time_launches = clocked  # type: ignore[assignment]
    start, processor = time.perf_counter(), time.process_time()
    found = search("linear", gemms, settings, fuse=False)
    seconds = time.perf_counter() - start
    processor_seconds = time.process_time() - processor
    print(
        f"tilescope: {seconds:.1f} s ({processor_seconds:.1f} s of the processor) for "
        f"{found.considered:,} mappings considered, {found.pruned:,} left out, "
        f"{found.simulated:,} simulated"
    )
    print(f"best {found.best_us / 1e3:.3f} ms, bound {found.bound_us / 1e3:.3f} ms")
    for product in found.products:
        print(f"  {product.name:<10} {product.times_bound:.3f} times its bound")
    for dtype, kernel in ((options.dtype, "vector"), ("float32", "scalar")):
        us = per_tile_us(settings, dtype, kernel)
        ratio = us / found.best_us
        print(
            f"per-tile, {dtype}, {kernel} kernel: {us / 1e3:,.1f} ms, {ratio:,.0f} times the best"
        )
    rate = clocked.launches / clocked.seconds * usable_cores()
    print(f"{rate:,.0f} mappings simulated a second on {usable_cores()} cores, those of the search")
    for gemm in gemms:
        rate = mappings_a_second(gemm, options.device)
        print(
            f"  {gemm.name:<10} {rate:,.0f} mappings simulated a second on {usable_cores()} cores"
        )
    if not options.no_zigzag:
        theirs = zigzag_seconds([(gemm.m, gemm.n, gemm.k) for gemm in gemms])
        print(f"ZigZag: {theirs:.1f} s, {theirs / seconds:.1f} times ours", file=sys.stdout)


if __name__ == "__main__":
    main()
