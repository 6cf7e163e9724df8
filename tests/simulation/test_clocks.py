"""Does a tick divide every clock, so that no cycle is ever rounded?"""

from fractions import Fraction

from hypothesis import given
from hypothesis import strategies as st

from tilescope.devices import load_device
from tilescope.simulation.clocks import TimeBase

NPU1 = load_device("npu1")


def test_a_tick_of_npu1_by_hand():
    """lcm(1028, 600) = 154,200 MHz: 150 ticks an array cycle, 257 a controller cycle."""
    base = TimeBase.of(NPU1)
    assert base == TimeBase(154_200_000_000, 150, 257)
    assert base.us(154_200) == 1
    assert base.us(150) == Fraction(1, 1028)
    assert base.cycles(150) == 1


@given(array=st.integers(100, 3000), controller=st.integers(100, 3000))
def test_both_clocks_have_whole_ticks_and_no_coarser_base_would_do(array, controller):
    base = TimeBase.of(
        NPU1.with_overrides({"clock_mhz": array, "controller_clock_mhz": controller})
    )
    assert base.us(base.array_ticks) == Fraction(1, array)
    assert base.us(base.controller_ticks) == Fraction(1, controller)
    assert Fraction(base.array_ticks, base.controller_ticks).denominator == base.controller_ticks
