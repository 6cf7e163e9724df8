"""`tilescope report trace|csv|markdown|json|plot`: a run file for other programs to read."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Annotated

import typer

from tilescope.cli.ending import plain_ending
from tilescope.cli.output import ForceOption, check_svg

STDOUT = Path("-")

RunArgument = Annotated[Path, typer.Argument(metavar="RUN.json", help="A file that --json wrote.")]
OutOption = Annotated[
    Path | None,
    typer.Option(
        "-o",
        "--output",
        metavar="FILE|-",
        help="Where to write; - is stdout, which is the default.",
    ),
]
BesideOption = Annotated[
    Path | None,
    typer.Option(
        "-o", "--output", metavar="FILE", help="Where to write; beside the run otherwise."
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
    from tilescope.runs.files import read_run

    if out == STDOUT:
        if sys.stdout.isatty():
            raise InputError("A trace is not for a terminal; name a file with -o.")
        lacks = tell_run(read_run(run), run, sys.stdout.buffer, chrome=chrome, every=every_launch)
    else:
        written = write_trace(run, out, chrome=chrome, every=every_launch, force=force)
        lacks = written.lacks
        print(f"Written: {written.path}")
    for lack in lacks:
        print(f"tilescope: {lack}", file=sys.stderr)


@plain_ending
def csv(run: RunArgument, out: OutOption = None, force: ForceOption = False) -> None:
    """Print or write a table. A row for each case, units in the columns' names."""
    from tilescope.reports.csv_text import csv_text
    from tilescope.runs.files import read_run

    _give(lambda: csv_text(read_run(run)), run, out, force=force)


@plain_ending
def markdown(run: RunArgument, out: OutOption = None, force: ForceOption = False) -> None:
    """Print or write the screen as markdown. For a pull request."""
    from tilescope.reports.markdown import markdown as text
    from tilescope.runs.files import read_run

    _give(lambda: text(read_run(run)), run, out, force=force)


@plain_ending
def json(run: RunArgument, out: OutOption = None, force: ForceOption = False) -> None:
    """Print or write every figure. Each with its key, its unit, and where it comes from."""
    from tilescope.reports.results import results_json
    from tilescope.runs.files import read_run

    _give(lambda: results_json(read_run(run)), run, out, force=force)


@plain_ending
def plot(run: RunArgument, out: BesideOption = None, force: ForceOption = False) -> None:
    """Draw each case's time by what it was spent on, as SVG."""
    from tilescope.errors import InputError
    from tilescope.reports.plot import plot_svg
    from tilescope.runs.files import read_run

    def text() -> str:
        found = read_run(run)
        if not found.cases:
            raise InputError(f"{run} holds no case; there is nothing to draw.")
        return plot_svg(found)

    path = out or run.with_suffix(".svg")
    check_svg(path)
    _give(text, run, path, force=force)


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
