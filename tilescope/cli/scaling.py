"""What `tilescope linear` does at several batches and sequence lengths."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path

from tilescope.cli import terminal
from tilescope.cli.ending import INTERRUPTED, fail
from tilescope.cli.output import check_svg
from tilescope.cli.products import (
    Outputs,
    check_outputs,
    with_advice,
    write_outputs,
)
from tilescope.errors import InputError
from tilescope.profiling.products import ProductSettings
from tilescope.profiling.scaling import PlacedCase, Points, profile_scaling
from tilescope.quantities.axes import whole_values
from tilescope.reports.advice import advice_block
from tilescope.reports.paint import Paint
from tilescope.reports.scaling import scaling_report
from tilescope.reports.scaling_plot import scaling_svg
from tilescope.runs.files import check_writable, write_bytes


def parse_points(batch: str | None, seq: str | None, plot: str | None) -> Points:
    """The points that --batch and --seq name.

    Raises InputError for what is no axis, and for a plot of a single point.
    """
    points = Points(
        whole_values(batch, "--batch") if batch is not None else (1,),
        whole_values(seq, "--seq") if seq is not None else None,
    )
    if plot is not None and not points.several:
        raise InputError("--plot draws over several points; name them with --seq or --batch.")
    if plot is not None:
        check_svg(Path(plot))
    return points


def scale_and_show(
    cases: Sequence[PlacedCase], settings: ProductSettings, outputs: Outputs, plot: str | None
) -> None:
    """Profile the cases at their points, print the report, and write what was asked for.

    Raises InputError and WrongResultError as profile_and_show does.
    """
    paint = Paint(terminal.wants_colour(outputs.color, sys.stdout))
    check_outputs(outputs, [one.case for one in cases], timeline=settings.timeline)
    if plot is not None:
        check_writable(Path(plot), force=outputs.force)
    with terminal.progress(quiet=outputs.quiet) as notify:
        profile = profile_scaling(cases, settings, notify=notify)
    if not profile.run.cases:
        fail("Interrupted before a case was finished; nothing was written.", INTERRUPTED)
    profile = with_advice(profile, [one.case for one in cases], settings, outputs)
    written = write_outputs(profile, outputs)
    if plot is not None:
        write_bytes(scaling_svg(profile.run).encode(), Path(plot), force=outputs.force)
        written.append(Path(plot))
    if (text := outputs.in_place_of_screen(profile.run)) is not None:
        sys.stdout.write(text)
    elif not outputs.quiet:
        print(scaling_report(profile.run, width=terminal.width(), paint=paint), end="")
        if next_steps := advice_block(profile.run, terminal.width(), paint):
            print("\n" + "\n".join(next_steps))
        if written:
            print(f"\nWritten: {', '.join(map(str, written))}")
    if not profile.run.complete:
        fail(f"Interrupted; finished {len(profile.run.cases)} of {len(cases)}.", INTERRUPTED)
