"""The timelines of a run: found beside the run file, or the reason why there is none."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from tilescope.errors import InputError
from tilescope.runs.models import Case, Run
from tilescope.runs.timeline import Timeline, read_timeline

NOT_TAKEN = "none was taken; profile with --timeline"
UNSEEN = "a clock sees no timeline; --target simulated --timeline takes the model's"


@dataclass(frozen=True)
class FoundTimeline:
    """The timeline of a case, or why it is missing."""

    timeline: Timeline | None
    missing: str = ""

    @property
    def broken(self) -> bool:
        """Whether there should be a timeline, but none could be read."""
        return self.timeline is None and self.missing not in (NOT_TAKEN, UNSEEN)


def find_timelines(run: Run, run_path: Path) -> tuple[FoundTimeline, ...]:
    """One answer for each case of a run, in order; nothing outside its folder is ever read."""
    return tuple(_find(case, run_path.parent) for case in run.cases)


def _find(case: Case, folder: Path) -> FoundTimeline:
    name = case.timeline
    if not name:
        return FoundTimeline(None, UNSEEN if case.npu_us.kind == "measured" else NOT_TAKEN)
    if any(mark in name for mark in ("/", "\\", "\0")) or name in (".", ".."):
        return FoundTimeline(None, "its file is named by a path, and only the run's folder is read")
    path = folder / name
    try:
        if not path.is_file():
            return FoundTimeline(None, "the timeline that the run file names is not beside it")
        timeline = read_timeline(path)
    except (InputError, OSError, ValueError, RecursionError) as error:
        return FoundTimeline(None, _without_folder(str(error), folder))
    if timeline.case != case.name:
        return FoundTimeline(None, "the timeline that the run file names belongs to another case")
    return FoundTimeline(timeline)


def _without_folder(message: str, folder: Path) -> str:
    """A message for a report that is passed on: without the folder it was made in."""
    return message.replace(f"{folder}/", "").removesuffix(".")
