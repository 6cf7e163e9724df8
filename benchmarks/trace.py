"""What a trace of a million spans takes: time, bytes on disk, and memory of a process of its own.

    python benchmarks/trace.py [--chrome] [--folder DIR]

Two runs: one launch with more than a million spans (3072×3072×768 under fused-k, timed only), and
all 1,872 launches of up_proj, q_proj and o_proj under per-tile (--every-launch).
Marks: 10 s, 100 MB on disk, 500 MB of memory.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

MARK_S, MARK_DISK_MB, MARK_MEMORY_MB = 10.0, 100.0, 500.0

WRITE = """
import json, resource, sys, time
from pathlib import Path
from tilescope.reports.traces.writing import write_trace
started = time.perf_counter()
write_trace(Path(sys.argv[1]), Path(sys.argv[2]), chrome="chrome" in sys.argv[3:],
            every="every" in sys.argv[3:], force=True)
took_s = time.perf_counter() - started
memory_kib = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
cpu_s = time.process_time()
print(json.dumps({"took_s": took_s, "cpu_s": cpu_s, "memory_mb": memory_kib * 1024 / 1e6}))
"""


def main() -> None:
    """Profile, write, and hold against the marks; exit code 1 where one is missed."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--chrome", action="store_true", help="Chrome's JSON, which has no mark")
    parser.add_argument("--folder", help="keep the files there")
    options = parser.parse_args()
    folder = Path(options.folder or tempfile.mkdtemp(prefix="tilescope-trace-"))
    folder.mkdir(parents=True, exist_ok=True)
    missed = False
    for name, arguments, every in (
        ("one launch", ["gemm", "3072", "3072", "768", "--mapping", "fused-k"], False),
        ("every launch", ["linear", "--test-case", "up_proj,q_proj,o_proj"], True),
    ):
        path = profile(folder, name.replace(" ", "-"), arguments)
        missed = measure(name, path, every=every, chrome=options.chrome) or missed
    raise SystemExit(1 if missed else 0)


def profile(folder: Path, name: str, arguments: list[str]) -> Path:
    """A run file with timelines; the NPU's time alone."""
    path = folder / f"{name}.json"
    verb = [sys.executable, "-m", "tilescope", *arguments, "--timing-only", "--timeline"]
    subprocess.run([*verb, "--json", str(path), "--force", "-q"], check=True)
    return path


def measure(name: str, path: Path, *, every: bool, chrome: bool) -> bool:
    """Write the trace in a process of its own; whether a mark was missed."""
    out = path.with_suffix(".trace.json" if chrome else ".perfetto-trace")
    words = [*(["chrome"] if chrome else []), *(["every"] if every else [])]
    told = subprocess.run(
        [sys.executable, "-c", WRITE, str(path), str(out), *words],
        check=True,
        capture_output=True,
        text=True,
    ).stdout
    found = json.loads(told)
    spans = count_spans(path, every=every)
    disk_mb = os.path.getsize(out) / 1e6
    per_million = 1e6 / spans
    print(
        f"{name}: {spans:,} spans in {found['took_s']:.2f} s ({found['cpu_s']:.2f} s of CPU, "
        f"imports included), {disk_mb:.1f} MB on disk, "
        f"{found['memory_mb']:.0f} MB of memory; a million: {found['took_s'] * per_million:.2f} s, "
        f"{disk_mb * per_million:.1f} MB"
    )
    if spans < 1e6:
        print(f"{name}: fewer than a million spans")
        return True
    if chrome:
        return False
    return (
        found["took_s"] * per_million > MARK_S
        or disk_mb * per_million > MARK_DISK_MB
        or found["memory_mb"] > MARK_MEMORY_MB
    )


def count_spans(path: Path, *, every: bool) -> int:
    """Spans that the trace holds."""
    from tilescope.runs.files import read_run
    from tilescope.runs.timeline import read_timeline

    spans = 0
    for case in read_run(path).cases:
        for launch in read_timeline(path.with_name(str(case.timeline))).launches:
            spans += len(launch.spans) * (launch.count if every else 1)
    return spans


if __name__ == "__main__":
    main()
