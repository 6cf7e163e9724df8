"""A finding: one thing that was looked at, how it is, and what to do where it is not as wanted."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

STATUSES = ("ok", "note", "lack", "broken")
"""As wanted; works, with something to know; not here and not needed; in the main job's way."""


@dataclass(frozen=True)
class Finding:
    """What was looked at, its status, what was seen, and the remedy of anything that is not ok."""

    status: str
    what: str
    detail: str
    remedy: str = ""

    def __post_init__(self) -> None:
        """A finding of another status, or one that leaves its reader alone, is a mistake here."""
        if self.status not in STATUSES:
            raise ValueError(f"{self.what}: status {self.status!r} is none of {STATUSES}")
        if (self.status == "ok") == bool(self.remedy):
            raise ValueError(f"{self.what}: a remedy goes with whatever is not ok, and only there")


@dataclass(frozen=True)
class Section:
    """The findings under one heading, and the answer in a sentence."""

    heading: str
    answer: str
    findings: tuple[Finding, ...]

    @property
    def worst(self) -> str:
        """The status of the worst finding."""
        return worst(self.findings)


@dataclass(frozen=True)
class Examination:
    """Everything that was looked at."""

    sections: tuple[Section, ...]

    @property
    def can_run(self) -> bool:
        """Whether nothing stands in the way of the main job."""
        return all(section.worst != "broken" for section in self.sections)


def worst(findings: Sequence[Finding]) -> str:
    """The worst status among some findings; ok where there are none."""
    return max((finding.status for finding in findings), key=STATUSES.index, default="ok")
