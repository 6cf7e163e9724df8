"""The report of one block: statistics side by side, then plain lines for programs.

A line for programs is KEY=value; times are in µs, rates count 2·M·N·K at the median. A figure that
was not obtained has no line.
"""

from __future__ import annotations

from collections.abc import Iterator

from tilescope.quantities.dtypes import is_integer
from tilescope.quantities.units import format_error, format_us, significant
from tilescope.reports.bounds import bound_sentence
from tilescope.reports.budget import closing_percentages, meaning, short
from tilescope.reports.intervals import within
from tilescope.reports.predicted import predicted_sentence
from tilescope.reports.tables import Column, table
from tilescope.reports.whatif import changes_line
from tilescope.reports.wrapping import wrap
from tilescope.runs.figures import SampledStatistics, Statistics
from tilescope.runs.models import Case, Run

STATISTICS = ("mean", "median", "min", "max", "std", "p95", "p99")
MAX_SAMPLES_SHOWN = 20
NOISY_VARIATION = 0.10


def tile_report(run: Run, *, verbose: bool = False, width: int = 80) -> str:
    """The whole report; verbose adds the launch's time budget, the samples and the conditions."""
    case = run.cases[0]
    blocks = [_title(case), _statistics(case), _accuracy(case)]
    if run.changed:
        blocks[0] += wrap(changes_line(run.changed), width, hanging="  ")
    if sentence := bound_sentence(case):
        blocks.append(wrap(sentence[0].upper() + sentence[1:], width, hanging="  "))
    if verbose:
        blocks += [_budget(case), *_samples(case, width), _conditions(run, width)]
    blocks += [_trust(case, width), ["Summary", *summary_lines(case)]]
    return "\n\n".join("\n".join(block) for block in blocks) + "\n"


def summary_lines(case: Case) -> list[str]:
    """KEY=value, in an order that stays."""
    return [f"{key}={value}" for key, value in _summary(case)]


def _summary(case: Case) -> Iterator[tuple[str, str]]:
    shape, mapping = case.shape, case.mapping
    yield from (("TILE_M", str(shape.m)), ("TILE_N", str(shape.n)), ("TILE_K", str(shape.k)))
    yield from (("DTYPE", case.dtype), ("OUT_DTYPE", mapping.c_dtype or case.dtype))
    yield from (("DEVICE", case.device), ("RUNTIME", case.runtime))
    for name, times in _targets(case):
        key = name.upper()
        yield f"{key}_KIND", times.kind
        yield f"{key}_RUNS", str(times.n)
        for statistic in STATISTICS:
            if (us := getattr(times, statistic)) is not None:
                yield f"{key}_{statistic.upper()}_US", f"{us:.3f}"
        yield f"{key}_{_rate_unit(case, 'GFLOPS')}", f"{_rate(case, times):.6g}"
    if case.device_us is not None:
        yield "NPU_DEVICE_US", f"{case.device_us:.3f}"
    if case.predicted is not None:
        yield "PREDICTED_KIND", "simulated"
        yield "PREDICTED_US", f"{case.predicted.us:.3f}"
        yield "PREDICTION_ERROR", f"{case.predicted.error:.4f}"
    if case.bound is not None:
        yield "NPU_BOUND_BY", case.bound.by
        yield "NPU_BOUND_US", f"{case.bound.us:.3f}"
        yield "NPU_BOUND_GAP_US", f"{case.bound.gap_us:.3f}"
    for name, times in _targets(case)[1:]:
        yield f"SPEEDUP_OVER_{name.upper()}", f"{times.median / case.npu_us.median:.4f}"
    if case.max_abs_error is not None and case.max_rel_error is not None:
        yield "MAX_ABS_ERROR", f"{case.max_abs_error:.6e}"
        yield "MAX_REL_ERROR", f"{case.max_rel_error:.6e}"


def _title(case: Case) -> list[str]:
    shape, tile, grid = case.shape, case.mapping.core_tile, case.mapping.grid
    c_dtype = case.mapping.c_dtype or case.dtype
    dtypes = case.dtype if c_dtype == case.dtype else f"{case.dtype} → {c_dtype}"
    how = f", {case.mapping.emulation}" if case.mapping.emulation else ""
    how += f", {case.mapping.toolchain}" if case.mapping.toolchain == "chess" else ""
    lines = [
        f"One block on {case.device} ({case.npu_us.kind}), runtime {case.runtime}",
        f"{shape.m}×{shape.n}×{shape.k} (M×N×K), {dtypes}, {case.mapping.kernel} kernel{how}",
        f"one launch on {grid.rows}×{grid.cols} cores, "
        f"core tile {tile.m}×{tile.n}×{tile.k} (m×n×k)",
    ]
    if case.padded:
        lines.append(f"padded to {case.padded.m}×{case.padded.n}×{case.padded.k}")
    return lines


def _statistics(case: Case) -> list[str]:
    targets = _targets(case)
    rows = [*(f"{name} µs" for name in STATISTICS), "runs", _rate_unit(case, "GFLOP/s")]
    columns = [Column("", rows, left=True)]
    for name, times in targets:
        cells = [_us(getattr(times, statistic)) for statistic in STATISTICS]
        cells += [str(times.n), significant(_rate(case, times))]
        columns.append(Column(f"{name}\n{times.kind}", cells))
    return table(columns)


def _accuracy(case: Case) -> list[str]:
    if case.max_rel_error is None or case.max_abs_error is None:
        return ["No output was checked"]
    against = {
        "pytorch": "PyTorch's output",
        "float64": "float64",
        "contract": "the kernel's contract",
    }
    text = (
        f"Largest error {format_error(case.max_abs_error)}, relative "
        f"{format_error(case.max_rel_error)}, against "
        f"{against.get(case.reference or '', 'the exact result')}"
    )
    return [text]


def _budget(case: Case) -> list[str]:
    parts = sorted(case.budget, key=lambda part: -part.us)
    shares = closing_percentages([part.us for part in parts])
    names = max(9, *(len(short(part.term)) for part in parts)) if parts else 9
    lines = [f"Where the launch's {format_us(case.npu_us.median)} go"]
    for part, share in zip(parts, shares, strict=True):
        name = f"{short(part.term):<{names}}"
        lines.append(f"  {name} {share:>5} % {format_us(part.us):>8}  {meaning(part.term)}")
    calls = sum(kernel.core_calls for kernel in case.kernels)
    array = f"The array works {format_us(case.device_us)} of that" if case.device_us else "All"
    lines.append(f"  {array}, in {calls} core calls; set-up, once, is {format_us(case.setup_us)}")
    return lines


def _samples(case: Case, width: int) -> Iterator[list[str]]:
    for name, times in _targets(case):
        if isinstance(times, SampledStatistics):
            shown = ", ".join(_us(us) for us in times.samples[:MAX_SAMPLES_SHOWN])
            more = len(times.samples) - MAX_SAMPLES_SHOWN
            tail = f" and {more} more" if more > 0 else ""
            yield wrap(f"{name}'s samples in µs: {shown}{tail}", width, hanging="  ")


def _conditions(run: Run, width: int) -> list[str]:
    given = run.provenance
    torch = f", PyTorch {given.torch} on {given.torch_threads} threads" if given.torch else ""
    text = (
        f"tilescope {given.tilescope}, kernels built for {given.kernel_library}, Python "
        f"{given.python}, NumPy {given.numpy}{torch}; {given.cpu or 'unknown CPU'}; {given.os}; "
        f"seed {given.seed}"
    )
    return wrap(text, width, hanging="  ")


def _trust(case: Case, width: int) -> list[str]:
    sentences = []
    if case.npu_us.kind == "simulated":
        sure = f"; {bounds} of hardware's" if (bounds := within([case])) else ""
        sentences.append(f"The NPU's time is simulated and deterministic: n = 1, no spread{sure}")
    else:
        sentences.append(f"The NPU's time is measured, the median of {case.npu_us.n} runs")
    if predicted := predicted_sentence(case):
        sentences.append(predicted)
    sentences += case.notes
    for name, times in _targets(case):
        if times.std > NOISY_VARIATION * times.mean:
            spread = f"{times.std / times.mean:.0%}"
            sentences.append(
                f"{name}'s times spread by {spread} (standard deviation over mean): trust the "
                "median, or measure again on a quiet machine"
            )
    if case.baseline_missing:
        sentences.append(f"No PyTorch figure: {case.baseline_missing}")
    return [line for text in sentences for line in wrap(text, width, hanging="  ")]


def _targets(case: Case) -> list[tuple[str, Statistics]]:
    named = (("NPU", case.npu_us), ("PyTorch", case.baseline_us), ("NumPy", case.numpy_us))
    return [(name, times) for name, times in named if times is not None]


def _rate(case: Case, times: Statistics) -> float:
    shape = case.shape
    return 2 * shape.m * shape.n * shape.k / times.median / 1e3 if times.median else 0.0


def _rate_unit(case: Case, of_floats: str) -> str:
    return "GOPS" if is_integer(case.dtype) else of_floats


def _us(us: float | None) -> str:
    return "-" if us is None else f"{us:.3f}"
