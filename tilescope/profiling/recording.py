"""What a run file holds of a mapping and of an outcome, and what a reader must know of them."""

from __future__ import annotations

from tilescope.designs.mapping import Mapping
from tilescope.profiling import samples
from tilescope.runs.figures import (
    BudgetTerm,
    Grid,
    KernelShare,
    SampledStatistics,
    Shape,
    Statistics,
)
from tilescope.runs.models import MappingChoice
from tilescope.targets.outcome import TargetOutcome
from tilescope.workloads.gemm import Gemm


def mapping_choice(mapping: Mapping) -> MappingChoice:
    """The mapping as a run file holds it."""
    return MappingChoice(
        family=mapping.family,
        block=shape_of(mapping.block),
        core_tile=shape_of(mapping.core_tile),
        grid=Grid(rows=mapping.grid[0], cols=mapping.grid[1]),
        ports=mapping.ports,
        kernel=mapping.kernel,
        emulation=mapping.emulation,
        c_dtype=mapping.c_dtype,
        c_depth=mapping.c_depth if mapping.family != "per-tile" else None,
        k_mt=mapping.k_mt,
        b_layout=mapping.b_layout,
        toolchain=mapping.toolchain,
    )


def kernel_shares(outcome: TargetOutcome) -> tuple[KernelShare, ...]:
    """The kernels' shares, which sum to the time of the case."""
    return tuple(
        KernelShare(
            name=share.name,
            launches=share.launches,
            core_calls=share.core_calls,
            total_us=share.total_us,
            per_launch_us=share.per_launch_us,
        )
        for share in outcome.kernels
    )


def budget(outcome: TargetOutcome) -> tuple[BudgetTerm, ...]:
    """The terms that took time, with their fractions of the whole."""
    return tuple(
        BudgetTerm(term=term, us=us, fraction=us / outcome.npu_us)
        for term, us in outcome.budget.items()
        if us > 0
    )


def notes_on_model(gemm: Gemm, mapping: Mapping) -> list[str]:
    """What a reader must know of the model before trusting a simulated time."""
    found = []
    if gemm.dtype == "float32":
        found.append("No published hardware measurement is float32: nothing to hold this against")
    kernel = mapping.matmul(gemm.dtype)
    if kernel.estimated:
        found.append(f"The rate of {kernel.symbol} is an estimate, not a measurement")
    return found


def notes(gemm: Gemm, mapping: Mapping, baseline: SampledStatistics | None) -> list[str]:
    """What a reader must know before trusting the figures, however they were obtained."""
    found = []
    kernel = mapping.matmul(gemm.dtype)
    if kernel.shift:
        found.append(
            f"C in {kernel.dtype_out} counts in units of 2^{kernel.shift}, rounded at each call; "
            "PyTorch's product is in int32 and leaves that out"
        )
    if baseline and samples.near_timer_resolution(baseline):
        found.append(f"PyTorch's time for {gemm.name} nears this machine's timer resolution")
    return found


def gflops(gemm: Gemm, time: Statistics) -> float:
    """10^9 operations per second at the median, of the unpadded work."""
    return gemm.flops / time.median / 1e3 if time.median else 0.0


def ratio(baseline: Statistics | None, npu: Statistics) -> float | None:
    """The speedup by medians; None without a baseline, or where the NPU takes no time."""
    return baseline.median / npu.median if baseline and npu.median else None


def shape_of(sides: tuple[int, int, int]) -> Shape:
    """(m, n, k) as a run file holds them."""
    m, n, k = sides
    return Shape(m=m, n=n, k=k)
