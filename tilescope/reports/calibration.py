"""What a calibration moved, on a screen."""

from __future__ import annotations

from statistics import median

from tilescope.evidence.calibrating import CalibrationResult
from tilescope.quantities.units import format_percent, significant
from tilescope.reports.ledger import describe_row, signed
from tilescope.reports.tables import Column, table


def calibration_screen(result: CalibrationResult) -> str:
    """Every coefficient before and after, then every row's error before and after."""
    fitted, residuals = result.fitted, result.residuals
    coefficients = table(
        [
            Column("coefficient", [one.coefficient.key for one in fitted], left=True),
            Column("page", [significant(one.before, 4) for one in fitted]),
            Column("fitted", [significant(one.after, 4) for one in fitted]),
            Column("unit", [one.coefficient.unit for one in fitted], left=True),
            Column("meaning", [one.coefficient.meaning for one in fitted], left=True),
        ]
    )
    rows = table(
        [
            Column("row", [one.row.id for one in residuals], left=True),
            Column("source", [one.row.source.name for one in residuals], left=True),
            Column("what", [describe_row(one.row) for one in residuals], left=True),
            Column("before", [signed(one.before) for one in residuals]),
            Column("after", [signed(one.after) for one in residuals]),
        ]
    )
    before, after = (median(abs(value) for value in column) for column in _columns(result))
    lines = [
        f"{result.device}: {len(residuals)} fit rows of {', '.join(result.runtimes)}; median error "
        f"{format_percent(before)} before, {format_percent(after)} after.",
        "",
        *coefficients,
        "",
        *rows,
    ]
    return "\n".join(lines) + "\n"


def _columns(result: CalibrationResult) -> tuple[list[float], list[float]]:
    return [one.before for one in result.residuals], [one.after for one in result.residuals]
