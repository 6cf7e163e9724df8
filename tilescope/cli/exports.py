"""`tilescope report trace|csv|markdown|json|plot`: a run file for other programs to read."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from tilescope.cli.ending import plain_ending
from tilescope.cli.output import ForceOption, check_svg

if TYPE_CHECKING:
    from tilescope.runs.models import Run

STDOUT = Path("-")

SWEEP = ".parquet"
RunArgument = Annotated[Path, typer.Argument(metavar="RUN.json", help="A file that --json wrote.")]
RunOrSweepArgument = Annotated[
    Path,
    typer.Argument(
        metavar="RUN.json|SWEEP.parquet", help="A file that --json or `tilescope sweep` wrote."
    ),
]
OutOption = Annotated[
    Path | None,
    typer.Option(
        "-o",
        "--output",
        metavar="PATH|-",
        help="Where to write; - is stdout, which is the default.",
    ),
]
BesideOption = Annotated[
    Path | None,
    typer.Option(
        "-o", "--output", metavar="PATH", help="Where to write; beside the run otherwise."
    ),
]


@plain_ending
def trace(
    run: RunArgument,
    out: BesideOption = None,
    chrome: Annotated[
        bool, typer.Option("--chrome", help="Chrome's JSON in place of Perfetto's own format.")
    ] = False,
    every_launch: Annotated[
        bool,
        typer.Option("--every-launch", help="Every launch; otherwise one of each kind of a case."),
    ] = False,
    force: ForceOption = False,
) -> None:
    """Write the timelines as a trace for Perfetto. Open it at ui.perfetto.dev."""
    import sys

    from tilescope.errors import InputError
    from tilescope.reports.traces.writing import tell_run, write_trace

    _check_no_sweep(run)
    if out == STDOUT:
        if sys.stdout.isatty():
            raise InputError("A trace is not for a terminal; name a file with -o.")
        lacks = tell_run(_run(run), run, sys.stdout.buffer, chrome=chrome, every=every_launch)
    else:
        written = write_trace(run, out, chrome=chrome, every=every_launch, force=force)
        lacks = written.lacks
        print(f"Written: {written.path}")
    for lack in lacks:
        print(f"tilescope: {lack}", file=sys.stderr)


@plain_ending
def csv(run: RunOrSweepArgument, out: OutOption = None, force: ForceOption = False) -> None:
    """Print or write a table. A row for each case or point, units in the columns' names."""
    from tilescope.reports.csv_text import csv_text

    if run.suffix == SWEEP:
        from tilescope.profiling.sweeps.reading import read_sweep
        from tilescope.reports.sweeps import sweep_csv

        _give(lambda: sweep_csv(read_sweep(run)), run, out, force=force)
        return
    _give(lambda: csv_text(_run(run)), run, out, force=force)


@plain_ending
def markdown(run: RunArgument, out: OutOption = None, force: ForceOption = False) -> None:
    """Print or write the screen as markdown. For a pull request."""
    from tilescope.reports.markdown import markdown as text

    _give(lambda: text(_run(run)), run, out, force=force)


@plain_ending
def json(run: RunArgument, out: OutOption = None, force: ForceOption = False) -> None:
    """Print or write every figure. Each with its key, its unit, and where it comes from."""
    from tilescope.reports.results import results_json

    _give(lambda: results_json(_run(run)), run, out, force=force)


@plain_ending
def plot(run: RunArgument, out: BesideOption = None, force: ForceOption = False) -> None:
    """Draw each case's time by what it was spent on, as SVG."""
    from tilescope.errors import InputError
    from tilescope.reports.plot import plot_svg

    def text() -> str:
        found = _run(run)
        if not found.cases:
            raise InputError(f"{run} holds no case; there is nothing to draw.")
        return plot_svg(found)

    path = out or run.with_suffix(".svg")
    check_svg(path)
    _give(text, run, path, force=force)


def _run(path: Path) -> Run:
    """The run in a file. Raises InputError as read_run does, and for a sweep."""
    from tilescope.runs.files import read_run

    _check_no_sweep(path)
    return read_run(path)


def _check_no_sweep(path: Path) -> None:
    from tilescope.errors import InputError

    if path.suffix == SWEEP:
        raise InputError(f"{path} is a sweep, of which there is `report html` and `report csv`.")


def _give(text: Callable[[], str], run: Path, out: Path | None, *, force: bool) -> None:
    """To stdout, or into a file that was accepted before the text is made."""
    import sys

    from tilescope.runs.files import check_not_source, check_writable, write_bytes

    if out is None or out == STDOUT:
        sys.stdout.write(text())
        return
    check_not_source(out, run)
    check_writable(out, force=force)
    write_bytes(text().encode(), out, force=force)
    print(f"Written: {out}")
