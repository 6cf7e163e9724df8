"""`--output-dir`: a run and every view of it in one folder."""

from __future__ import annotations

from pathlib import Path

from tilescope.errors import InputError
from tilescope.runs.files import check_writable

RUN_FILE = "run.json"
VIEWS = (
    "results.csv",
    "results.json",
    "summary.md",
    "times.svg",
    "report.html",
    "trace.perfetto-trace",
)


def open_folder(output_dir: str | None, json: str | None) -> Path | None:
    """The folder that was asked for.

    Raises:
        InputError: a run file is named beside it.
    """
    if output_dir is None:
        return None
    if json is not None:
        raise InputError("--output-dir writes run.json itself; leave --json out.")
    return Path(output_dir)


def prepare_folder(folder: Path, *, force: bool) -> None:
    """Make the folder and accept the views that will be written, before the work begins.

    Raises:
        InputError: it is a file or cannot be made, or see runs.files.check_writable.
    """
    if folder.exists() and not folder.is_dir():
        raise InputError(f"{folder} is a file; name a folder.")
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise InputError(f"{folder} cannot be made: {error.strerror or error}.") from error
    for name in VIEWS:
        check_writable(folder / name, force=force)


def write_views(folder: Path, *, force: bool) -> list[Path]:
    """Every view of the run file in the folder, which was written before.

    Raises:
        InputError: see runs.files.check_writable.
    """
    from tilescope.reports.csv_text import csv_text
    from tilescope.reports.html.report import write_report
    from tilescope.reports.markdown import markdown
    from tilescope.reports.plot import plot_svg
    from tilescope.reports.results import results_json
    from tilescope.reports.traces.writing import write_trace
    from tilescope.runs.files import read_run, write_bytes

    path = folder / RUN_FILE
    run = read_run(path)
    places = [folder / name for name in VIEWS]
    *texts, page, trace = places
    for place, text in zip(texts, (csv_text, results_json, markdown, plot_svg), strict=True):
        write_bytes(text(run).encode(), place, force=force)
    write_report(path, page, force=force)
    if not any(case.timeline for case in run.cases):  # a measured run has none
        return places[:-1]
    write_trace(path, trace, force=force)
    return places
