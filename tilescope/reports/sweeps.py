"""What came of a sweep, in a few lines: how many points, why some failed, which were best."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from tilescope.profiling.sweeps.reading import SweepData
from tilescope.profiling.sweeps.sweep import SweepResult
from tilescope.quantities.dtypes import is_integer
from tilescope.quantities.units import format_us, significant
from tilescope.reports.bounds import limit_name
from tilescope.reports.tables import Column, table
from tilescope.reports.wrapping import wrap

SHOWN = 5
Row = dict[str, Any]
_NUMBERS = re.compile(r"[0-9][0-9,]*")


def sweep_report(data: SweepData, result: SweepResult, *, width: int = 80) -> str:
    """The lines after a sweep."""
    timed = result.points - result.failed
    rate = (result.points - result.earlier) / result.seconds if result.seconds else 0
    before = f"; {result.earlier:,} of them were there already" if result.earlier else ""
    lines = wrap(
        f"{result.points:,} points in {significant(result.seconds)} s by "
        f"{data.about['workers']} ({rate:,.0f} a second): {timed:,} timed (simulated), "
        f"{result.failed:,} failed{before}.",
        width,
    )
    fixed = [f"{side} = {getattr(data.plan.base, side):,}" for side in _fixed(data)]
    if fixed:
        lines += wrap(f"{', '.join(fixed)} as in {data.plan.base.name}.", width)
    lines += _failures(data, width)
    if best := data.best("gflops", SHOWN):
        lines += ["", "Highest rates", *_points(data, best)]
    return "\n".join(lines) + "\n"


def _fixed(data: SweepData) -> list[str]:
    swept = {axis.name for axis in data.plan.axes}
    return [side for side in "MNK" if side not in swept]


def _failures(data: SweepData, width: int) -> list[str]:
    """Why points failed, those that differ in numbers alone told once."""
    kinds: dict[str, tuple[str, int]] = {}
    for reason, count in data.reasons().items():
        kind = _NUMBERS.sub("#", reason.split(";")[0])
        first, before = kinds.get(kind, (reason.split(";")[0], 0))
        kinds[kind] = (first, before + count)
    ranked = sorted(kinds.values(), key=lambda one: -one[1])
    lines = []
    for reason, count in ranked[:SHOWN]:
        lines += wrap(f"{count:,} failed: {reason.rstrip('.')}", width, "  ", "    ")
    if len(ranked) > SHOWN:
        lines.append(f"  and {len(ranked) - SHOWN} other reasons, in the column `reason`")
    return lines


def _points(data: SweepData, points: Sequence[Row]) -> list[str]:
    swept = [axis.name for axis in data.plan.axes if len(axis.values) > 1]
    whole = all(is_integer(point["operand_dtype"]) for point in points)
    return table(
        [
            *(Column(name, [str(point[name]) for point in points]) for name in swept),
            Column("core tile", [_tile(point) for point in points]),
            Column("time", [format_us(point["npu_us"]) for point in points]),
            Column(
                "GOPS" if whole else "10^9 op/s", [significant(point["gflops"]) for point in points]
            ),
            Column("bound by", [limit_name(point["bound_by"]) for point in points], left=True),
        ]
    )


def _tile(point: Row) -> str:
    return "×".join(str(point[f"core_tile_{side}"]) for side in "mnk")


def sweep_csv(data: SweepData) -> str:
    """Every point as a line of comma-separated values, the columns of the file as they are."""
    import pyarrow as pa
    import pyarrow.csv

    sink = pa.BufferOutputStream()
    pyarrow.csv.write_csv(data.table, sink, pyarrow.csv.WriteOptions(quoting_style="needed"))
    return str(sink.getvalue().to_pybytes().decode())
