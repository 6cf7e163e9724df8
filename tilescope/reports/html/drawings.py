"""What the report's drawings are made from: launches and output tiles, each kept once."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from tilescope.errors import InputError
from tilescope.reports.html.launches import pack_launch
from tilescope.reports.html.tiles import tiles_data
from tilescope.reports.timelines import FoundTimeline
from tilescope.runs.models import Run
from tilescope.runs.timeline import Timeline

MOST_SPANS = 500_000  # of one launch
MOST_BYTES = 4_000_000  # of all launches, so that a report stays under 6 MB


@dataclass(frozen=True)
class Missing:
    """Why a case has no drawings; broken: it should have had them."""

    case: str
    why: str
    broken: bool


@dataclass(frozen=True)
class Drawings:
    """The content for the report's scripts, and what is missing."""

    data: dict[str, Any]
    missing: tuple[Missing, ...]
    has_timelines: bool
    has_tiles: bool


def drawings_of(run: Run, timelines: Sequence[FoundTimeline]) -> Drawings:
    """Launches small enough for one report: spans are merged until they fit."""
    most = MOST_SPANS
    drawings = _drawings(run, timelines, most)
    while _bytes(drawings) > MOST_BYTES and most > 1:
        most //= 4
        drawings = _drawings(run, timelines, most)
    return drawings


def _drawings(run: Run, timelines: Sequence[FoundTimeline], most: int) -> Drawings:
    launches = _Kept()
    tiles = _Kept()
    missing: list[Missing] = []
    cases: list[dict[str, Any]] = []
    for case, found in zip(run.cases, timelines, strict=True):
        entry: dict[str, Any] = {
            "name": case.name,
            "launches": [],
            "tiles": None,
            "missing": "",
            "kind": case.npu_us.kind,
        }
        cases.append(entry)
        why, broken = found.missing, found.broken
        if found.timeline is not None:
            try:
                packed = _pack(found.timeline, most)
            except InputError as error:
                why, broken = str(error).removesuffix("."), True
            else:
                entry["launches"] = [[launches.keep(one), count] for one, count in packed]
                if found.timeline.tiles is not None:
                    entry["tiles"] = tiles.keep(tiles_data(found.timeline.tiles))
        if not entry["launches"]:
            entry["missing"] = why or "its timeline holds no launch"
            missing.append(Missing(case.name, entry["missing"], broken))
    return Drawings(
        {"cases": cases, "launches": launches.all, "tiles": tiles.all},
        tuple(missing),
        bool(launches.all),
        bool(tiles.all),
    )


def _pack(timeline: Timeline, most: int) -> list[tuple[dict[str, Any], int]]:
    return [(pack_launch(launch, most), int(launch.count)) for launch in timeline.launches]


class _Kept:
    """Things that are kept once, however often they come."""

    def __init__(self) -> None:
        self.all: list[dict[str, Any]] = []
        self._places: dict[str, int] = {}

    def keep(self, thing: dict[str, Any]) -> int:
        """The place of a thing among those kept."""
        key = json.dumps(thing, sort_keys=True, default=str)
        place = self._places.setdefault(key, len(self.all))
        if place == len(self.all):
            self.all.append(thing)
        return place


def _bytes(drawings: Drawings) -> int:
    launches = drawings.data["launches"]
    return sum(len(one["data"]) + len(one["series"]["data"]) for one in launches)
