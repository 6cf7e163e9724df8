"""One point's row in a sweep's file: what was asked, what came of it, or why nothing did."""

from __future__ import annotations

from typing import Any

from tilescope.profiling.sweeps.axes import Value
from tilescope.profiling.sweeps.plan import SweepPlan
from tilescope.runs.terms import SIMULATED_TERMS

OK, FAILED = "ok", "failed"

TEXT, WHOLE, REAL = "string", "int64", "double"
FIELDS: dict[str, str] = {
    "status": TEXT,
    "reason": TEXT,
    "shape_m": WHOLE,
    "shape_n": WHOLE,
    "shape_k": WHOLE,
    "padded_m": WHOLE,
    "padded_n": WHOLE,
    "padded_k": WHOLE,
    "operand_dtype": TEXT,
    "c_dtype": TEXT,
    "device_name": TEXT,
    "runtime_name": TEXT,
    "family": TEXT,
    "core_tile_m": WHOLE,
    "core_tile_n": WHOLE,
    "core_tile_k": WHOLE,
    "grid_rows": WHOLE,
    "grid_cols": WHOLE,
    "port_rule": TEXT,
    "staged_k": WHOLE,
    "c_buffers": WHOLE,
    "launches": WHOLE,
    "npu_us": REAL,
    "device_us": REAL,
    "setup_us": REAL,
    "gflops": REAL,
    "bound_by": TEXT,
    "ddr_read_bytes": WHOLE,
    "ddr_written_bytes": WHOLE,
    "interval_low_us": REAL,
    "interval_high_us": REAL,
    **{f"{term}_us": REAL for term in SIMULATED_TERMS},
}
"""The columns behind the axes' own, with their types; a figure that was not obtained is null.

Times are simulated. shape_m is M times the batch; gflops count the unpadded work; *_us of the
budget's terms sum to npu_us.
"""

Record = dict[str, Any]


def column_types(plan: SweepPlan) -> dict[str, str]:
    """Every column of a sweep's file in order: the point's number, its axes, its results."""
    axes = {
        axis.name: WHOLE if all(isinstance(value, int) for value in axis.values) else TEXT
        for axis in plan.axes
    }
    return {"point": WHOLE, **axes, **FIELDS}


def failed(reason: str) -> Record:
    """The results of a point that could not be had."""
    return {"status": FAILED, "reason": reason}


def columns(plan: SweepPlan, points: range, found: list[Record]) -> dict[str, list[Any]]:
    """The records of consecutive points as columns."""
    types = column_types(plan)
    asked = [plan.values(point) for point in points]
    table: dict[str, list[Any]] = {"point": list(points)}
    for axis in plan.axes:
        table[axis.name] = [_typed(row[axis.name], types[axis.name]) for row in asked]
    for field in FIELDS:
        table[field] = [record.get(field) for record in found]
    return table


def _typed(value: Value, kind: str) -> Value:
    return value if kind == WHOLE else str(value)
