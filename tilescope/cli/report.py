"""`tilescope report`: views of a run file; nothing is ever run again."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from tilescope.cli.ending import plain_ending
from tilescope.cli.output import ForceOption

report = typer.Typer(no_args_is_help=True, help="Views of a run file.")

STDOUT = Path("-")

RunArgument = Annotated[Path, typer.Argument(metavar="RUN.json", help="A file that --json wrote.")]


@report.command("html")
@plain_ending
def html(
    run: RunArgument,
    out: Annotated[
        Path | None,
        typer.Option(
            "-o", "--out", metavar="FILE|-", help="Where to write; else beside the run file."
        ),
    ] = None,
    force: ForceOption = False,
) -> None:
    """Write one page that opens offline: times, waiting, roofline, the array, the timeline."""
    import sys

    from tilescope.reports.html.page import page_of, write_page

    if out == STDOUT:
        text, lacks = page_of(run)
        sys.stdout.write(text)
    else:
        written = write_page(run, out, force=force)
        lacks = written.lacks
        print(f"Written: {written.path}")
    for lack in lacks:
        print(f"tilescope: {lack}", file=sys.stderr)
