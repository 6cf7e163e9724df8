"""A sweep's file, read back: its axes and its columns."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tilescope.errors import InputError
from tilescope.profiling.sweeps.journal import FORMAT, METADATA
from tilescope.profiling.sweeps.plan import SweepPlan
from tilescope.profiling.sweeps.records import OK, column_types


@dataclass(frozen=True)
class SweepData:
    """The points of a sweep by column, in the order of their numbers, and their conditions."""

    plan: SweepPlan
    columns: dict[str, list[Any]]
    about: dict[str, Any]

    @property
    def points(self) -> int:
        """How many there are, failed ones included."""
        return len(self.columns["point"])

    def ok(self) -> list[int]:
        """The places of the points that were timed."""
        return [place for place, status in enumerate(self.columns["status"]) if status == OK]

    def reasons(self) -> dict[str, int]:
        """Why points failed, with how many did, the commonest first."""
        found: dict[str, int] = {}
        for reason in self.columns["reason"]:
            if reason:
                found[reason] = found.get(reason, 0) + 1
        return dict(sorted(found.items(), key=lambda item: -item[1]))


def read_sweep(path: Path) -> SweepData:
    """Read what `tilescope sweep` wrote.

    Raises InputError for a file that is missing, no Parquet, no sweep, or of a newer version.
    """
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        table = pq.read_table(path)
    except (OSError, pa.ArrowException) as error:
        said = (str(error).strip().splitlines() or [type(error).__name__])[0]
        raise InputError(f"{path} cannot be read as Parquet: {said}.") from None
    raw = (table.schema.metadata or {}).get(METADATA)
    try:
        about = json.loads(raw or b"")
        version, content = int(about["format"]), about["plan"]
        plan = SweepPlan.from_json(json.dumps(content))
    except (ValueError, KeyError, TypeError):
        raise InputError(f"{path} is no sweep of tilescope's.") from None
    if version > FORMAT:
        raise InputError(
            f"{path} was written by a newer tilescope (format {version}); this one reads up to "
            f"{FORMAT}."
        )
    if missing := [name for name in column_types(plan) if name not in table.column_names]:
        raise InputError(f"{path} is no whole sweep: it lacks {', '.join(missing[:3])}.")
    return SweepData(plan, table.to_pydict(), about)
