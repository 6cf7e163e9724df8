"""The trace of a run file: its timelines, one case after the other, in one file."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import IO

from tilescope.errors import InputError
from tilescope.reports.names import shown
from tilescope.reports.timelines import NOT_TAKEN, find_timelines
from tilescope.reports.traces.scene import Scene
from tilescope.reports.traces.slices import TraceSink
from tilescope.runs.files import check_not_source, read_run, writing
from tilescope.runs.models import Run

SUFFIX, CHROME_SUFFIX = ".perfetto-trace", ".trace.json"


@dataclass(frozen=True)
class WrittenTrace:
    """Where a trace was written, and what it lacks that the run file promised."""

    path: Path
    lacks: tuple[str, ...]


def write_trace(
    run_path: Path,
    out: Path | None = None,
    *,
    chrome: bool = False,
    every: bool = False,
    force: bool = False,
) -> WrittenTrace:
    """Write the trace of a run file, beside it under its name unless told where.

    chrome: as JSON instead of Perfetto's own format; every: every launch instead of one of each
    kind. Cases without a timeline are left out; one timeline is in memory at a time.

    Raises:
        InputError: the run file cannot be read, no case has a timeline, or the trace cannot be
            written (see runs.files.check_writable).
    """
    run = read_run(run_path)
    path = out or run_path.with_suffix(CHROME_SUFFIX if chrome else SUFFIX)
    check_not_source(path, run_path)
    with writing(path, force=force) as file:
        lacks = tell_run(run, run_path, file, chrome=chrome, every=every)
    return WrittenTrace(path, lacks)


def tell_run(
    run: Run, run_path: Path, file: IO[bytes], *, chrome: bool, every: bool
) -> tuple[str, ...]:
    """Write the trace of a run that was read from there; returns what it lacks.

    Raises:
        InputError: no case has a timeline; nothing is written then.
    """
    lacks: list[str] = []
    sink = scene = None
    for case in run.cases:
        (found,) = find_timelines(run.model_copy(update={"cases": (case,)}), run_path)
        if found.timeline is None:
            lacks.append(f"{shown(case.name)} is not in the trace: {shown(found.missing)}.")
            continue
        if scene is None:
            sink = _sink(file, chrome=chrome)
            scene = Scene(run, sink)
        try:
            scene.tell(case, found.timeline, every=every)
        except (ValueError, OverflowError) as error:
            raise InputError(
                f"The timeline of {shown(case.name)} does not fit a trace: {error}. It was edited, "
                "or is not tilescope's."
            ) from error
    if sink is None:
        raise InputError(_nothing(run_path, lacks))
    sink.close()
    return tuple(lacks)


def _sink(file: IO[bytes], *, chrome: bool) -> TraceSink:
    if chrome:
        from tilescope.reports.traces.chrome import ChromeSink

        return ChromeSink(file)
    from tilescope.reports.traces.perfetto import PerfettoSink

    return PerfettoSink(file)


def _nothing(run_path: Path, lacks: list[str]) -> str:
    """Why there is no trace at all."""
    if not lacks:
        return f"{run_path} holds no case; there is nothing to trace."
    if all(NOT_TAKEN in lack for lack in lacks):
        return f"{run_path} has no timeline; profile with --json PATH --timeline."
    return (
        f"{run_path} has no timeline that can be read; they lie beside the run file, wherever that "
        f"goes. {' '.join(lacks)}"
    )
