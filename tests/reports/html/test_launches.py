"""A launch as the report holds it: the same spans, in less room."""

import base64
import zlib
from typing import Any

import numpy as np
import pytest

from tilescope.errors import InputError
from tilescope.reports.html.launches import pack_launch, uses_from
from tilescope.runs.series import Series
from tilescope.runs.timeline import LaunchTimeline, Span

SPANS = (
    Span("core (0,2)", "wait", "buffer_empty", 0.0, 1.5),
    Span("core (0,2)", "call", "mm", 1.5, 4.0),
    Span("shim (0,0) MM2S0", "transfer", "", 0.25, 1.25),
    Span("core (0,2)", "call", "mm", 5.0, 9.0),
)


def unpacked(packed: dict[str, Any]) -> list[tuple[str, str, str, float, float]]:
    """The spans of a packed launch, as the report's script unpacks them."""
    content = zlib.decompress(base64.b64decode(packed["data"]))
    count = sum(packed["counts"])
    gaps = np.frombuffer(content, "<i4", count)
    lengths = np.frombuffer(content, "<u4", count, 4 * count)
    codes = np.frombuffer(content, "<u2", count, 16 * count)
    found, place = [], 0
    for name, size in zip(packed["resources"], packed["counts"], strict=True):
        at = 0
        for span in range(place, place + size):
            start = at + int(gaps[span])
            at = start + int(lengths[span])
            activity, detail, _ = packed["codes"][codes[span]]
            unit = packed["unit_us"]
            found.append((name, activity, detail, start * unit, at * unit))
        place += size
    return found


def test_spans_come_back_to_a_tenth_of_a_nanosecond() -> None:
    packed = pack_launch(LaunchTimeline("mm", 1, 9.0, SPANS), 100)
    found = unpacked(packed)
    wanted = sorted(
        ((s.resource, s.activity, s.detail, s.start_us, s.end_us) for s in SPANS),
        key=lambda row: (packed["resources"].index(row[0]), row[3]),
    )
    assert [row[:3] for row in found] == [row[:3] for row in wanted]
    for row, want in zip(found, wanted, strict=True):
        assert row[3:] == pytest.approx(want[3:], abs=0.5e-4)


def test_a_launch_of_an_hour_is_kept_in_a_coarser_unit() -> None:
    hour_us = 3.6e9
    packed = pack_launch(
        LaunchTimeline("mm", 1, hour_us, (Span("core (0,2)", "call", "mm", 1e9, hour_us),)), 100
    )
    assert packed["unit_us"] == pytest.approx(10.0)  # 3.6e9 / 10 is below 2^31, 3.6e9 / 1 is not
    assert unpacked(packed)[0][3:] == pytest.approx((1e9, hour_us), rel=1e-9)


def test_short_neighbours_are_merged_until_few_are_left_and_the_report_knows_below_what() -> None:
    spans = tuple(Span("core (0,2)", "call", "mm", i * 1.0, i + 0.5) for i in range(1_000))
    long = Span("core (0,2)", "wait", "buffer_full", 1_000.0, 1_900.0)
    packed = pack_launch(LaunchTimeline("mm", 1, 2_000.0, (*spans, long)), 50)
    found = unpacked(packed)
    assert len(found) <= 50
    assert packed["spans"] == 1_001
    assert packed["merged_us"] > 0.5
    assert found[-1][1:3] == ("wait", "buffer_full")  # a long span stays by itself
    assert {row[1] for row in found[:-1]} == {"several"}
    assert found[0][3] == 0.0
    assert max(row[4] for row in found) == pytest.approx(1_900.0)


def test_series_keep_their_moments_and_the_largest_of_what_is_thinned() -> None:
    ticks = np.arange(10_000)
    counts = np.zeros(10_000, dtype=np.int64)
    counts[7_777] = 5
    series = Series("held", "l1", "bytes", ticks, counts, 10**6, scale=2.0, limit=64.0)
    found = pack_launch(LaunchTimeline("mm", 1, 10_000.0, SPANS, series=(series,)), 100)["series"]
    assert found["of"] == [["held", "l1", "bytes", 64.0, 10.0]]
    (count,) = found["counts"]
    content = zlib.decompress(base64.b64decode(found["data"]))
    at = np.cumsum(np.frombuffer(content, "<u4", count)) * 1e-4
    values = np.frombuffer(content, "<f4", count, 4 * count)
    assert count == 3_334  # every third of 10,000, since 4,096 are the most
    assert values.max() == 10.0
    assert at[values.argmax()] == pytest.approx(7_776.0)  # the first of its three


def test_a_transfer_that_waits_for_ddr_waits() -> None:
    spans = [Span("shim (0,0) MM2S0", "transfer", "", 0.0, 4.0, ddr_us=3.0)]
    (use,) = uses_from(spans, 10.0)
    assert (use.busy_us, dict(use.waiting_us), use.idle_us) == (1.0, {"ddr": 3.0}, 6.0)


def test_an_older_timeline_gives_uses_that_close() -> None:
    uses = {use.name: use for use in uses_from(SPANS, 10.0)}
    core = uses["core (0,2)"]
    assert (core.busy_us, dict(core.waiting_us), core.idle_us) == (6.5, {"buffer_empty": 1.5}, 2.0)
    assert core.kind == "core"
    assert uses["shim (0,0) MM2S0"].kind == "channel"
    assert all(use.elapsed_us == pytest.approx(10.0) for use in uses.values())


@pytest.mark.parametrize(
    ("start", "end"), [(2.0, 1.0), (-1.0, 1.0), (float("nan"), 1.0), (0.0, float("inf"))]
)
def test_an_impossible_span_is_refused(start: float, end: float) -> None:
    launch = LaunchTimeline("mm", 1, 9.0, (Span("core (0,2)", "call", "mm", start, end),))
    with pytest.raises(InputError, match="impossible time"):
        pack_launch(launch, 100)


def test_a_launch_without_spans_is_packed_too() -> None:
    packed = pack_launch(LaunchTimeline("mm", 1, 9.0, ()), 100)
    assert unpacked(packed) == []
    assert packed["elapsed_us"] == 9.0
