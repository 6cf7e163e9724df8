"""What each precision takes, moves and loses, and which step loses it."""

from __future__ import annotations

from collections.abc import Sequence

from tilescope.profiling.error_detail import ULP_EDGES
from tilescope.profiling.precision.chains import CORE_TILE, OUTPUT, PARTIAL_SUMS
from tilescope.profiling.precision.comparing import Comparison, FormatResult
from tilescope.profiling.precision.partial_sums import PartialSums
from tilescope.quantities.units import format_bytes, format_error, significant
from tilescope.reports.bounds import bound_word
from tilescope.reports.cells import ms_cell, shape_cell
from tilescope.reports.paint import PLAIN, Paint
from tilescope.reports.tables import Column, table, table_width
from tilescope.reports.wrapping import wrap
from tilescope.runs.figures import Shape
from tilescope.runs.models import Case

SHORT_STEPS = {CORE_TILE: "core\ntile", PARTIAL_SUMS: "partial\nsums", OUTPUT: "output\nrounding"}
SHOWN_FRACTION = 0.0005
FEW = 1024  # outputs: the sum of their chance products is a few percent of their power


def precision_report(found: Comparison, *, width: int = 80, paint: Paint = PLAIN) -> str:
    """The whole report, no line wider than `width` where names allow it."""
    case = found.results[0].case
    blocks = [
        _title(case, width, paint),
        _costs(found.results, width),
        _ulps(found.results, width, paint),
        _steps(found.results, width, paint),
        _scales(found.results, paint),
        _partial_sums(found.partial_sums, width, paint),
        _notes(found, width, paint),
    ]
    return "\n\n".join("\n".join(block) for block in blocks if block) + "\n"


def _title(case: Case, width: int, paint: Paint) -> list[str]:
    shape, mapping = case.shape, case.mapping
    name = case.name.partition(".")[0]
    title = (
        f"Precisions of {name} ({shape_cell(shape)}) on {case.device} "
        f"({case.npu_us.kind}), runtime {case.runtime}"
    )
    told = (
        f"{mapping.family}, ports {mapping.ports}; inputs N(0, 1), errors against the product of "
        "the unrounded inputs in float64"
    )
    lines = [paint(line, "strong") for line in wrap(title, width)]
    return [*lines, *wrap(told, width, hanging="  ")]


def _costs(results: Sequence[FormatResult], width: int) -> list[str]:
    """Time, traffic and error side by side; a narrow screen says below what each runs as."""
    cases = [result.case for result in results]
    runs_as = [_runs_as(result) for result in results]
    columns = [
        Column("format", [result.form.label for result in results], left=True),
        Column("runs as", runs_as, left=True),
        Column("NPU\nms", [ms_cell(case.npu_us.median) for case in cases]),
        Column("bound\nby", [bound_word([case]) for case in cases], left=True),
        Column("DDR\nread", [format_bytes(result.traffic.read_bytes) for result in results]),
        Column("DDR\nwritten", [format_bytes(r.traffic.written_bytes) for r in results]),
        Column("max.\nerror", [_exponent(case.max_abs_error) for case in cases]),
        Column("rel.\nerror", [_exponent(case.max_rel_error) for case in cases]),
        Column("SNR\ndB", [_db(case.error.snr_db if case.error else None) for case in cases]),
        Column("1 -\ncosine", [_off_cosine(case) for case in cases]),
    ]
    if table_width(columns) <= width:
        return table(columns)
    said = [f"{r.form.label} as {how}" for r, how in zip(results, runs_as, strict=True)]
    kept = [column for column in columns if column.head != "runs as"]
    return [*table(kept), *wrap(f"Runs: {'; '.join(said)}.", width, hanging="  ")]


def _runs_as(result: FormatResult) -> str:
    mapping = result.case.mapping
    way = f" {mapping.emulation}" if mapping.emulation else ""
    return f"{result.form.operands}{way} → {mapping.c_dtype}"


def _ulps(results: Sequence[FormatResult], width: int, paint: Paint) -> list[str]:
    details = [result.case.error for result in results]
    used = [
        edge
        for edge in ULP_EDGES
        if any(one.up_to == edge for detail in details if detail for one in detail.ulps)
    ]
    columns = [
        Column("format", [result.form.label for result in results], left=True),
        Column("in units\nof", [result.form.output for result in results], left=True),
    ]
    for edge in used:
        head = "more" if edge == ULP_EDGES[-1] else f"≤ {_edge(edge)}"
        columns.append(Column(head, [_share(detail, edge) for detail in details]))
    title = "Outputs by their distance in units of the last place, %"
    return [*(paint(line, "strong") for line in wrap(title, width)), *table(columns)]


def _edge(edge: int) -> str:
    return f"2^{edge.bit_length() - 1}" if edge > 256 else str(edge)


def _share(detail: object, edge: int) -> str:
    bins = getattr(detail, "ulps", ())
    whole = sum(one.count for one in bins)
    count = sum(one.count for one in bins if one.up_to == edge)
    return f"{100 * count / whole:.1f}" if count else "·"


def _steps(results: Sequence[FormatResult], width: int, paint: Paint) -> list[str]:
    """Each step's share of the error's power, and the SNR without the step."""
    parts = [result.attribution.parts for result in results]
    names = Column("format", [result.form.label for result in results], left=True)
    heads = ["input or\nquantis."] + [SHORT_STEPS[part.step] for part in parts[0][1:]]
    shares = [
        Column(f"{head}\n%", [_fraction(part[index].fraction) for part in parts])
        for index, head in enumerate(heads)
    ]
    shares.append(
        Column("do not\nadd up\n%", [_signed(100 * r.attribution.unexplained) for r in results])
    )
    shares.append(Column("whole\nSNR\ndB", [_db(r.attribution.snr_db) for r in results]))
    without = [
        Column(
            f"{head}\ndB",
            [_db(part[index].without_snr_db) if part[index].power else "·" for part in parts],
        )
        for index, head in enumerate(heads)
    ]
    return [
        paint("Which step loses the bits", "strong"),
        *wrap("Each step's part of the error's power; · is a step that loses nothing", width),
        *table([names, *shares]),
        "",
        *wrap("The SNR of the whole with that step alone exact", width),
        *table([names, *without]),
        "",
        *_closing(results, width),
    ]


def _closing(results: Sequence[FormatResult], width: int) -> list[str]:
    lines = []
    open_ones = [result for result in results if not result.attribution.closes]
    worst = max(abs(result.attribution.unexplained) for result in results)
    if not open_ones:
        lines += wrap(f"The parts together come within {100 * worst:.1f} % of the whole.", width)
    for result in open_ones:
        found = result.attribution
        why = "the steps' errors hang together"
        if found.correlated is not None:
            first, second, share = found.correlated
            why = f"{first} and {second} hang together, {_signed(100 * share)} % of the whole"
        lines += wrap(
            f"{result.form.label}: {100 * abs(found.unexplained):.1f} % of the error's power does "
            f"not add up, as {why}{_few(result.case.shape)}.",
            width,
        )
    unfaithful = [result.form.label for result in results if not result.faithful]
    text = (
        f"The chain differs from the array's output in {', '.join(unfaithful)}."
        if unfaithful
        else "With every step as it is, the chain gives the array's output to the last bit."
    )
    return [*lines, *wrap(text, width)]


def _few(shape: Shape) -> str:
    """That so few outputs leave much to chance, where they do."""
    outputs = shape.m * shape.n
    told = f"{outputs:,} output{'' if outputs == 1 else 's'}"
    return f"; {told} leave{'s' if outputs == 1 else ''} it to chance" if outputs < FEW else ""


def _scales(results: Sequence[FormatResult], paint: Paint) -> list[str]:
    known = [(result.form.label, result.scales) for result in results if result.scales]
    if not known:
        return []
    return [
        paint("Scales of quantisation", "strong"),
        *table(
            [
                Column("format", [label for label, _ in known], left=True),
                Column("largest", [f"±{scales.largest:,}" for _, scales in known]),
                Column("A, a scale each row", [_range(scales.rows) for _, scales in known]),
                Column("B, a scale each column", [_range(s.columns) for _, s in known]),
            ]
        ),
    ]


def _partial_sums(sums: PartialSums | None, width: int, paint: Paint) -> list[str]:
    if sums is None:
        return []
    points = sums.points
    lines = [paint("Partial sums in bfloat16 as K grows", "strong")]
    lines += wrap(
        f"{sums.m}×{sums.n} outputs, {sums.k_call} of K a call; largest error over largest output, "
        "against float64 of the rounded inputs.",
        width,
    )
    marks = ["above" if point.errors["bfloat16"] > sums.mark else "" for point in points]
    lines += table(
        [
            Column("K", [f"{point.k:,}" for point in points]),
            Column("calls", [str(point.calls) for point in points]),
            Column("C in\nfloat32", [_exponent(point.errors["float32"]) for point in points]),
            Column("C in\nbfloat16", [_exponent(point.errors["bfloat16"]) for point in points]),
            Column(f"mark\n{sums.mark:g}", marks, styles=["bad" if m else None for m in marks]),
        ]
    )
    above = [f"{point.k:,}" for point, mark in zip(points, marks, strict=True) if mark]
    text = f"No K here takes the error of C in bfloat16 past {sums.mark:g}."
    if sums.fails_from:
        text = (
            f"With C and its partial sums in bfloat16 the error passes {sums.mark:g} from "
            f"K = {sums.fails_from:,}."
        )
    elif above:
        text = (
            f"With C and its partial sums in bfloat16 the error passes {sums.mark:g} at "
            f"K = {', '.join(above)}, and not at the largest; few outputs make a chance of it."
        )
    alone = max(point.errors["float32"] for point in points)
    if alone > sums.mark / 2:
        text += (
            f" With C in float32 it is up to {_exponent(alone)} already, as the kernel multiplies "
            "in fewer digits; partial sums add to that."
        )
    return [*lines, *wrap(text, width)]


def _notes(found: Comparison, width: int, paint: Paint) -> list[str]:
    notes = dict.fromkeys(note for result in found.results for note in result.case.notes)
    told = ["NPU times are simulated, deterministic: n = 1, ± 0.000", *notes]
    if any(result.case.mapping.emulation for result in found.results):
        told.append(
            "What a kernel's emulation loses (float32 of bfloat16 products, bfloat16 in bfp16 "
            "blocks) is in the step inside a core tile"
        )
    if any(result.case.mapping.family == "per-tile" for result in found.results):
        told.append("Launches decide the time of per-tile; see --mapping fused-k, too")
    lines = [paint("How far to trust it", "strong")]
    return [*lines, *(line for text in told for line in wrap(text, width, "  ", "    "))]


def _fraction(fraction: float) -> str:
    if fraction == 0:
        return "·"
    return f"{100 * fraction:.1f}" if fraction >= SHOWN_FRACTION else "0.0"


def _db(value: float | None) -> str:
    return f"{value:.1f}" if value is not None else "-"


def _signed(percent: float) -> str:
    return f"{round(percent, 1) + 0.0:+.1f}".replace("-", "−")


def _exponent(value: float | None) -> str:
    if value is None:
        return "-"
    return format_error(value)


def _off_cosine(case: Case) -> str:
    if case.error is None or case.error.cosine is None:
        return "-"
    return f"{max(1.0 - case.error.cosine, 0.0):.0e}"


def _range(ends: tuple[float, float]) -> str:
    return f"{significant(ends[0])} to {significant(ends[1])}"
