"""Do shim channels share DDR as they should? A load of one means: DDR could do just this.

Words take one tick at their port, so a transfer of 1000 words takes 1000 ticks when DDR keeps up.
"""

from fractions import Fraction

import pytest

from tests.simulation.programs import WHOLE_DDR, Machine, acquire, loop, release
from tilescope.designs.ir import Dim
from tilescope.devices import load_device
from tilescope.simulation.clocks import TimeBase
from tilescope.simulation.ddr import (
    LOAD_ONE,
    PACE_BITS,
    PACE_ONE,
    PAGE_BYTES,
    SERVICE_BITS,
    ddr_demand,
    ddr_load,
    pages_entered,
)
from tilescope.simulation.walks import ByteWalk, byte_walk


def readers(loads, *, starts=None, words=1000):
    """One transfer from DDR for each load (1 = all of DDR); returns (start, end) of each."""
    machine = Machine()
    tasks, now = [], 0
    for place, load in enumerate(loads):
        came = machine.end(f"in {place}", 1, words)
        source = machine.shim(f"shim {place}", reads=True)
        machine.flow(source, machine.into(came))
        machine.core(f"core {place}", [(came, False)], loop(-1, acquire(0), release(0)))
        start = starts[place] if starts else 0
        if start > now:
            machine.work(start - now)
            now = start
        tasks.append(machine.push(source, words, load=int(load * WHOLE_DDR)))
    for task in tasks:
        machine.wait(task)
    result = machine.run()
    spans = [result.spans(f"shim {place}", "transfer") for place in range(len(loads))]
    assert all(len(one) == 1 for one in spans)
    return [one[0] for one in spans], result


@pytest.mark.parametrize(
    "loads",
    [
        (Fraction(1, 2), Fraction(1, 4)),  # less than all of it
        (Fraction(1, 2), Fraction(1, 2)),  # all of it, exactly
        (Fraction(3, 4), Fraction(1, 4)),
        (1,),
    ],
)
def test_channels_run_at_full_speed_while_their_loads_fit(loads):
    transfers, result = readers(loads)
    assert set(transfers) == {(0, 1000)}
    for place in range(len(loads)):
        assert result.waits(f"shim {place}") == {}


def test_the_least_load_too_many_slows_the_larger():
    """One half and one part in 2^20 more: 2^20 / 2^19 · 1000 shares leave it 0.002 ticks late."""
    transfers, _ = readers((Fraction(1, 2), Fraction(1, 2) + Fraction(1, WHOLE_DDR)))
    assert transfers == [(0, 1000), (0, 1001)]


def test_two_channels_that_could_each_use_all_of_ddr_run_at_half_speed():
    """Loads of one and one: half each, 2000 ticks, all of them waiting for a share of DDR."""
    transfers, result = readers((1, 1))
    assert transfers == [(0, 2000), (0, 2000)]
    for place in range(2):
        assert result.waits(f"shim {place}") == {"ddr": 2000}
        assert result.busy(f"shim {place}") == 0
    assert result.budget == {"ddr": 2000}


def test_a_channel_alone_that_asks_twice_what_ddr_does_takes_twice_as_long():
    transfers, result = readers((2,))
    assert transfers == [(0, 2000)]
    assert result.budget == {"ddr": 2000}


def test_whoever_needs_less_than_an_equal_share_keeps_its_speed():
    """Loads 1/4, 1 and 1: the small one runs its 1000 ticks, the others share 3/4.

    At 3/8 each they have 625 of 1000 words to go at tick 1000, then half each: 1250 ticks more.
    """
    transfers, result = readers((Fraction(1, 4), 1, 1))
    assert transfers == [(0, 1000), (0, 2250), (0, 2250)]
    assert result.waits("shim 0") == {}


def test_equal_shares_hold_where_everyone_asks_for_more():
    """Loads 1/2, 1 and 1: a third of DDR each.

    The first moves at (1/3) / (1/2) = 2/3: 1500 ticks. The others have done 500 of 1000 by then
    and go on at half speed: 1000 more. Shares are in 2^-20, rounded down: a tick late.
    """
    transfers, _ = readers((Fraction(1, 2), 1, 1))
    assert transfers == [(0, 1501), (0, 2501), (0, 2501)]


def test_a_latecomer_shares_from_when_it_starts():
    """Loads of one, the second 400 ticks later.

    The first has 600 words to go at 400, at half speed: ends at 1600. The second has moved 600 by
    then and goes on alone: ends at 2000.
    """
    transfers, result = readers((1, 1), starts=(0, 400))
    assert transfers == [(0, 1600), (400, 2000)]
    # below its own speed from 400 to 1600, as long as both are there
    assert result.waits("shim 0") == {"ddr": 1200}
    assert result.waits("shim 1") == {"task_queue": 400, "ddr": 1200}


def test_one_that_starts_as_another_ends_does_not_meet_it():
    transfers, _ = readers((1, 1), starts=(0, 1000))
    assert transfers == [(0, 1000), (1000, 2000)]
    # a tick earlier they share one tick: each half of it
    transfers, _ = readers((1, 1), starts=(0, 999))
    assert transfers == [(0, 1001), (999, 2000)]


# --- what a walk asks of DDR -----------------------------------------------------------------


def exact_load(total_bytes, runs):
    """By hand for npu1: 17 GB/s and 1.9 ns a run, over words of 1.013 cycles at 1028 MHz."""
    service_ns = Fraction(total_bytes, 17) + runs * Fraction(19, 10)
    port_ns = Fraction(total_bytes, 4) * Fraction(1013, 1000) * Fraction(1000, 1028)
    return service_ns / port_ns


@pytest.mark.parametrize(
    ("levels", "run_bytes", "by_hand"),
    [
        # 4096/17 + 1.9 = 242.8 ns of DDR in 1024 × 1.013/1.028 = 1009.1 ns of the port
        ((), 4096, 0.2407),
        # 32 × (128/17 + 1.9) = 301.7 ns in the same 1009.1 ns
        (((32, 1536),), 128, 0.2990),
        # 1024 × (4/17 + 1.9) = 2186.5 ns in 1009.1: DDR is slower than the port
        (((1024, 8),), 4, 2.1669),
    ],
)
def test_short_runs_ask_more_of_ddr(levels, run_bytes, by_hand):
    device = load_device("npu1", calibrated=False)
    base = TimeBase.of(device)
    walk = ByteWalk(levels, run_bytes)
    milliticks = device.shim_mm2s_millicycles_per_word * base.array_ticks
    load = ddr_load(walk, device, base, milliticks)
    exact = exact_load(walk.total_bytes, walk.runs)
    assert walk.total_bytes == 4096
    assert float(exact) == pytest.approx(by_hand, abs=5e-5)
    assert load == round(exact * LOAD_ONE)


def test_rows_that_touch_are_one_run():
    # 32 rows of 128 bytes, 128 apart, are 4096 bytes in one run; 132 apart they are 32 runs
    assert byte_walk((Dim(32, 32), Dim(32, 1)), 1024, 4) == ByteWalk((), 4096)
    assert byte_walk((Dim(32, 33), Dim(32, 1)), 1024, 4) == ByteWalk(((32, 132),), 128)


def test_the_engines_whole_ddr_is_that_of_the_designs():
    assert LOAD_ONE == WHOLE_DDR


# --- pages, and the way from a shim to DDR ---------------------------------------------------


@pytest.mark.parametrize(
    ("levels", "run_bytes", "pages"),
    [
        # one run of a page, wherever it begins: 1 + 4095/4096
        ((), 4096, 1 + 4095 / 4096),
        # rows a page apart are a page each, and at times the last crosses into one more
        (((32, 4096),), 64, 32 + 63 / 4096),
        # rows of 2560 bytes share pages: 31 steps of 2560/4096 beyond the first row's
        (((32, 2560),), 64, 31 * 2560 / 4096 + 1 + 63 / 4096),
        # rows two pages apart are a page each, and as often in two as a run of 64 bytes is
        (((32, 8192),), 64, 32 * (1 + 63 / 4096)),
        # 40 stretches of 64 bytes along rows of 2560 stay within the 82,000 bytes that they span
        (((40, 64), (32, 2560)), 64, (31 * 2560 + 39 * 64 + 64 - 1) / 4096 + 1),
    ],
)
def test_a_walk_enters_the_pages_that_it_spans_once(levels, run_bytes, pages):
    entered = pages_entered(ByteWalk(levels, run_bytes)) / PAGE_BYTES
    assert entered == pytest.approx(pages, rel=1e-3)


def test_a_page_entered_costs_ddr_its_time():
    # 32 rows a page apart, 64 bytes each: 32.02 pages of 4 ns beside the bytes and the runs
    plain = load_device("npu1", calibrated=False)
    paged = plain.with_overrides({"ddr_page_ns": 4.0})
    base = TimeBase.of(plain)
    walk, milliticks = ByteWalk(((32, 4096),), 64), 1013 * base.array_ticks
    port_ns = 512 * 1.013 * 1000 / 1028
    more = ddr_load(walk, paged, base, milliticks) - ddr_load(walk, plain, base, milliticks)
    assert more / LOAD_ONE == pytest.approx((32 + 63 / 4096) * 4 / port_ns, rel=1e-3)


def demand(*, pace, interface, load=0):
    """A transfer that keeps its shim's interface busy for `pace` ticks of each of its port's."""
    packed = load | int(pace * PACE_ONE) << SERVICE_BITS | interface << (SERVICE_BITS + PACE_BITS)
    return Fraction(packed, WHOLE_DDR)


def test_two_channels_of_a_shim_take_turns_at_its_interface():
    # each needs it for as long as its port moves: together twice as long, 1000 ticks become 2000
    transfers, result = readers([demand(pace=1, interface=0)] * 2)
    assert transfers == [(0, 2000), (0, 2000)]
    # the interface is the shim's own, so nobody waited for DDR
    assert "ddr" not in result.waits("shim 0")


def test_channels_of_two_shims_do_not():
    demands = [demand(pace=1, interface=0), demand(pace=1, interface=2)]
    transfers, _ = readers(demands)
    assert transfers == [(0, 1000), (0, 1000)]


def test_a_run_that_takes_the_interface_longer_than_the_port_slows_one_channel_alone():
    # 4 ticks of the interface for each of the port's
    transfers, _ = readers([demand(pace=4, interface=0)])
    assert transfers == [(0, 4000)]


def test_what_the_interface_holds_back_does_not_ask_ddr_for_more_than_it_moves():
    # at half speed the first asks for half of DDR: the second, of another shim, keeps its own speed
    slow = demand(pace=2, interface=0, load=LOAD_ONE)
    other = demand(pace=0, interface=2, load=LOAD_ONE // 2)
    transfers, _ = readers([slow, other])
    assert transfers == [(0, 2000), (0, 1000)]


def test_a_demand_beyond_the_engines_number_is_refused():
    device = load_device("npu1", calibrated=False).with_overrides({"shim_run_ns": 1e6})
    base = TimeBase.of(device)
    with pytest.raises(ValueError, match="thousands of times its port"):
        ddr_demand(ByteWalk(((8, 64),), 4), device, base, 1013 * base.array_ticks, 0)
