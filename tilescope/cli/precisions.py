"""What `tilescope precision` does: compare the formats, print the report, write the run file."""

from __future__ import annotations

import sys

from tilescope.cli import terminal
from tilescope.cli.products import STDOUT, Outputs, check_outputs
from tilescope.profiling.precision.comparing import PrecisionSettings, compare
from tilescope.reports.paint import Paint
from tilescope.reports.precision import precision_report
from tilescope.runs.files import to_json, write_run
from tilescope.workloads.cases import LinearProjectionTestCase


def compare_and_show(
    case: LinearProjectionTestCase, settings: PrecisionSettings, outputs: Outputs
) -> None:
    """Compare, print the report or the run file, and write what was asked for.

    Raises InputError and WrongResultError as `compare` does.
    """
    paint = Paint(terminal.wants_colour(outputs.color, sys.stdout))
    check_outputs(outputs, (), timeline=False)
    with terminal.progress(quiet=outputs.quiet) as notify:
        found = compare(case, settings, notify=notify)
    if outputs.path is not None:
        write_run(found.run, outputs.path, force=outputs.force)
    if outputs.json == STDOUT:
        sys.stdout.write(to_json(found.run))
    elif not outputs.quiet:
        print(precision_report(found, width=terminal.width(), paint=paint), end="")
        if outputs.path is not None:
            print(f"\nWritten: {outputs.path}")
