"""The baseline's use of the CPU's caches: hardware counters, or a simulator of caches on request.

Both are programs beside us: `perf stat` counts for this very process while calls follow one
another; `valgrind --tool=cachegrind` runs the product in a process of its own, on a model of this
machine's caches, twice, so that what only starting takes drops out.
"""

from __future__ import annotations

import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Protocol

from tilescope.quantities.names import check_choice
from tilescope.quantities.shapes import ceil_div
from tilescope.runs.counters import Cache, CacheLevel
from tilescope.workloads.gemm import Gemm

EVENTS = ("L1-dcache-loads", "L1-dcache-load-misses", "cache-references", "cache-misses")
PERF_S = 0.3
SETTLE_S = 0.1
LEAST_CALLS = 3
LEAST_MACS = 1_000_000_000
"""What the calls of cachegrind multiply at least, to stand out from starting Python."""
STARTING_VARIES = 0.01
"""Of the misses that starting takes; the last level's were seen to vary by 0.8 %."""
CACHEGRIND_S = 900
ALONE = {"OMP_NUM_THREADS": "1", "MKL_NUM_THREADS": "1", "PYTHONHASHSEED": "0"}
PROGRAM = "tilescope.profiling.product"


class CacheCounter(Protocol):
    """Something that counts what caches were asked for and did not hold."""

    def count(self, gemm: Gemm, call: Callable[[], object]) -> Cache:
        """The figures of one call, or why there are none."""
        ...


def find_counter(name: str) -> CacheCounter:
    """The counter of a name: perf or cachegrind.

    Raises:
        InputError: there is no such counter.
    """
    counters: dict[str, CacheCounter] = {"perf": Perf(), "cachegrind": Cachegrind()}
    return counters[check_choice("cache counter", name, tuple(counters))]


class Perf:
    """The processor's own counters, through `perf stat`."""

    def count(self, gemm: Gemm, call: Callable[[], object]) -> Cache:
        """The counts of one call, on average over as many as fit into a moment."""
        if (perf := shutil.which("perf")) is None:
            return Cache(missing="perf is not installed (package linux-perf or linux-tools)")
        with tempfile.TemporaryDirectory() as folder:
            out = Path(folder, "perf.csv")
            command = [perf, "stat", "-x", ";", "-o", str(out), "-e", ",".join(EVENTS)]
            with subprocess.Popen(
                [*command, "-p", str(os.getpid())],
                stdout=subprocess.DEVNULL,
                stderr=subprocess.PIPE,
                text=True,
            ) as process:
                time.sleep(SETTLE_S)
                calls, start = 0, time.perf_counter()
                while time.perf_counter() - start < PERF_S:
                    call()
                    calls += 1
                process.send_signal(signal.SIGINT)
                said = process.communicate(timeout=20)[1]
            text = out.read_text(encoding="utf-8") if out.exists() else ""
        return read_perf(text, calls, said)


def read_perf(text: str, calls: int, said: str = "") -> Cache:
    """The figures in what `perf stat -x ;` wrote for so many calls."""
    counts: dict[str, float] = {}
    for line in text.splitlines():
        fields = line.split(";")
        if len(fields) > 2 and re.fullmatch(r"[0-9.]+", fields[0]):
            counts[fields[2].split(":")[0]] = float(fields[0]) / calls
    pairs = (("L1 data", EVENTS[0], EVENTS[1]), ("last level", EVENTS[2], EVENTS[3]))
    levels = tuple(
        CacheLevel(level=level, accesses=counts.get(asked), misses=counts[missed])
        for level, asked, missed in pairs
        if missed in counts
    )
    if levels:
        return Cache(kind="measured", levels=levels, source=f"perf stat, {calls} calls")
    reason = "this machine exposes no counters of its caches, as is usual for virtual machines"
    if "paranoid" in said or "permission" in said.lower():
        reason = "counting is for root alone; `sudo sysctl kernel.perf_event_paranoid=1`"
    return Cache(missing=f"perf: {reason}; `--cache cachegrind` simulates them")


class Cachegrind:
    """Valgrind's model of caches, of this machine's sizes where it knows them."""

    def count(self, gemm: Gemm, call: Callable[[], object]) -> Cache:
        """The counts of one call: of many calls less those of one, over how many more."""
        if (valgrind := shutil.which("valgrind")) is None:
            return Cache(missing="valgrind is not installed (package valgrind)")
        try:
            calls = max(LEAST_CALLS, ceil_div(LEAST_MACS, gemm.macs))
            one, more = (self._run(valgrind, gemm, n) for n in (1, 1 + calls))
        except subprocess.TimeoutExpired:
            return Cache(missing=f"cachegrind took longer than {CACHEGRIND_S} s")
        except ChildProcessError as error:
            return Cache(missing=f"cachegrind: {error}")
        return difference(one, more, calls)

    def _run(self, valgrind: str, gemm: Gemm, calls: int) -> dict[str, float]:
        """The totals of a process that makes so many calls."""
        with tempfile.TemporaryDirectory() as folder:
            out = Path(folder, "cachegrind.out")
            command = [valgrind, "--tool=cachegrind", "--cache-sim=yes"]
            command += [f"--cachegrind-out-file={out}", sys.executable, "-m", PROGRAM]
            command += [*map(str, (gemm.m, gemm.n, gemm.k)), gemm.dtype, str(calls)]
            done = subprocess.run(
                command,
                env={**os.environ, **ALONE},
                capture_output=True,
                text=True,
                timeout=CACHEGRIND_S,
                check=False,
            )
            if done.returncode != 0 or not out.exists():
                said = done.stderr.strip().splitlines() or ["no output"]
                raise ChildProcessError(said[-1])
            return read_cachegrind(out.read_text(encoding="utf-8", errors="replace"))


def difference(one: dict[str, float], more: dict[str, float], calls: int) -> Cache:
    """The counts of one call, of two processes of which the second made so many more.

    A count that grew by less than starting Python varies is left out: it is not known.
    """
    grown: dict[str, float] = {}
    for name, parts in (("all", ("Dr", "Dw")), ("L1", ("D1mr", "D1mw")), ("LL", ("DLmr", "DLmw"))):
        before, after = (sum(counts[part] for part in parts) for counts in (one, more))
        if after - before > STARTING_VARIES * before:
            grown[name] = (after - before) / calls
    if "all" not in grown or "L1" not in grown:
        return Cache(missing="cachegrind: the product is lost in what starting Python takes")
    levels = [CacheLevel(level="L1 data", accesses=grown["all"], misses=grown["L1"])]
    if "LL" in grown:
        levels.append(CacheLevel(level="last level", accesses=grown["L1"], misses=grown["LL"]))
    source = f"cachegrind, {calls} calls on one thread with what valgrind knows of this CPU"
    return Cache(kind="simulated", levels=tuple(levels), source=source)


def read_cachegrind(text: str) -> dict[str, float]:
    """The totals in a file that cachegrind wrote, by its own names of events."""
    names = re.search(r"^events: (.*)$", text, re.MULTILINE)
    totals = re.search(r"^summary: (.*)$", text, re.MULTILINE)
    if names is None or totals is None:
        raise ChildProcessError("its output holds no totals")
    values = map(float, totals[1].replace(",", "").split())
    return dict(zip(names[1].split(), values, strict=True))
