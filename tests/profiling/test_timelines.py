"""Does the timeline of a launch say what the engine did, and nothing that it did not?"""

from collections import Counter

import numpy as np
import pytest

from tilescope.designs.mapping import choose_mapping
from tilescope.devices.catalog import load_device
from tilescope.profiling.timelines import timeline_of
from tilescope.runs.timeline import LaunchTimeline
from tilescope.workloads.gemm import Gemm

DEVICE = load_device("npu1")


def launches(family: str, m: int, n: int, k: int) -> tuple[LaunchTimeline, ...]:
    gemm = Gemm("one", m, n, k, "float32")
    return timeline_of(gemm, choose_mapping(gemm, family, DEVICE), DEVICE).launches


@pytest.fixture(scope="module")
def block() -> LaunchTimeline:
    """One block: 64×64×64 on 4×4 cores, each with one call of the product."""
    return launches("per-tile", 64, 64, 64)[0]


@pytest.fixture(scope="module")
def fused() -> LaunchTimeline:
    """One launch of eight blocks, K in four steps."""
    return launches("fused-k", 128, 256, 256)[0]


def linked(launch: LaunchTimeline) -> Counter[tuple[str, str]]:
    """How often one thing led to another, by activity and kind of tile."""
    spans = list(launch.spans)
    kinds = [f"{span.activity} {span.resource.split()[0]}" for span in spans]
    return Counter((kinds[one], kinds[other]) for one, other in launch.links.tolist())


def test_every_arrival_is_followed_from_the_controller_to_the_calls_and_back(
    block: LaunchTimeline,
) -> None:
    """One task brings A, one B, four take the columns of C: six are issued, four awaited.

    A and B come as 4 slices each, which pass a mem tile and go to 4 cores each: 8 pieces from the
    shims, 8 from one channel of a mem tile to another, 32 to cores, 32 into a first call. C leaves
    16 cores once each, through the mem tiles (16, 16) to the shims (16). Each task moves four
    pieces, of which three follow another: 18.
    """
    found = linked(block)
    assert found["issue controller", "transfer shim"] == 6
    assert found["transfer shim", "transfer shim"] == 6 * 3
    assert found["transfer shim", "transfer mem"] == 8
    assert found["transfer mem", "transfer mem"] == 8 + 16
    assert found["transfer mem", "transfer core"] == 32
    assert found["transfer core", "call core"] == 32
    assert found["call core", "transfer core"] == 16
    assert found["transfer core", "transfer mem"] == 16
    assert found["transfer mem", "transfer shim"] == 16
    assert found["transfer shim", "token controller"] == 4
    assert sum(found.values()) == 6 + 18 + 8 + 24 + 32 + 32 + 16 + 16 + 16 + 4


def test_what_fed_something_was_there_before_it_was_used(fused: LaunchTimeline) -> None:
    """A stream's two ends move at once; everything else is over before its effect begins."""
    spans = list(fused.spans)
    for one, other in fused.links.tolist():
        cause, effect = spans[one], spans[other]
        if cause.activity == effect.activity == "transfer" and cause.start_us == effect.start_us:
            assert cause.moved_bytes == effect.moved_bytes
        else:
            assert cause.end_us <= effect.start_us + 1e-9


def test_a_wait_names_its_cause_and_the_fifo(block: LaunchTimeline) -> None:
    waits = {
        (span.detail, span.subject)
        for span in block.spans
        if span.resource == "core (0,2)" and span.activity == "wait"
    }
    assert ("buffer_empty", "A_row0") in waits or ("buffer_empty", "B_column0") in waits
    assert all(subject for cause, subject in waits if cause.startswith("buffer"))


@pytest.mark.parametrize("name", ["block", "fused"])
def test_spans_add_up_to_busy_and_waiting_of_every_resource(
    name: str, request: pytest.FixtureRequest
) -> None:
    launch: LaunchTimeline = request.getfixturevalue(name)
    busy: Counter[str] = Counter()
    waiting: Counter[tuple[str, str]] = Counter()
    for span in launch.spans:
        length = span.end_us - span.start_us
        if span.activity == "wait":
            waiting[span.resource, span.detail] += length
        else:
            busy[span.resource] += length - span.ddr_us
            waiting[span.resource, "ddr"] += span.ddr_us
    elapsed = {use.elapsed_us for use in launch.uses}
    assert max(elapsed) == pytest.approx(min(elapsed), abs=1e-9)
    for use in launch.uses:
        assert busy[use.name] == pytest.approx(use.busy_us, abs=1e-6)
        for cause, us in use.waiting_us.items():
            assert waiting[use.name, cause] == pytest.approx(us, abs=1e-6)


def test_ddr_moves_every_byte_and_never_more_than_it_can(fused: LaunchTimeline) -> None:
    """The rate times its duration is what the shims' channels moved, read and written apart."""
    series = {one.name: one for one in fused.series if one.of == "ddr"}
    for name, direction in (("ddr_read", "MM2S"), ("ddr_write", "S2MM")):
        one = series[name]
        moved = float((one.values[:-1] * np.diff(one.at_us)).sum()) * 1e3
        expected = sum(
            use.moved_bytes
            for use in fused.uses
            if use.name.startswith("shim") and direction in use.name
        )
        assert expected > 0
        assert moved == pytest.approx(expected, rel=1e-5)
        assert one.values[-1] == 0
    moments = np.union1d(series["ddr_read"].ticks, series["ddr_write"].ticks)
    both = sum(
        np.append(0.0, one.values)[np.searchsorted(one.ticks, moments, side="right")]
        for one in series.values()
    )
    assert both.max() <= DEVICE.ddr_gbps * (1 + 1e-6)


def test_active_cores_are_the_calls_under_way(block: LaunchTimeline) -> None:
    (active,) = (one for one in block.series if one.name == "active_cores")
    calls = [span for span in block.spans if span.activity == "call"]
    busy_us = sum(span.end_us - span.start_us for span in calls)
    assert float((active.values[:-1] * np.diff(active.at_us)).sum()) == pytest.approx(busy_us)
    assert active.limit == 16


def test_memories_hold_what_the_vocabulary_says(block: LaunchTimeline) -> None:
    """A core: 4,096 of A, 4,096 of B and 1,024 of C; all sixteen at once 147,456 bytes."""
    held = {one.of: one for one in block.series if one.name == "held"}
    assert held["core (0,2)"].peak == 9_216
    assert held["l1"].peak == 16 * 9_216
    assert held["core (0,2)"].limit == DEVICE.l1_bytes - DEVICE.l1_reserved_bytes
    assert held["mem (0,1)"].limit == DEVICE.l2_bytes
