"""How long the seven projections' timing takes here, and in SCALE-Sim and ZigZag.

    python benchmarks/peers.py [--only scalesim|zigzag]

Each peer is installed by pip into a virtual environment of its own under build/peers, which is
kept. Every simulator gets the same seven shapes as 8-bit products, one thread or whatever it takes
by itself, one after the other, in a fresh process. Seconds are those of its own work, imports left
out, and of the whole process. What the peers simulate is another machine (a 32×32 systolic array),
so their cycles stand here to show that the work was done, not for comparison.
"""

from __future__ import annotations

import argparse
import json
import resource
import subprocess
import sys
import tempfile
import time
import venv
from dataclasses import dataclass
from pathlib import Path

from tilescope.workloads.llama import LlamaBlockConfig

ROOT = Path(__file__).parents[1]
ENVIRONMENTS = ROOT / "build" / "peers"
RUNS = Path(__file__).parent / "peer_runs"
REQUIREMENTS = {
    "scalesim": ("scalesim==3.0", "numpy<2.4"),
    "zigzag": ("zigzag-dse==3.9", "six"),
}


@dataclass(frozen=True)
class Finding:
    """One simulator's run: seconds of its own work and of its process, and the cycles it found."""

    name: str
    seconds: float
    process_seconds: float
    cycles: float


def interpreter(peer: str) -> Path:
    """The peer's Python, its environment made and filled where it is not there yet."""
    folder = ENVIRONMENTS / peer
    python = folder / "bin" / "python"
    done = folder / "installed"
    if not done.exists():
        print(f"installing {', '.join(REQUIREMENTS[peer])}", file=sys.stderr)
        venv.create(folder, with_pip=True)
        command = [str(python), "-m", "pip", "install", "--quiet", *REQUIREMENTS[peer]]
        installing = subprocess.run(command, capture_output=True, text=True, check=False)
        if installing.returncode:
            sys.exit(f"pip could not install {peer}:\n{installing.stderr}")
        done.touch()
    return python


def run(name: str, python: Path, shapes: list[tuple[int, int, int]]) -> Finding:
    """One simulator in a fresh process, in a folder of its own that is removed afterwards."""
    script = RUNS / f"{name}_seven.py"
    with tempfile.TemporaryDirectory() as folder:
        start = time.perf_counter()
        done = subprocess.run(
            [str(python), str(script), json.dumps(shapes)],
            cwd=folder,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
            check=True,
        )
        process_seconds = time.perf_counter() - start
    found = json.loads(done.stdout.splitlines()[-1])
    return Finding(name, found["seconds"], process_seconds, found["cycles"])


def main() -> None:
    """Prints a line for each simulator, with its ratio to ours."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--only", choices=REQUIREMENTS, action="append")
    options = parser.parse_args()
    shapes = [(gemm.m, gemm.n, gemm.k) for gemm in LlamaBlockConfig().linear_projections()]
    ours = run("tilescope", Path(sys.executable), shapes)
    print(f"{'':<10} {'work s':>9} {'process s':>9} {'cycles':>11}  ratio to ours, of work")
    for name in (None, *(options.only or REQUIREMENTS)):
        found = ours if name is None else run(name, interpreter(name), shapes)
        ratio = "" if name is None else f"{found.seconds / ours.seconds:,.0f}×"
        print(
            f"{found.name:<10} {found.seconds:9.3f} {found.process_seconds:9.2f} "
            f"{found.cycles:11,.0f}  {ratio}",
            flush=True,
        )
    peak_gb = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss * 1024 / 1e9
    print(f"peak memory of the largest process: {peak_gb:.2f} GB")


if __name__ == "__main__":
    main()
