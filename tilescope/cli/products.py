"""What verbs that profile products share: run the cases, show the screen, write the files."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from tilescope.cli import terminal
from tilescope.cli.ending import INTERRUPTED, fail
from tilescope.cli.output_folder import RUN_FILE, VIEWS, prepare_folder, write_views
from tilescope.errors import InputError
from tilescope.profiling.places import SIMULATED
from tilescope.profiling.products import ProductSettings, Profile, profile_products
from tilescope.profiling.tiles import TileSettings, profile_tile
from tilescope.reports.advice import search_lines
from tilescope.reports.csv_text import csv_text
from tilescope.reports.markdown import markdown as markdown_text
from tilescope.reports.paint import Paint
from tilescope.reports.screen import screen
from tilescope.reports.tile import tile_report
from tilescope.runs.files import check_writable, to_json, write_bytes, write_run
from tilescope.runs.models import Run
from tilescope.runs.timeline import timeline_path, write_timeline
from tilescope.search.advice import advise
from tilescope.search.choosing import Choose, chooser
from tilescope.search.commands import search_command
from tilescope.workloads.cases import LinearProjectionTestCase

STDOUT = "-"


@dataclass(frozen=True)
class Outputs:
    """Where a verb's answer goes: `json` is a path, `-` for stdout, or None for the screen.

    advice: whether what to try next belongs to it; folder: takes the run file and every view;
    typed: the words that chose the cases, where a command for them would be made anew otherwise;
    csv, markdown: where these views go, as `json`.
    """

    json: str | None
    force: bool
    quiet: bool
    color: str = "auto"
    advice: bool = True
    folder: Path | None = None
    typed: tuple[str, ...] | None = None
    csv: str | None = None
    markdown: str | None = None

    @property
    def path(self) -> Path | None:
        """The run file to be written, where there is one."""
        if self.folder is not None:
            return self.folder / RUN_FILE
        return None if self.json in (None, STDOUT) else Path(str(self.json))

    @property
    def views(self) -> list[tuple[str, Callable[[Run], str]]]:
        """Where each text of the run goes that is not its run file, and what makes it."""
        made = ((self.csv, csv_text), (self.markdown, markdown_text))
        return [(place, text) for place, text in made if place is not None]

    def in_place_of_screen(self, run: Run) -> str | None:
        """What goes to stdout instead of the report, where something does."""
        if self.json == STDOUT:
            return to_json(run)
        return next((text(run) for place, text in self.views if place == STDOUT), None)


def profile_and_show(
    cases: Sequence[LinearProjectionTestCase], settings: ProductSettings, outputs: Outputs
) -> None:
    """Profile the cases, print the screen or the run file, and write what was asked for.

    Raises:
        InputError: see check_outputs and profile_products.
        WrongResultError: an output lies outside its kernel's contract; nothing is written.
    """
    paint = Paint(terminal.wants_colour(outputs.color, sys.stdout))
    check_outputs(outputs, cases, timeline=settings.timeline)
    with terminal.progress(quiet=outputs.quiet) as notify:
        choose = chooser(settings, notify)
        profile = profile_products(cases, settings, notify=notify, choose=choose)
        if not profile.run.cases:
            fail("Interrupted before a case was finished; nothing was written.", INTERRUPTED)
        profile = with_advice(profile, cases, settings, outputs, choose)
    written = write_outputs(profile, outputs)
    if (text := outputs.in_place_of_screen(profile.run)) is not None:
        sys.stdout.write(text)
    elif not outputs.quiet:
        print(screen(profile.run, width=terminal.width(), paint=paint), end="")
        searched = choose is not None  # there is no other mapping to search for
        wanted = outputs.advice and not searched and settings.target == SIMULATED
        typed = search_command(cases, settings) if wanted else None
        if typed is not None:
            lines = search_lines(profile.run.cases, typed, terminal.width())
            if lines and not profile.run.advice:
                lines = ["", paint("Next", "strong"), *lines]
            print("".join(f"{line}\n" for line in lines), end="")
        if written:
            print(f"\nWritten: {', '.join(map(str, written))}")
    if not profile.run.complete:
        fail(f"Interrupted; finished {len(profile.run.cases)} of {len(cases)}.", INTERRUPTED)


def with_advice(
    profile: Profile,
    cases: Sequence[LinearProjectionTestCase],
    settings: ProductSettings,
    outputs: Outputs,
    choose: Choose | None = None,
) -> Profile:
    """The profile with what to try next in its run, where that is wanted and anybody sees it."""
    if not outputs.advice or (outputs.quiet and outputs.path is None and outputs.json is None):
        return profile
    if choose is not None and not profile.run.complete:
        return profile  # who interrupted one search wants no other
    if settings.target != SIMULATED:
        return profile  # what a change would gain is only simulated
    try:
        found = advise(profile.run, cases, settings, outputs.typed, choose)
    except KeyboardInterrupt:  # every case is finished: they are kept
        return profile
    return replace(profile, run=profile.run.model_copy(update={"advice": found}))


def show_tile(settings: TileSettings, outputs: Outputs, *, verbose: bool) -> None:
    """Profile one block, print its report or the run file, and write what was asked for.

    Raises:
        InputError: see check_outputs and profile_tile.
        WrongResultError: the output lies outside the kernel's contract; nothing is written.
    """
    check_outputs(outputs, (), timeline=False)
    with terminal.progress(quiet=outputs.quiet) as notify:
        run = profile_tile(settings, notify=notify)
    written = write_outputs(Profile(run), outputs)
    if outputs.json == STDOUT:
        sys.stdout.write(to_json(run))
    elif not outputs.quiet:
        print(tile_report(run, verbose=verbose, width=terminal.width()), end="")
        if written:
            print(f"\nWritten: {', '.join(map(str, written))}")


def check_outputs(
    outputs: Outputs, cases: Sequence[LinearProjectionTestCase], *, timeline: bool
) -> None:
    """Accept the files that will be written, before the work begins.

    Raises:
        InputError: see runs.files.check_writable; timelines were asked for without a file, or two
            outputs have one name.
    """
    places = [place for place, _ in outputs.views]
    if outputs.path is not None or outputs.json is not None:
        places.append(str(outputs.path or outputs.json))
    if outputs.folder is not None:
        places += [str(outputs.folder / name) for name in VIEWS]
    if len({place if place == STDOUT else os.path.realpath(place) for place in places}) < len(
        places
    ):
        raise InputError("Two outputs go to one place; name another for one of them.")
    for place, _ in outputs.views:
        if place != STDOUT:
            check_writable(Path(place), force=outputs.force)
    if outputs.path is None:
        if timeline:
            raise InputError("--timeline writes beside the run file; name that with --json PATH.")
        return
    if outputs.folder is not None:
        prepare_folder(outputs.folder, force=outputs.force)
    check_writable(outputs.path, force=outputs.force)
    if timeline:
        for case in cases:
            check_writable(timeline_path(outputs.path, case.name), force=outputs.force)


def write_outputs(profile: Profile, outputs: Outputs) -> list[Path]:
    """Write the timelines and the run file that names them; returns what was written."""
    texts = []
    for place, text in outputs.views:
        if place != STDOUT:
            write_bytes(text(profile.run).encode(), Path(place), force=outputs.force)
            texts.append(Path(place))
    path = outputs.path
    if path is None:
        return texts
    sidecars = {}
    for timeline in profile.timelines:
        sidecars[timeline.case] = timeline_path(path, timeline.case)
        write_timeline(timeline, sidecars[timeline.case], force=outputs.force)
    cases = tuple(
        case.model_copy(update={"timeline": sidecars[case.name].name})
        if case.name in sidecars
        else case
        for case in profile.run.cases
    )
    write_run(profile.run.model_copy(update={"cases": cases}), path, force=outputs.force)
    views = write_views(outputs.folder, force=outputs.force) if outputs.folder else []
    return [path, *sidecars.values(), *views, *texts]
