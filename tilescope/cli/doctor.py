"""`tilescope doctor`: what this machine has, what it lacks, and what to do about it."""

from __future__ import annotations

from tilescope.cli.ending import fail, plain_ending
from tilescope.cli.output import ColorOption, ForceOption, JsonOption, answer

CANNOT_RUN = 2


@plain_ending
def doctor(
    json: JsonOption = None, force: ForceOption = False, color: ColorOption = "auto"
) -> None:
    """Say what this machine lacks, and the remedy of each lack."""
    import sys

    from tilescope.cli import terminal

    try:
        from tilescope.profiling.doctor.examination import examine
        from tilescope.reports.doctor import doctor_json, doctor_text
        from tilescope.reports.paint import Paint
    except ModuleNotFoundError as error:
        fail(
            f"The package {error.name} is missing, so the main job cannot run: install it with "
            f"`pip install {error.name}`, or run ./profile in tilescope's folder.",
            CANNOT_RUN,
        )
    paint = Paint(terminal.wants_colour(color, sys.stdout))
    with terminal.progress(quiet=False) as notify:
        examination = examine(notify=lambda heading: notify(f"looking at: {heading}"))
    answer(
        lambda: doctor_text(examination, width=terminal.width(), paint=paint),
        doctor_json(examination),
        json,
        force=force,
    )
    if not examination.can_run:
        sys.stdout.flush()
        raise SystemExit(CANNOT_RUN)
