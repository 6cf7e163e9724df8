"""Runs with timelines, as a user has them."""

from __future__ import annotations

from pathlib import Path

from tilescope.cli.products import Outputs, write_outputs
from tilescope.designs.request import MappingRequest
from tilescope.profiling.products import ProductSettings, profile_products
from tilescope.runs.models import Run
from tilescope.runs.timeline import Timeline
from tilescope.workloads.cases import LinearProjectionTestCase


class Profiled:
    """A run, its timelines, and the run file beside which they lie."""

    def __init__(self, path: Path, run: Run, timelines: tuple[Timeline, ...]) -> None:
        self.path, self.run, self.timelines = path, run, timelines

    @property
    def spans(self) -> int:
        """Spans of one launch of each kind."""
        return sum(len(launch.spans) for one in self.timelines for launch in one.launches)

    @property
    def issues(self) -> int:
        """Tasks that the controller issues, in one launch of each kind."""
        return sum(
            span.activity == "issue"
            for one in self.timelines
            for launch in one.launches
            for span in launch.spans
        )

    @property
    def links(self) -> int:
        """What fed what, in one launch of each kind."""
        return sum(len(launch.links) for one in self.timelines for launch in one.launches)


def profiled(folder: Path, family: str, *names: str, k: int = 64) -> Profiled:
    """Cases of 64×128×64: under per-tile two launches of each of two kinds."""
    cases = [LinearProjectionTestCase(name, 64, 128, k) for name in names]
    settings = ProductSettings(
        mapping=MappingRequest(family=family), timing_only=True, baseline=False, timeline=True
    )
    profile = profile_products(cases, settings)
    path = folder / "run.json"
    write_outputs(profile, Outputs(json=str(path), force=False, quiet=True))
    return Profiled(path, profile.run, profile.timelines)
