"""What happened on each resource of each kind of launch, in a compressed file beside the run.

Version 2 holds spans by columns in whole ticks, what fed what, and figures over time. Version 1
had spans alone, as rows of µs; it still opens.
"""

from __future__ import annotations

import gzip
import io
import json
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from tilescope.errors import InputError
from tilescope.runs.files import write_bytes
from tilescope.runs.output_tiles import OutputTiles, decode_tiles, encode_tiles
from tilescope.runs.series import Series, decode_series, encode_series
from tilescope.runs.spans import AMOUNTS, NAMES, Span, SpanTable, to_table
from tilescope.runs.usage import ResourceUse, amount, decode_uses, encode_uses

__all__ = ["LaunchTimeline", "Span", "Timeline", "read_timeline", "timeline_path", "write_timeline"]

TIMELINE_VERSION = 2
SUFFIX = ".timeline.json.gz"
DIFFERENCES = ("start",)  # columns that are stored as the difference from the row above

Links = npt.NDArray[np.int64]


def no_links() -> Links:
    """Links of a launch that knows none."""
    return np.empty((0, 2), dtype=np.int64)


@dataclass(frozen=True)
class LaunchTimeline:
    """The spans of one launch of a design that the case submits `count` times.

    uses: what each resource did in all; a transfer's span includes its wait for a share of DDR,
    which is told apart here. links: pairs of places among the spans, of which the second used what
    the first brought, or did what the first ordered. series: figures over time. Older files lack
    all three.
    """

    kernel: str
    count: int
    device_us: float
    spans: Sequence[Span]
    uses: tuple[ResourceUse, ...] = ()
    links: Links = field(default_factory=no_links, compare=False)
    series: tuple[Series, ...] = field(default=(), compare=False)


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
    packed = io.BytesIO()
    with gzip.GzipFile(fileobj=packed, mode="wb", compresslevel=6, mtime=0) as file:
        for text in _texts(timeline):
            file.write(text.encode())
    write_bytes(packed.getvalue(), path, force=force)


def read_timeline(path: Path) -> Timeline:
    """Read a timeline of this version or an earlier one.

    Raises:
        InputError: the file is missing, cut short, of another kind or of a newer version.
    """
    try:
        content = json.loads(gzip.decompress(path.read_bytes()))
        version = content["schema_version"]
    except FileNotFoundError as error:
        raise InputError(f"{path} is not there; it lies beside the run file.") from error
    except (
        OSError,
        EOFError,
        zlib.error,
        ValueError,
        KeyError,
        TypeError,
        RecursionError,
    ) as error:
        raise InputError(f"{path} is not a whole timeline: {error}.") from error
    if version not in range(1, TIMELINE_VERSION + 1) or isinstance(version, bool):
        raise InputError(
            f"{path} has the timeline version {version!r}; this tilescope reads up to "
            f"{TIMELINE_VERSION}."
        )
    try:
        tiles = content.get("tiles")
        return Timeline(
            str(content["case"]),
            tuple(_decode(launch) for launch in content["launches"]),
            decode_tiles(tiles) if tiles else None,
        )
    except (
        KeyError, TypeError, ValueError, IndexError, AttributeError, OverflowError
    ) as error:  # fmt: skip
        raise InputError(f"{path} is not a whole timeline: {error!r}.") from error


def _texts(timeline: Timeline) -> Iterator[str]:
    """The file's text, column by column: a long launch is never there as one string."""
    head = {"schema_version": TIMELINE_VERSION, "case": timeline.case}
    tiles = encode_tiles(timeline.tiles) if timeline.tiles else None
    yield f'{_json(head)[:-1]},"tiles":{_json(tiles)},"launches":['
    for place, launch in enumerate(timeline.launches):
        yield "," if place else ""
        yield from _launch_texts(launch)
    yield "]}"


def _launch_texts(launch: LaunchTimeline) -> Iterator[str]:
    table = to_table(launch.spans)
    head = {
        "kernel": launch.kernel,
        "count": launch.count,
        "device_us": launch.device_us,
        "tick_hz": table.tick_hz,
        "names": table.names,
        "uses": encode_uses(launch.uses),
        "links": launch.links.T.tolist(),
        "series": [encode_series(series) for series in launch.series],
    }
    yield f'{_json(head)[:-1]},"spans":{{'
    for place, (name, column) in enumerate(table.columns.items()):
        numbers = np.diff(column, prepend=0) if name in DIFFERENCES else column
        yield ("," if place else "") + f"{_json(name)}:{_json(numbers.tolist())}"
    yield "}}"


def _json(content: Any) -> str:
    return json.dumps(content, separators=(",", ":"))


def _decode(content: dict[str, Any]) -> LaunchTimeline:
    spans: Sequence[Span]
    if "tick_hz" in content:
        tick_hz = int(content["tick_hz"])
        columns = {}
        for name in (*NAMES, *AMOUNTS):
            column = np.array(content["spans"].pop(name), dtype=np.int64)
            columns[name] = np.cumsum(column) if name in DIFFERENCES else column
        spans = SpanTable([str(name) for name in content["names"]], tick_hz, columns)
        links = np.array(content["links"], dtype=np.int64).reshape(2, -1).T
        if len(links) and not 0 <= links.min() <= links.max() < len(spans):
            raise ValueError("a link names a span that is not there")
        series = tuple(decode_series(one, tick_hz) for one in content["series"])
    else:
        names = content["names"]
        spans = tuple(
            Span(names[resource], names[activity], names[detail], amount(start), amount(end))
            for resource, activity, detail, start, end in content["spans"]
        )
        links, series = no_links(), ()
    return LaunchTimeline(
        str(content["kernel"]),
        int(amount(content["count"])),
        amount(content["device_us"]),
        spans,
        decode_uses(content.get("uses", [])),
        links,
        series,
    )
