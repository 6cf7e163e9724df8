"""What can be set otherwise for a run, and what was."""

from __future__ import annotations

from collections.abc import Sequence

from tilescope.reports.tables import Column, table
from tilescope.reports.wrapping import wrap
from tilescope.runs.limits import Change
from tilescope.targets.whatif import COUNT_RANGE, Settable


def settable_table(
    values: Sequence[Settable], device: str, runtime: str | None, *, width: int = 80
) -> str:
    """Every key with its unit and its nominal value on a device and under a runtime."""
    under = f" under {runtime}" if runtime else ""
    head = (
        f"What --set takes on {device}{under}, as --set ddr_gbps=30. A value may be a hundred "
        f"times larger or smaller than it is, a count at most {COUNT_RANGE} times larger; what a "
        "runtime costs may be 0."
    )
    columns = [
        Column("key", [value.key for value in values], left=True),
        Column("nominal", [f"{value.nominal:,g}" for value in values]),
        Column("unit", [value.unit for value in values], left=True),
    ]
    return "\n".join([*wrap(head, width), "", *table(columns)]) + "\n"


def changes_line(changed: Sequence[Change]) -> str:
    """What was set otherwise, in one sentence without its full stop."""
    told = [
        f"{change.key} {change.value:,g} {_unit(change)}".rstrip() + f", not {change.nominal:,g}"
        for change in changed
    ]
    return f"What if: {'; '.join(told)}"


def _unit(change: Change) -> str:
    """The unit where the key does not say it: `columns 2`, not `columns 2 columns`."""
    return "" if change.key.endswith(change.unit) else change.unit
