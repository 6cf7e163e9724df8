"""How long reports of all seven projections with timelines take, and how large they are.

    python benchmarks/reports.py [--only html] [--repeat 5]

Each run is profiled once, into a folder that is removed afterwards; then the report is made in
fresh processes, start and imports included. Seconds are the median of them, beside them what the
processor worked, and memory is the largest that one held. The limits are those that reports are
held to; on a busy machine only the processor's seconds say whether they would be.
"""

from __future__ import annotations

import argparse
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

MAPPINGS = ("per-tile", "fused-k", "whole-array")
HTML_SECONDS = 3.0
HTML_BYTES = 6_000_000


@dataclass(frozen=True)
class Finding:
    """One report: its seconds and the most they may be, its bytes likewise, and its memory."""

    name: str
    seconds: float
    cpu_seconds: float
    most_seconds: float
    written_bytes: int
    most_bytes: int
    peak_bytes: int

    @property
    def held(self) -> bool:
        """Whether both limits are kept."""
        return self.seconds <= self.most_seconds and self.written_bytes <= self.most_bytes


def tilescope(*arguments: str | Path) -> tuple[float, float, int]:
    """Run a verb in a fresh process; seconds, the processor's, and the most bytes that it held."""
    command = [sys.executable, "-m", "tilescope", *map(str, arguments)]
    start = time.perf_counter()
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL)
    _, status, used = os.wait4(process.pid, 0)
    seconds = time.perf_counter() - start
    if status:
        raise SystemExit(f"{' '.join(command)} ended with {os.waitstatus_to_exitcode(status)}")
    return seconds, used.ru_utime + used.ru_stime, used.ru_maxrss * 1024


def html(folder: Path, repeat: int) -> Iterator[Finding]:
    """The report of each mapping's run."""
    for mapping in MAPPINGS:
        run, report = folder / f"{mapping}.json", folder / f"{mapping}.html"
        tilescope(
            "linear", "--mapping", mapping, "--num-runs", "3", "--json", run, "--timeline", "-q"
        )
        taken = [tilescope("report", "html", run, "-o", report, "--force") for _ in range(repeat)]
        yield Finding(
            f"html {mapping}",
            statistics.median(seconds for seconds, _, _ in taken),
            statistics.median(worked for _, worked, _ in taken),
            HTML_SECONDS,
            report.stat().st_size,
            HTML_BYTES,
            max(peak for *_, peak in taken),
        )


REPORTS: dict[str, Callable[[Path, int], Iterator[Finding]]] = {"html": html}


def main() -> None:
    """Prints a line for each report; the exit code is 1 where a limit is not kept."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--only", choices=tuple(REPORTS), help="one kind of report")
    parser.add_argument("--repeat", type=int, default=5, help="processes for each report")
    arguments = parser.parse_args()
    wanted = [arguments.only] if arguments.only else list(REPORTS)
    held = True
    heads = ("seconds", "at most", "CPU s", "MB", "at most", "peak MB")
    print(f"{'report':<18}" + "".join(f" {head:>8}" for head in heads))
    with tempfile.TemporaryDirectory() as folder:
        for name in wanted:
            for found in REPORTS[name](Path(folder), max(1, arguments.repeat)):
                held &= found.held
                print(
                    f"{found.name:<18} {found.seconds:8.2f} {found.most_seconds:8.1f} "
                    f"{found.cpu_seconds:8.2f} {found.written_bytes / 1e6:8.2f} "
                    f"{found.most_bytes / 1e6:8.1f} {found.peak_bytes / 1e6:8.0f}",
                    flush=True,
                )
    if not held:
        raise SystemExit("a limit is not kept")


if __name__ == "__main__":
    main()
