"""The output by tiles: one figure for each, and nothing that is no figure."""

from pathlib import Path

import pytest

from tilescope.errors import InputError
from tilescope.runs.output_tiles import OutputTiles
from tilescope.runs.timeline import LaunchTimeline, Timeline, read_timeline, write_timeline
from tilescope.runs.usage import ResourceUse

TILES = OutputTiles(2, 3, 16, 16, (2, 3), "launch", (1.0, 2.0, 3.0, 4.0, 5.0, 6.0), None)
USE = ResourceUse("shim (0,0) MM2S0", "channel", 2.5, {"ddr": 1.5, "stream": 1.0}, 5.0, 4096)


def test_tiles_and_uses_come_back_as_they_were_written(tmp_path: Path) -> None:
    timeline = Timeline("c", (LaunchTimeline("k", 1, 10.0, (), (USE,)),), TILES)
    write_timeline(timeline, tmp_path / "t.gz")
    assert read_timeline(tmp_path / "t.gz") == timeline


def test_busy_waiting_and_idle_are_the_elapsed_time() -> None:
    assert USE.elapsed_us == 2.5 + 1.5 + 1.0 + 5.0


def test_a_list_that_misses_a_tile_is_refused() -> None:
    with pytest.raises(ValueError, match="5 figures for 2×3 tiles"):
        OutputTiles(2, 3, 16, 16, (2, 3), "launch", (1.0, 2.0, 3.0, 4.0, 5.0))


@pytest.mark.parametrize("value", [-1.0, float("nan"), float("inf")])
def test_a_timeline_with_an_impossible_time_is_not_whole(tmp_path: Path, value: float) -> None:
    use = ResourceUse("controller", "controller", value, {}, 0.0)
    write_timeline(Timeline("c", (LaunchTimeline("k", 1, 10.0, (), (use,)),)), tmp_path / "t.gz")
    with pytest.raises(InputError, match="not a whole timeline"):
        read_timeline(tmp_path / "t.gz")
