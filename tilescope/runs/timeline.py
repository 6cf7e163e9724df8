"""What happened on each resource of each kind of launch, in a compressed file beside the run."""

from __future__ import annotations

import gzip
import json
import zlib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tilescope.errors import InputError
from tilescope.runs.files import write_bytes
from tilescope.runs.output_tiles import OutputTiles, decode_tiles, encode_tiles
from tilescope.runs.usage import ResourceUse, decode_uses, encode_uses

TIMELINE_VERSION = 1
SUFFIX = ".timeline.json.gz"


@dataclass(frozen=True, slots=True)
class Span:
    """One thing that one resource did, from start to end, in µs after the launch's first step.

    activity: call, transfer, wait and so on; detail: the kernel of a call, the cause of a wait.
    """

    resource: str
    activity: str
    detail: str
    start_us: float
    end_us: float


@dataclass(frozen=True)
class LaunchTimeline:
    """The spans of one launch of a design that the case submits `count` times.

    uses: what each resource did in all; a transfer's span includes its wait for a share of DDR,
    which is told apart here. Absent from older files.
    """

    kernel: str
    count: int
    device_us: float
    spans: tuple[Span, ...]
    uses: tuple[ResourceUse, ...] = ()


@dataclass(frozen=True)
class Timeline:
    """The launches of one case, one for each distinct design, and its output by tiles."""

    case: str
    launches: tuple[LaunchTimeline, ...]
    tiles: OutputTiles | None = None


def timeline_path(run_path: Path, case: str) -> Path:
    """Where the timeline of a case lies: beside the run file, under its name and the case's."""
    return run_path.with_name(f"{run_path.stem}.{case}{SUFFIX}")


def write_timeline(timeline: Timeline, path: Path, *, force: bool = False) -> None:
    """Write a timeline; the same spans give the same bytes.

    Raises:
        InputError: see files.check_writable.
    """
    content = {
        "schema_version": TIMELINE_VERSION,
        "case": timeline.case,
        "launches": [_encode(launch) for launch in timeline.launches],
        "tiles": encode_tiles(timeline.tiles) if timeline.tiles else None,
    }
    text = json.dumps(content, separators=(",", ":"))
    write_bytes(gzip.compress(text.encode(), compresslevel=6, mtime=0), path, force=force)


def read_timeline(path: Path) -> Timeline:
    """Read a timeline.

    Raises:
        InputError: the file is missing, cut short, of another kind or of a newer version.
    """
    try:
        content = json.loads(gzip.decompress(path.read_bytes()))
        version = content["schema_version"]
    except (OSError, EOFError, zlib.error, ValueError, KeyError, TypeError) as error:
        raise InputError(f"{path} is not a whole timeline: {error}.") from error
    if version != TIMELINE_VERSION:
        raise InputError(
            f"{path} has the timeline version {version!r}; this tilescope reads {TIMELINE_VERSION}."
        )
    try:
        tiles = content.get("tiles")
        return Timeline(
            content["case"],
            tuple(map(_decode, content["launches"])),
            decode_tiles(tiles) if tiles else None,
        )
    except (KeyError, TypeError, ValueError, IndexError, AttributeError) as error:
        raise InputError(f"{path} is not a whole timeline: {error!r}.") from error


def _encode(launch: LaunchTimeline) -> dict[str, Any]:
    """Names once, spans as rows of indices and times: a tenth of the size."""
    names: dict[str, int] = {}
    rows = []
    for span in launch.spans:
        row: list[float] = [
            names.setdefault(name, len(names))
            for name in (span.resource, span.activity, span.detail)
        ]
        rows.append([*row, span.start_us, span.end_us])
    return {
        "kernel": launch.kernel,
        "count": launch.count,
        "device_us": launch.device_us,
        "names": list(names),
        "columns": ["resource", "activity", "detail", "start_us", "end_us"],
        "spans": rows,
        "uses": encode_uses(launch.uses),
    }


def _decode(content: dict[str, Any]) -> LaunchTimeline:
    names = content["names"]
    spans = tuple(
        Span(names[resource], names[activity], names[detail], start_us, end_us)
        for resource, activity, detail, start_us, end_us in content["spans"]
    )
    return LaunchTimeline(
        content["kernel"],
        content["count"],
        content["device_us"],
        spans,
        decode_uses(content.get("uses", [])),
    )
