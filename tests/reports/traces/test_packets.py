"""Packets that are written many at once are those that Perfetto's own library reads."""

import numpy as np
import pytest
from perfetto.protos.perfetto.trace.perfetto_trace_pb2 import Trace, TrackEvent

from tilescope.reports.traces import perfetto
from tilescope.reports.traces.packets import Shape, Slot, in_order, nested, number, varint
from tilescope.reports.traces.slices import Flows, SliceBatch


def numbers(*values: int) -> np.ndarray:
    return np.array(values, dtype=np.int64)


@pytest.mark.parametrize(
    ("value", "expected"), [(0, b"\x00"), (127, b"\x7f"), (128, b"\x80\x01"), (300, b"\xac\x02")]
)
def test_a_number_takes_seven_bits_a_byte(value: int, expected: bytes) -> None:
    assert varint(value) == expected


def test_a_slot_keeps_its_width() -> None:
    """300 is ac 02; in four bytes ac 82 80 00, which means the same."""
    shape = Shape(number(1, Slot("it", 4)))
    assert shape.filled(1, {"it": numbers(300)}).tobytes() == b"\x08\xac\x82\x80\x00"


def test_a_number_beyond_its_slot_is_an_error() -> None:
    shape = Shape(number(1, Slot("it", 2)))
    shape.filled(1, {"it": numbers((1 << 14) - 1)})
    with pytest.raises(ValueError, match="it is beyond"):
        shape.filled(1, {"it": numbers(1 << 14)})


def test_a_message_is_told_with_its_length() -> None:
    content = nested(2, number(1, 5))
    assert Shape(content).filled(1, {}).tobytes() == b"\x12\x02\x08\x05"


def test_rows_of_several_shapes_stand_in_their_order() -> None:
    short, long = (
        np.full((count, width), mark, np.uint8) for count, width, mark in ((2, 1, 1), (1, 3, 2))
    )
    out = in_order([(numbers(0, 2), short), (numbers(1), long)], 3)
    assert out.tolist() == [1, 2, 2, 2, 1]


def test_slices_are_read_as_they_were_meant() -> None:
    """Three slices on two lanes; the first feeds both others, the last moved bytes."""
    batch = SliceBatch(
        ("a", "b"),
        lanes=numbers(3, 4, 3),
        names=numbers(0, 1, 1),
        start_ns=numbers(10, 20, 30),
        end_ns=numbers(15, 25, 30),
        moved_bytes=numbers(0, 0, 4096),
        ddr_ns=numbers(0, 0, 7),
        leaving=Flows.of(numbers(0, 0), numbers(0, 1)),
        arriving=Flows.of(numbers(2, 1), numbers(1, 0)),
    )
    trace = Trace()
    trace.ParseFromString(perfetto._slices(batch, numbers(11, 12, 12)).tobytes())
    told = [
        (
            packet.timestamp,
            packet.track_event.type,
            packet.track_event.track_uuid,
            packet.track_event.name_iid,
            list(packet.track_event.flow_ids),
            list(packet.track_event.terminating_flow_ids),
            [(one.name_iid, one.uint_value) for one in packet.track_event.debug_annotations],
        )
        for packet in trace.packet
    ]
    begin, end = TrackEvent.TYPE_SLICE_BEGIN, TrackEvent.TYPE_SLICE_END
    assert told == [
        (10, begin, 3, 11, [1, 2], [], []),
        (15, end, 3, 0, [], [], []),
        (20, begin, 4, 12, [], [1], []),
        (25, end, 4, 0, [], [], []),
        (30, begin, 3, 12, [], [2], [(perfetto.MOVED, 4096), (perfetto.DDR, 7)]),
        (30, end, 3, 0, [], [], []),
    ]
    assert all(packet.trusted_packet_sequence_id == 1 for packet in trace.packet)


def test_a_batch_that_is_repeated_has_flows_of_its_own() -> None:
    batch = SliceBatch(
        ("a",),
        numbers(1, 1),
        numbers(0, 0),
        numbers(0, 5),
        numbers(3, 9),
        numbers(0, 0),
        numbers(0, 0),
        Flows.of(numbers(0), numbers(0)),
        Flows.of(numbers(1), numbers(0)),
    )
    twice = batch.repeated(numbers(100, 200), numbers(7, 8))
    assert twice.start_ns.tolist() == [100, 105, 200, 205]
    assert twice.leaving.slices.tolist() == [0, 2]
    assert twice.leaving.numbers.tolist() == [7, 8]
    assert twice.arriving.slices.tolist() == [1, 3]
    assert twice.part(2, 4).arriving.slices.tolist() == [1]
