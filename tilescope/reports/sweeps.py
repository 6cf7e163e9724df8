"""What came of a sweep, in a few lines: how many points, why some failed, which were best."""

from __future__ import annotations

import re
from collections.abc import Sequence

from tilescope.profiling.sweeps.reading import SweepData
from tilescope.profiling.sweeps.sweep import SweepResult
from tilescope.quantities.dtypes import is_integer
from tilescope.quantities.units import format_us, significant
from tilescope.reports.bounds import limit_name
from tilescope.reports.tables import Column, table
from tilescope.reports.wrapping import wrap

SHOWN = 5
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
    best = sorted(data.ok(), key=lambda place: -data.columns["gflops"][place])[:SHOWN]
    if best:
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


def _points(data: SweepData, places: Sequence[int]) -> list[str]:
    columns = data.columns
    swept = [axis.name for axis in data.plan.axes if len(axis.values) > 1]
    whole = all(is_integer(columns["operand_dtype"][place]) for place in places)
    return table(
        [
            *(Column(name, [str(columns[name][place]) for place in places]) for name in swept),
            Column("core tile", [_tile(columns, place) for place in places]),
            Column("time", [format_us(columns["npu_us"][place]) for place in places]),
            Column(
                "GOPS" if whole else "10^9 op/s",
                [significant(columns["gflops"][place]) for place in places],
            ),
            Column(
                "bound by", [limit_name(columns["bound_by"][place]) for place in places], left=True
            ),
        ]
    )


def _tile(columns: dict[str, list[int]], place: int) -> str:
    return "×".join(str(columns[f"core_tile_{side}"][place]) for side in "mnk")
