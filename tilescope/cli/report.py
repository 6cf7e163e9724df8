"""`tilescope report`: views of a run file; nothing is ever run again."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from tilescope.cli.ending import plain_ending
from tilescope.cli.output import ForceOption

report = typer.Typer(no_args_is_help=True, help="Views of a run file.")

RunArgument = Annotated[Path, typer.Argument(metavar="RUN.json", help="A file that --json wrote.")]


@report.command("html")
@plain_ending
def html(
    run: RunArgument,
    out: Annotated[
        Path | None,
        typer.Option(
            "-o", "--out", metavar="FILE", help="Where to write; beside the run file otherwise."
        ),
    ] = None,
    force: ForceOption = False,
) -> None:
    """Write one page that opens offline: times, waiting, roofline, the array, the timeline."""
    import sys

    from tilescope.reports.html.page import write_page

    written = write_page(run, out, force=force)
    for lack in written.lacks:
        print(f"tilescope: {lack}", file=sys.stderr)
    print(f"Written: {written.path}")
