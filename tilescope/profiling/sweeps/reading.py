"""A sweep's file, read back: its axes and its columns."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from tilescope.errors import InputError
from tilescope.profiling.sweeps.journal import FORMAT, METADATA
from tilescope.profiling.sweeps.plan import SweepPlan
from tilescope.profiling.sweeps.records import OK, column_types


@dataclass(frozen=True)
class SweepData:
    """The points of a sweep in the order of their numbers, as an Arrow table, and their conditions.

    A million points are some 300 MB as a table and gigabytes as Python's own numbers, so that
    `columns` is for those that draw all of them.
    """

    plan: SweepPlan
    table: Any
    about: dict[str, Any]

    @cached_property
    def columns(self) -> dict[str, list[Any]]:
        """Every column as a list, None where a figure was not obtained."""
        found: dict[str, list[Any]] = self.table.to_pydict()
        return found

    @property
    def points(self) -> int:
        """How many there are, failed ones included."""
        return int(self.table.num_rows)

    def ok(self) -> list[int]:
        """The places of the points that were timed."""
        return [place for place, status in enumerate(self.columns["status"]) if status == OK]

    def best(self, figure: str, count: int) -> list[dict[str, Any]]:
        """The timed points with the most of a figure, as rows; among equals the first."""
        import pyarrow.compute as pc

        timed = self.table.filter(pc.equal(self.table.column("status"), OK))
        order = [(figure, "descending"), ("point", "ascending")]
        rows: list[dict[str, Any]] = timed.take(
            pc.select_k_unstable(timed, min(count, timed.num_rows), order)
        ).to_pylist()
        return rows

    def reasons(self) -> dict[str, int]:
        """Why points failed, with how many did, the commonest first."""
        counted = self.table.column("reason").drop_null().value_counts().to_pylist()
        found = {one["values"]: one["counts"] for one in counted}
        return dict(sorted(found.items(), key=lambda item: -item[1]))


def read_sweep(path: Path) -> SweepData:
    """Read what `tilescope sweep` wrote.

    Raises InputError for a file that is missing, no Parquet, no sweep, or of a newer version.
    """
    import pyarrow as pa
    import pyarrow.parquet as pq

    if not path.exists():
        raise InputError(f"There is no file {path}.")
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
    return SweepData(plan, table, about)
