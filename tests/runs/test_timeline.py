"""The timeline's sidecar file."""

from pathlib import Path

import pytest

from tilescope.errors import InputError
from tilescope.runs.timeline import (
    LaunchTimeline,
    Span,
    Timeline,
    read_timeline,
    timeline_path,
    write_timeline,
)

TIMELINE = Timeline(
    "q_proj",
    (
        LaunchTimeline(
            "linear_matmul",
            180,
            27.5,
            (
                Span("core (0,2)", "call", "linear_matmul_float32_safe", 1.25, 3.5),
                Span("core (0,2)", "wait", "buffer_empty", 3.5, 4.0),
            ),
        ),
    ),
)


def test_a_timeline_comes_back_as_it_was_written(tmp_path: Path) -> None:
    path = timeline_path(tmp_path / "run.json", "q_proj")
    assert path.name == "run.q_proj.timeline.json.gz"
    write_timeline(TIMELINE, path)
    assert read_timeline(path) == TIMELINE


def test_the_same_spans_give_the_same_bytes(tmp_path: Path) -> None:
    first, second = tmp_path / "a.gz", tmp_path / "b.gz"
    write_timeline(TIMELINE, first)
    write_timeline(TIMELINE, second)
    assert first.read_bytes() == second.read_bytes()


def test_a_timeline_cut_short_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.gz"
    write_timeline(TIMELINE, path)
    path.write_bytes(path.read_bytes()[:-12])
    with pytest.raises(InputError, match="not a whole timeline"):
        read_timeline(path)
