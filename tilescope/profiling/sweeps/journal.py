"""What a sweep has finished, kept on disk stretch by stretch until all of it is one file.

Beside `sweep.parquet` lies the folder `sweep.parquet.partial` while a sweep is under way: the plan,
and a file for each finished stretch of points, put in place in one step. A stretch is there whole
or not at all, under a name of its own, so that nothing is lost with a run that is killed and
nothing is there twice.
"""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from tilescope import __version__
from tilescope.errors import InputError
from tilescope.profiling.sweeps.plan import SweepPlan
from tilescope.profiling.sweeps.records import FAILED, column_types

PLAN, SUFFIX = "plan.json", ".parquet"
METADATA = b"tilescope"
FORMAT = 1


@dataclass(frozen=True)
class Journal:
    """The folder of a sweep that goes to `path`, in stretches of `chunk` points."""

    path: Path
    plan: SweepPlan
    chunk: int

    @property
    def folder(self) -> Path:
        """Where finished stretches lie."""
        return folder_of(self.path)

    @property
    def starts(self) -> range:
        """The first point of every stretch."""
        return range(0, self.plan.size, self.chunk)

    def finished(self) -> set[int]:
        """The first points of the stretches that are there."""
        return {int(file.stem) for file in self.folder.glob(f"*{SUFFIX}") if file.stem.isdigit()}

    def missing(self) -> Iterator[tuple[int, int]]:
        """The stretches that are not, as first point and the one behind the last."""
        done = self.finished()
        for start in self.starts:
            if start not in done:
                yield start, min(start + self.chunk, self.plan.size)

    def keep(self, start: int, columns: dict[str, list[Any]]) -> int:
        """Put a finished stretch in place; returns how many of its points failed.

        Raises InputError where the disk refuses.
        """
        file = self.folder / f"{start:09d}{SUFFIX}"
        _write(_table(self.plan, columns), file)
        return columns["status"].count(FAILED)

    def merge(self, about: dict[str, Any]) -> tuple[int, int]:
        """Make one file of all stretches, and take the folder away; points and failed ones.

        Raises InputError where a stretch is broken, which is then taken away, or the disk refuses.
        """
        pa, _ = _arrow()
        table = pa.concat_tables([self._stretch(start) for start in self.starts])
        content = {"format": FORMAT, "plan": json.loads(self.plan.to_json()), **about}
        table = table.replace_schema_metadata({METADATA: json.dumps(content).encode()})
        _write(table, self.path)
        shutil.rmtree(self.folder, ignore_errors=True)
        return table.num_rows, table.column("status").to_pylist().count(FAILED)

    def _stretch(self, start: int) -> Any:
        """A finished stretch as it was kept."""
        pa, pq = _arrow()
        file = self.folder / f"{start:09d}{SUFFIX}"
        points = range(start, min(start + self.chunk, self.plan.size))
        try:
            table = pq.read_table(file)
            if table.column("point").to_pylist() == list(points):
                return table
        except (OSError, KeyError, pa.ArrowException):
            pass
        file.unlink(missing_ok=True)
        raise InputError(
            f"{file} was broken and is taken away; the same command runs its {len(points)} points "
            "again."
        )


def open_journal(path: Path, plan: SweepPlan, chunk: int, *, force: bool) -> Journal:
    """The journal of a sweep: the one that an earlier run of the same plan left, or a new one.

    Raises InputError where `path` exists, or its folder holds another sweep, and force is not set.
    """
    folder = folder_of(path)
    if path.is_dir() or (path.exists() and not force):
        raise InputError(f"{path} exists and is kept; add --force to replace it.")
    if not path.absolute().parent.is_dir():
        raise InputError(f"The folder {path.absolute().parent} does not exist; make it first.")
    known = _known(folder)
    if known is not None and (known.plan, known.version) == (plan.to_json(), __version__):
        return Journal(path, plan, known.chunk)
    if folder.exists():
        if not force:
            raise InputError(f"{_whose(folder, known, plan)}, or discard it with --force.")
        shutil.rmtree(folder, ignore_errors=True)
    try:
        folder.mkdir()
        begun = _Begun(plan.to_json(), chunk, __version__)
        _put(folder / PLAN, json.dumps(asdict(begun)).encode())
    except OSError as error:
        raise InputError(f"{folder} cannot be made: {error.strerror or error}.") from None
    return Journal(path, plan, chunk)


def _whose(folder: Path, known: _Begun | None, plan: SweepPlan) -> str:
    """Why a folder is not gone on with, and what to do."""
    if known is not None and known.plan == plan.to_json():
        return (
            f"{folder} was begun by tilescope {known.version}, and this is {__version__}, whose "
            "times may differ; name another file with -o"
        )
    return (
        f"{folder} holds what another sweep has finished; run that again to go on with it, name "
        "another file with -o"
    )


def folder_of(path: Path) -> Path:
    """The folder beside a sweep's file."""
    return path.with_name(f"{path.name}.partial")


@dataclass(frozen=True)
class _Begun:
    """What a folder says of the sweep that is kept in it."""

    plan: str
    chunk: int
    version: str


def _known(folder: Path) -> _Begun | None:
    """The sweep that a folder was begun for; None where there is none to go on with."""
    try:
        content = json.loads((folder / PLAN).read_text(encoding="utf-8"))
        return _Begun(str(content["plan"]), int(content["chunk"]), str(content["version"]))
    except (OSError, ValueError, KeyError, TypeError):
        return None


def _table(plan: SweepPlan, columns: dict[str, list[Any]]) -> Any:
    pa, _ = _arrow()
    types = {"string": pa.string(), "int64": pa.int64(), "double": pa.float64()}
    fields = [(name, types[kind]) for name, kind in column_types(plan).items()]
    return pa.table(columns, schema=pa.schema(fields))


def _write(table: Any, path: Path) -> None:
    """A table in place in one step, on the disk before it bears its name."""
    pa, pq = _arrow()
    sink = pa.BufferOutputStream()
    pq.write_table(table, sink, compression="zstd")
    try:
        _put(path, sink.getvalue())
    except OSError as error:
        raise InputError(f"{path} cannot be written: {error.strerror or error}.") from None


def _put(path: Path, content: Any) -> None:
    partial = path.with_name(f".{path.name}.{os.getpid()}.partial")
    try:
        with partial.open("wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        partial.replace(path)
    finally:
        partial.unlink(missing_ok=True)


def _arrow() -> tuple[Any, Any]:
    """PyArrow and its Parquet module, imported when they are needed."""
    import pyarrow
    import pyarrow.parquet

    return pyarrow, pyarrow.parquet
