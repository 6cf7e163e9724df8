"""`tilescope report`: views of a run file; nothing is ever run again."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from tilescope.cli import exports
from tilescope.cli.ending import plain_ending
from tilescope.cli.helping import Verb
from tilescope.cli.output import ForceOption

report = typer.Typer(no_args_is_help=True, help="Views of a run file.")

STDOUT = Path("-")

for verb in (exports.trace, exports.csv, exports.markdown, exports.json, exports.plot):
    report.command(cls=Verb)(verb)


@report.command("html", cls=Verb)
@plain_ending
def html(
    run: exports.RunOrSweepArgument,
    out: Annotated[
        Path | None,
        typer.Option(
            "-o", "--output", metavar="PATH|-", help="Where to write; else beside the run file."
        ),
    ] = None,
    force: ForceOption = False,
) -> None:
    """Write one HTML file. Opens offline: times, waiting, roofline, the array, the timeline."""
    import sys

    from tilescope.reports.html.report import report_of, write_report

    if run.suffix == exports.SWEEP:
        from tilescope.reports.html.sweeps import sweep_report_of, write_sweep_report

        if out == STDOUT:
            sys.stdout.write(sweep_report_of(run))
        else:
            print(f"Written: {write_sweep_report(run, out, force=force).path}")
        return
    if out == STDOUT:
        text, lacks = report_of(run)
        sys.stdout.write(text)
    else:
        written = write_report(run, out, force=force)
        lacks = written.lacks
        print(f"Written: {written.path}")
    for lack in lacks:
        print(f"tilescope: {lack}", file=sys.stderr)
