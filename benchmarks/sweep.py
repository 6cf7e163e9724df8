"""What a sweep of simulated products takes here: on this machine's cores, and on a Dask cluster.

    python benchmarks/sweep.py [--points 10000] [--jobs 2]

The same points run twice: by local processes, then by as many Dask workers (one thread each) with
a scheduler of their own, started for this and stopped again. As many points whose tiles are left to
be chosen run by the local processes, too. The clock runs from the call to the
written file, processes and all; a cluster that is there already is not part of its time. Every
line names its figure, the mark it is held against, and whether it is met. The machine's load
stands above, for on a busy machine the marks mean little; the processors' time that a sweep took
is its own either way.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil

from tilescope.profiling.sweeps.axes import parse_axes
from tilescope.profiling.sweeps.plan import SweepPlan
from tilescope.profiling.sweeps.reading import read_sweep
from tilescope.profiling.sweeps.sweep import run_sweep
from tilescope.profiling.sweeps.workers import DaskWorkers, LocalWorkers, Workers
from tilescope.workloads.cases import default_test_cases

LONGEST_S = 60.0
MOST_SLOWER = 1.5
CHOSEN = "batch=1:5:1"  # in the place of tiles
TILES = "tile=16x16x64,32,32x32x64,64,64x32x64"
PORT = 18787


def plan_of(points: int, varied: str = TILES) -> SweepPlan:
    """Products of 64×128×128 to 640×1280×1280 (for 10,000), in two dtypes and with five tiles."""
    steps = max(1, round(points / 1000))
    k_last = 128 * steps
    axes = ["M=64:640:64", "N=128:1280:128", f"K=128:{k_last}:128", varied, "dtype=bfloat16,int8"]
    return SweepPlan(parse_axes(axes), default_test_cases()[0])


def seconds(plan: SweepPlan, workers: Workers, folder: Path) -> tuple[float, float]:
    """The wall time of one sweep and its processors' time, checked to have every point once."""
    path = folder / f"{time.monotonic_ns()}.parquet"
    start, before = time.perf_counter(), processor_seconds()
    run_sweep(plan, path, workers)
    taken, spent = time.perf_counter() - start, processor_seconds() - before
    points = read_sweep(path).columns["point"]
    if points != list(range(plan.size)):
        raise SystemExit(f"{path} has not every point once")
    return taken, spent


def processor_seconds() -> float:
    """What this process and all that it started have taken so far."""
    me = psutil.Process()
    family = [me, *me.children(recursive=True)]
    return sum(times.user + times.system for times in (one.cpu_times() for one in family))


def start(part: str, *arguments: str) -> subprocess.Popen[bytes]:
    """A part of a cluster in a process of its own."""
    command = [sys.executable, "-m", f"distributed.cli.{part}", *arguments, "--no-dashboard"]
    command += ["--no-nanny"] if part == "dask_worker" else []
    return subprocess.Popen(command, stderr=subprocess.DEVNULL)


@contextmanager
def cluster(workers: int) -> Iterator[str]:
    """A local scheduler with so many workers; gives its address."""
    address = f"tcp://127.0.0.1:{PORT}"
    started = [start("dask_scheduler", "--host", "127.0.0.1", "--port", str(PORT))]
    try:
        started += [start("dask_worker", address, "--nthreads", "1") for _ in range(workers)]
        yield address
    finally:
        for process in started:  # asked to end, a worker may wait for a scheduler that has gone
            process.kill()
        for process in started:
            process.wait()


def show(what: str, figure: float, unit: str, most: float) -> bool:
    """Print a line; whether the mark is met."""
    met = figure <= most
    print(f"{what:<58} {figure:8.2f} {unit} (at most {most:g})  {'met' if met else 'MISSED'}")
    return met


def tell(spent: float, points: int) -> None:
    """Print what the processors took, which no other program's load changes much."""
    print(f"  processors' time: {spent:.1f} s, {spent / points * 1e3:.1f} ms a point")


def main() -> int:
    """Run both; exit code 1 where a mark is missed."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--points", type=int, default=10_000)
    parser.add_argument("--jobs", type=int, default=2)
    given = parser.parse_args()
    plan = plan_of(given.points)
    load = ", ".join(f"{one:.2f}" for one in os.getloadavg())
    print(f"{plan.size:,} points; {os.cpu_count()} cores, load {load} before")
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        local, local_spent = seconds(plan, LocalWorkers(given.jobs), folder)
        most = LONGEST_S * plan.size / 10_000
        met = show(f"{given.jobs} local processes", local, "s", most)
        tell(local_spent, plan.size)
        chosen, chosen_spent = seconds(
            plan_of(given.points, CHOSEN), LocalWorkers(given.jobs), folder
        )
        met &= show(f"{given.jobs} local processes, tiles chosen", chosen, "s", most)
        tell(chosen_spent, plan.size)
        with cluster(given.jobs) as address:
            workers = DaskWorkers(address)
            workers.client.wait_for_workers(given.jobs, timeout=60)
            dask, dask_spent = seconds(plan, workers, folder)
            workers.close()
    met &= show(
        f"{given.jobs} Dask workers, over the local processes", dask / local, "×", MOST_SLOWER
    )
    tell(dask_spent, plan.size)
    print(f"load {', '.join(f'{one:.2f}' for one in os.getloadavg())} after")
    return 0 if met else 1


if __name__ == "__main__":
    sys.exit(main())
