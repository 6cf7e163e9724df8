"""The table of a run: one row for each case in the order it ran, then the totals."""

from __future__ import annotations

from collections.abc import Sequence

from tilescope.quantities.dtypes import is_integer
from tilescope.quantities.units import format_error, significant
from tilescope.reports.bounds import bound_word
from tilescope.reports.budget import closing_percentages
from tilescope.reports.cells import ms_cell, shape_cell
from tilescope.reports.paint import PLAIN, Paint, Style
from tilescope.reports.speedups import is_sure
from tilescope.reports.tables import Column, fitting, narrow, table, table_width
from tilescope.reports.wrapping import wrap
from tilescope.runs.models import Case

DROPPED_FIRST = ("dtype", "cores")
"""Columns that a narrow screen does without where every row says the same: it is said once."""


LESS_NEEDED = ("rel.\nerror", "laun-\nches", "GFLOP\n/s", "GOPS", "shape\nM×N×K", "PyTorch\nms")
"""What goes next where there is still no room; the heads are named below the table."""


def case_table(cases: Sequence[Case], *, width: int = 80, paint: Paint = PLAIN) -> list[str]:
    """The table's lines; too wide a table says once, above, what every row has in common."""
    columns = case_columns(cases)
    said = []
    for head in DROPPED_FIRST:
        column = next(column for column in columns if column.head == head)
        if table_width(columns) > width and len(set(column.cells[: len(cases)])) == 1:
            columns.remove(column)
            said.append(f"{head} {column.cells[0]}")
    columns, left_out = fitting(columns, width, LESS_NEEDED)
    caption = wrap(f"Every row: {', '.join(said)}", width, hanging="  ") if said else []
    return [*caption, *table(columns, totals=True, paint=paint), *narrow(left_out, width)]


def case_columns(cases: Sequence[Case]) -> list[Column]:
    """All the table's columns, the totals in their last cells."""
    npu_us = [case.npu_us.median for case in cases]
    torch_us = [case.baseline_us.median if case.baseline_us else None for case in cases]
    torch_known = [us for us in torch_us if us is not None]
    all_torch_us = sum(torch_known) if len(torch_known) == len(cases) else None
    npu_us.append(sum(npu_us))
    torch_us.append(all_torch_us)
    flops = [2 * case.shape.m * case.shape.n * case.shape.k for case in cases]
    flops.append(sum(flops))
    shares = [*closing_percentages(npu_us[:-1]), "100.0"]
    speedups = [_ratio(torch, npu) for torch, npu in zip(torch_us, npu_us, strict=True)]
    sure_ones = [*map(is_sure, cases), all(map(is_sure, cases))]
    bounds = [*(bound_word([case]) for case in cases), bound_word(cases)]
    accuracy = [case.max_rel_error for case in cases]
    known = [error for error in accuracy if error is not None]
    accuracy.append(max(known) if known else None)
    columns = [
        Column("name", [*(case.name for case in cases), "total"], left=True),
        Column("shape\nM×N×K", [*(shape_cell(case.shape) for case in cases), ""], left=True),
        Column("dtype", [*(case.dtype for case in cases), ""], left=True),
        Column("time\nms", [ms_cell(us) for us in npu_us]),
        Column("share\n%", shares),
        Column(
            "laun-\nches",
            [*(str(case.launches) for case in cases), str(sum(case.launches for case in cases))],
        ),
        Column("cores", [*(str(_cores(case)) for case in cases), ""]),
        Column(
            _rate_head(cases), [_gflops(flop, us) for flop, us in zip(flops, npu_us, strict=True)]
        ),
    ]
    if any(case.npu_us.kind != "measured" for case in cases):  # no clock tells that
        columns.append(Column("bound\nby", bounds, left=True))
    if known:
        columns.append(Column("rel.\nerror", [_error(error) for error in accuracy]))
    if torch_known:
        columns += [
            Column("PyTorch\nms", ["-" if us is None else ms_cell(us) for us in torch_us]),
            Column(
                "speed-\nup",
                ["-" if ratio is None else f"{significant(ratio)}×" for ratio in speedups],
                styles=[
                    _style(ratio, sure) for ratio, sure in zip(speedups, sure_ones, strict=True)
                ],
            ),
        ]
    return columns


def _cores(case: Case) -> int:
    return case.mapping.grid.rows * case.mapping.grid.cols


def _error(error: float | None) -> str:
    if error is None:
        return "-"
    return format_error(error)


def _rate_head(cases: Sequence[Case]) -> str:
    """10^9 operations a second, by the name that the dtype's kind has."""
    return "GOPS" if all(is_integer(case.dtype) for case in cases) else "GFLOP\n/s"


def _gflops(flops: int, us: float) -> str:
    return significant(flops / us / 1e3) if us else "-"


def _ratio(above: float | None, below: float) -> float | None:
    return above / below if above is not None and below else None


def _style(ratio: float | None, sure: bool) -> Style | None:
    if ratio is None or (ratio >= 1 and not sure):
        return None
    return "good" if ratio >= 1 else "warn"
