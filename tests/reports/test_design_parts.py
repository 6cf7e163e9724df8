"""Does the explanation of a design say where its parts are and how busy they were?"""

import pytest

from tests.designs.mlir.plain import PLAIN, read
from tilescope.designs.ir import Tile
from tilescope.reports.design_parts import explanation, places
from tilescope.reports.designs import SimulatedDesign
from tilescope.simulation.simulate import simulate_design


def explained(name, costs=None, width=80, stated=()):
    """The explanation of a design of the tests on the plain device."""
    design = read(name, costs).design
    outcome = simulate_design(design, PLAIN)
    return explanation(
        SimulatedDesign("d.mlir", "npu1", design, PLAIN, stated, outcome), width=width
    )


@pytest.mark.parametrize(
    ("tiles", "told"),
    [
        ([(0, 2)], "core (0,2)"),
        ([(0, 3), (0, 2)], "core (0,2–3)"),
        ([(0, 2), (1, 2), (0, 3), (1, 3)], "core (0–1,2–3)"),
        ([(0, 2), (2, 2)], "core (0,2), core (2,2)"),
        ([(0, 2), (1, 3)], "core (0,2), core (1,3)"),
        ([(0, 2), (0, 1)], "core (0,2), mem (0,1)"),
    ],
)
def test_a_block_of_tiles_is_told_by_its_sides(tiles, told):
    assert places([Tile(*tile) for tile in tiles]) == told


def test_each_tile_shows_how_busy_it_is():
    """16 words in, 256 cycles of code, 16 out: 288 in all. The core works 256 of them, 89 %."""
    lines = explained("code_adds").splitlines()
    head = lines.index("% busy       0")
    assert lines[head + 2 : head + 5] == ["core row 2  89", "mem tile     ·", "shim         6"]


def test_channels_show_their_bytes_and_what_they_wait_for():
    """The way out waits 272 of 288 cycles for the other end, whose buffer is filled at 272."""
    lines = [" ".join(line.split()) for line in explained("code_adds").splitlines()]
    assert "shim (0,0) S2MM0 out 64.00 B 6 the other end, 94 %" in lines
    assert "core (0,2) MM2S0 out 64.00 B 6 a filled buffer, 94 %" in lines


def test_kernels_show_their_share_of_a_core():
    """Two calls of K cycles; a kernel of a costs file is said to be stated."""
    text = explained("stated_functions", {"scale": 30, "shift": 5}, stated=("scale", "shift"))
    rows = [line.split() for line in text.splitlines()]
    total = 16 + 30 + 5 + 16
    assert ["scale", "1", "1", "30", str(round(3000 / total)), "stated"] in rows
    assert ["shift", "1", "1", "5", str(round(500 / total)), "stated"] in rows


def test_links_show_where_a_fifo_goes_on():
    lines = explained("fifo_distribute_and_join").splitlines()
    fifo = next(line for line in lines if line.startswith("in "))
    assert fifo.split()[-2:] == ["in0,", "in1"]


@pytest.mark.parametrize("name", ["fifo_distribute_and_join", "mem_tile_two_buffers", "code_views"])
def test_a_narrow_terminal_gets_sentences(name):
    text = explained(name, width=40)
    assert max(map(len, text.splitlines())) <= 40
    assert "busy" in text


def test_channels_beyond_the_busiest_are_counted():
    """Three cores behind one mem tile: 1 way in and 3 on, 3 back and 1 out; 4 are shown."""
    text = explained("fifo_distribute_and_join")
    assert "2 more channels of mem tiles, at most" in text
