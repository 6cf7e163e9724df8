"""The report of the document that this project started from: its labels, in its layout.

Times are mean ± standard deviation in ms, the speedup a ratio of means, and GFLOPS are 2·M·N·K over
the mean.
"""

from __future__ import annotations

from collections.abc import Sequence

from tilescope.quantities.dtypes import is_integer
from tilescope.quantities.units import significant
from tilescope.reports.cells import shape_cell
from tilescope.reports.predicted import predicted_sentence
from tilescope.reports.tables import Column, table
from tilescope.runs.figures import KernelShare, Statistics
from tilescope.runs.models import Case, Run

RULE = "=" * 60
FUSED = "fused into the one kernel, no launch of its own"
REFERENCES = {
    "float64": " (against float64: no PyTorch output)",
    "contract": " (against the kernels' contracts: PyTorch has no such C)",
}


def seed_report(run: Run) -> str:
    """Every case in the seed's layout, then the summary table."""
    return "\n".join([*map(case_report, run.cases), summary(run)])


def case_report(case: Case) -> str:
    """One case in the seed's layout; ends in an empty line."""
    m, n, k = case.shape.m, case.shape.n, case.shape.k
    rate = _rate_name([case])
    lines = [
        f"Profiling: {case.name}",
        f"Description: {case.description or '-'}",
        f"Matrix shapes: A({m}, {k}) @ B({k}, {n}) -> C({m}, {n})",
        RULE,
        "",
        "Results:",
        f"  NPU Time:     {_mean_ms(case.npu_us)}",
        f"  PyTorch Time: {_baseline(case)}",
        f"  Speedup:      {_speedup(case)}",
        f"  Max Error:    {_error(case.max_abs_error)}{_reference_note(case)}",
        f"  Rel Error:    {_error(case.max_rel_error)}",
        f"  {_origin(case)}",
        "",
        "Kernel Breakdown:",
        *_breakdown(case),
        "",
        "Throughput:",
        f"  {'NPU ' + rate + ':':<15} {_gflops(case, case.npu_us):.2f}",
        f"  {'PyTorch ' + rate + ':':<15} {_baseline_gflops(case)}",
        "",
    ]
    return "\n".join(lines)


def summary(run: Run) -> str:
    """One row for each case, their sum, and once what a reader must know of all of them."""
    cases = run.cases
    npu = [case.npu_us.mean for case in cases]
    torch = [case.baseline_us.mean if case.baseline_us else None for case in cases]
    total_torch = sum(us for us in torch if us is not None) if all(torch) and torch else None
    flops = sum(_flops(case) for case in cases)
    npu, torch = [*npu, sum(npu)], [*torch, total_torch]
    worst = max((case.max_rel_error or 0.0 for case in cases), default=0.0)
    columns = [
        Column("Test Case", [*(case.name for case in cases), "total"], left=True),
        Column("M×N×K", [*(shape_cell(case.shape) for case in cases), ""], left=True),
        Column("NPU (ms)", [_ms(us) for us in npu]),
        Column("PyTorch (ms)", ["-" if us is None else _ms(us) for us in torch]),
        Column("Speedup", [_ratio(b, a) for a, b in zip(npu, torch, strict=True)]),
        Column("Rel Error", [*(_error(case.max_rel_error, 2) for case in cases), f"{worst:.2e}"]),
        Column(
            f"NPU {_rate_name(cases)}",
            [
                *(f"{_gflops(case, case.npu_us):.2f}" for case in cases),
                f"{flops / npu[-1] / 1e3:.2f}" if npu[-1] else "-",
            ],
        ),
    ]
    notes = dict.fromkeys(note for case in cases for note in case.notes)
    below = ["", "Notes:", *(f"  {note}" for note in notes)] if notes else []
    return "\n".join(["Summary", RULE, *table(columns, totals=True), *below, ""])


def _breakdown(case: Case) -> list[str]:
    """The kernels' lines: launches with the host's part, so that they sum to the case."""
    matmul, accumulate = _kernel(case, "accumulate", wanted=False), _kernel(case, "accumulate")
    return [
        f"  MatMul Time:     {_share(matmul)}",
        f"  Accumulate Time: {_share(accumulate) if accumulate else FUSED}",
        f"  Total Tiles:     {case.tiles}{_padding(case)}",
        f"  Avg MatMul/tile: {_per_tile(matmul, case)}",
        f"  Avg Accum/tile:  {_per_tile(accumulate, case) if accumulate else FUSED}",
    ]


def _padding(case: Case) -> str:
    size = case.padded
    return f" (padded to {size.m}×{size.n}×{size.k})" if size else ""


def _kernel(case: Case, word: str, *, wanted: bool = True) -> KernelShare | None:
    return next((kernel for kernel in case.kernels if (word in kernel.name) is wanted), None)


def _share(kernel: KernelShare | None) -> str:
    if kernel is None:
        return "-"
    calls = "1 call" if kernel.launches == 1 else f"{kernel.launches} calls"
    return f"{_ms(kernel.total_us)} ms ({calls})"


def _per_tile(kernel: KernelShare | None, case: Case) -> str:
    return f"{_ms(kernel.total_us / case.tiles)} ms" if kernel else "-"


def _origin(case: Case) -> str:
    kind = case.npu_us.kind
    once = "; deterministic, n = 1, so ± 0.000" if kind == "simulated" else ""
    predicted = f"; {told}" if (told := predicted_sentence(case)) else ""
    notes = "; see the notes below" if case.notes else ""
    where = f"device {case.device}, runtime {case.runtime}"
    return f"NPU time is {kind}: {where}{once}{predicted}{notes}"


def _baseline(case: Case) -> str:
    if case.baseline_us is None:
        return f"- ({case.baseline_missing})" if case.baseline_missing else "-"
    return _mean_ms(case.baseline_us)


def _speedup(case: Case) -> str:
    return _ratio(case.baseline_us.mean if case.baseline_us else None, case.npu_us.mean)


def _baseline_gflops(case: Case) -> str:
    return f"{_gflops(case, case.baseline_us):.2f}" if case.baseline_us else "-"


def _reference_note(case: Case) -> str:
    return REFERENCES.get(case.reference or "", "")


def _mean_ms(statistics: Statistics) -> str:
    return f"{_ms(statistics.mean)} ± {_ms(statistics.std)} ms"


def _ratio(above: float | None, below: float | None) -> str:
    """Two decimals as the seed has them; three significant digits where those would say little."""
    if above is None or not below:
        return "-"
    ratio = above / below
    return f"{ratio:.2f}x" if ratio >= 0.1 else f"{significant(ratio)}x"


def _error(value: float | None, digits: int = 6) -> str:
    return "-" if value is None else f"{value:.{digits}e}"


def _ms(us: float) -> str:
    return f"{us / 1e3:.3f}"


def _rate_name(cases: Sequence[Case]) -> str:
    """GFLOPS as the seed has it, GOPS where only whole numbers are multiplied."""
    return "GOPS" if all(is_integer(case.dtype) for case in cases) else "GFLOPS"


def _flops(case: Case) -> int:
    return 2 * case.shape.m * case.shape.n * case.shape.k


def _gflops(case: Case, statistics: Statistics) -> float:
    return _flops(case) / statistics.mean / 1e3 if statistics.mean else 0.0
