"""What the simulated NPU costs on this machine, beside PyTorch in the same process.

    python benchmarks/engine.py [--repeats N] [--isa portable]

Every line names its figure, the mark it is held against, and whether it is met. Ratios are of
medians, one thread each (PyTorch is set to one; the engine has one), the two run in turn. A plan
is prepared and bound to its arrays once, as a program is compiled and its buffers are made once;
what is timed is its run, in function and time.
"""

from __future__ import annotations

import argparse
import os
import resource
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial

from tilescope.designs.mapping import FAMILIES, Mapping, choose_mapping
from tilescope.designs.plan import make_plan
from tilescope.designs.request import MappingRequest, resolve
from tilescope.devices.catalog import load_device
from tilescope.profiling.inputs import make_inputs
from tilescope.simulation.simulate import PreparedDesign, PreparedPlan
from tilescope.workloads.gemm import Gemm
from tilescope.workloads.llama import LlamaBlockConfig


@dataclass(frozen=True)
class Mark:
    """One figure and the most it may be."""

    what: str
    figure: float
    most: float
    unit: str

    def __str__(self) -> str:
        verdict = "met" if self.figure <= self.most else "MISSED"
        return (
            f"{self.what:<65} {self.figure:8.3f} {self.unit:<4} (at most {self.most:g})  {verdict}"
        )


def seconds(work: Callable[[], object]) -> float:
    """The wall time of one call."""
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def ratio(ours: Callable[[], object], theirs: Callable[[], object], repeats: int) -> float:
    """Median over median of the two run in turn, after three turns to warm up."""
    pairs = [(seconds(ours), seconds(theirs)) for _ in range(repeats + 3)][3:]
    ours_s, theirs_s = zip(*pairs, strict=True)
    return statistics.median(ours_s) / statistics.median(theirs_s)


def prepared(gemm: Gemm, family: str) -> Callable[[], object]:
    """The engine's run of a product on npu1, in function and time, on the profile's inputs."""
    device = load_device("npu1")
    plan = PreparedPlan(make_plan(gemm, choose_mapping(gemm, family, device)), device)
    return plan.bind(make_inputs(gemm, seed=0)).run


def torch_product(gemm: Gemm) -> Callable[[], object]:
    """PyTorch's product of the same shape and dtype, on one thread; `_int_mm` for int8."""
    import torch

    torch.set_num_threads(1)
    if gemm.dtype == "int8":
        left, right = map(torch.from_numpy, make_inputs(gemm, seed=0))
        return lambda: torch._int_mm(left, right)
    dtype = getattr(torch, gemm.dtype)
    x, w = torch.randn(gemm.m, gemm.k).to(dtype), torch.randn(gemm.n, gemm.k).to(dtype)
    return lambda: torch.nn.functional.linear(x, w)


def against_torch(repeats: int) -> list[Mark]:
    """q_proj against PyTorch, by dtype and mapping."""
    marks = []
    for dtype, family, most in (
        ("bfloat16", "fused-k", 1.5),
        ("bfloat16", "per-tile", 4.0),
        ("float32", "fused-k", 10.0),
        ("float32", "per-tile", 10.0),
        ("int8", "fused-k", 2.0),
    ):
        q_proj = LlamaBlockConfig().linear_projections(dtype)[0]
        figure = ratio(prepared(q_proj, family), torch_product(q_proj), repeats)
        marks.append(Mark(f"q_proj {dtype} {family}, function and time", figure, most, "×"))
    return marks


def all_seven(repeats: int) -> Mark:
    """All seven float32 cases, function and time."""
    runs = [prepared(gemm, "per-tile") for gemm in LlamaBlockConfig().linear_projections("float32")]
    totals = [sum(seconds(run) for run in runs) for _ in range(repeats)]
    return Mark("seven projections float32 per-tile", statistics.median(totals), 0.4, "s")


def all_dtypes(repeats: int) -> Mark:
    """The time of the seven projections on both generations in every dtype, without data."""
    designs = [
        PreparedDesign(launch.design, device, with_data=False)
        for device in map(load_device, ("npu1", "npu2"))
        for dtype in ("float32", "bfloat16", "int8", "int16", "int32")
        for family in FAMILIES
        for gemm in LlamaBlockConfig().linear_projections(dtype)
        for launch in make_plan(gemm, choose_mapping(gemm, family, device)).launches
    ]
    totals = [sum(seconds(design.time) for design in designs) for _ in range(repeats)]
    what = "seven projections, npu1 and npu2, all dtypes and mappings, timing"
    return Mark(what, statistics.median(totals), 1.0, "s")


def large_timing() -> list[Mark]:
    """The time of 4096³ designs, without data, each step evaluated and with steady states."""
    device = load_device("npu1")
    gemm = Gemm("4096", 4096, 4096, 4096, "bfloat16")
    marks = []
    fused = Mapping("fused-k", (64, 64, 64), (4, 4), emulation=None, c_depth=1)
    whole = resolve(MappingRequest(family="whole-array"), gemm, device)
    for mapping, most in (
        (replace(fused, ports="single"), 0.2),
        (replace(fused, ports="spread"), 0.2),
        (whole, 0.05),
    ):
        design = PreparedDesign(
            make_plan(gemm, mapping).launches[0].design, device, with_data=False
        )
        for extrapolate in (True, False):
            times = [seconds(partial(design.time, extrapolate=extrapolate)) for _ in range(5)]
            how = "" if extrapolate else ", step by step"
            figure = statistics.median(times)
            what = f"4096³ {mapping.family} {mapping.ports}, timing only{how}"
            marks.append(Mark(what, figure, most if extrapolate else 0.2, "s"))
    return marks


def commands(repeats: int) -> list[Mark]:
    """`tilescope --help`, and the whole default profile with its peak memory."""
    run = [sys.executable, "-m", "tilescope"]
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL, "check": True}
    subprocess.run([*run, "--help"], **quiet)  # type: ignore[call-overload]
    helps = [
        seconds(lambda: subprocess.run([*run, "--help"], **quiet))  # type: ignore[call-overload]
        for _ in range(repeats)
    ]
    profile = seconds(lambda: subprocess.run([*run, "linear"], **quiet))  # type: ignore[call-overload]
    peak_kib = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss
    tiles = [
        seconds(lambda: subprocess.run([*run, "tile"], **quiet))  # type: ignore[call-overload]
        for _ in range(repeats)
    ]
    return [
        Mark("tilescope tile, beside PyTorch and NumPy", statistics.median(tiles), 4.0, "s"),
        Mark("tilescope --help, warm", statistics.median(helps), 0.3, "s"),
        Mark("tilescope linear, all seven beside PyTorch", profile, 15, "s"),
        Mark("its peak memory", peak_kib * 1024 / 1e9, 1.5, "GB"),
    ]


def main() -> int:
    """Prints every mark; exit code 1 when one is missed."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--repeats", type=int, default=25)
    parser.add_argument("--isa", help="the kernels' host build, as TILESCOPE_KERNELS")
    options = parser.parse_args()
    if options.isa:
        os.environ["TILESCOPE_KERNELS"] = options.isa
    marks = [
        *against_torch(options.repeats),
        all_seven(max(3, options.repeats // 5)),
        all_dtypes(3),
        *large_timing(),
        *commands(5),
    ]
    print("\n".join(map(str, marks)))
    return 0 if all(mark.figure <= mark.most for mark in marks) else 1


if __name__ == "__main__":
    sys.exit(main())
