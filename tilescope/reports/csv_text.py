"""A run as CSV: a row for each case, units in the names of the columns."""

from __future__ import annotations

import csv
import io

from tilescope.reports.results import METRICS, Value, rows
from tilescope.runs.models import Run

FORMULAS = ("=", "+", "-", "@", "\t", "\r")
"""What a spreadsheet takes for the beginning of a formula."""


def csv_text(run: Run) -> str:
    """The whole file; a cell is empty where a figure was not obtained."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(["key", *(metric.name for metric in METRICS)])
    for row in rows(run):
        writer.writerow([_cell(value) for value in row.values()])
    return out.getvalue()


def _cell(value: Value) -> str:
    """A number as Python writes it, whole; a text that no spreadsheet runs."""
    if value is None:
        return ""
    if isinstance(value, str):
        return f"'{value}" if value.lstrip().startswith(FORMULAS) else value
    return repr(value)
