"""Do the streaming designs move every element once, whatever their count and columns?"""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tilescope.designs.problems import find_problems
from tilescope.designs.streaming import MAX_TASK_ELEMENTS, add_design, copy_design
from tilescope.devices import load_device
from tilescope.errors import InputError
from tilescope.simulation.simulate import simulate_design

NPU1 = load_device("npu1")
FEW = settings(deadline=None, max_examples=25, derandomize=True)
COLUMNS = st.integers(1, 4)


def arrays_of(design, seed=0):
    """Whole numbers in the inputs, NaN in what is written."""
    generator = np.random.default_rng(seed)
    return {
        buffer.name: np.full(buffer.shape, np.nan, np.float32)
        if buffer.name in ("C_out", "Out")
        else generator.integers(-99, 100, buffer.shape).astype(np.float32)
        for buffer in design.host_buffers
    }


@FEW
@given(elements=st.integers(1, 20_000), columns=COLUMNS, rows=st.integers(1, 2))
def test_an_addition_adds_every_element_once(elements, columns, rows):
    design = add_design(elements, "float32", columns, rows, chunk=256)
    assert find_problems(design, NPU1) == []
    arrays = arrays_of(design)
    outcome = simulate_design(design, NPU1, arrays)
    assert np.array_equal(arrays["C_out"], arrays["C_in"] + arrays["P"])
    size = arrays["P"].nbytes
    assert outcome.bytes_read == {"C_out": 0, "C_in": size, "P": size}
    assert outcome.bytes_written == {"C_out": size, "C_in": 0, "P": 0}


@FEW
@given(elements=st.integers(1, 20_000), columns=COLUMNS)
def test_a_copy_copies_every_element_without_a_core(elements, columns):
    design = copy_design(elements, "float32", columns, chunk=512)
    assert design.cores == ()
    assert find_problems(design, NPU1) == []
    arrays = arrays_of(design)
    outcome = simulate_design(design, NPU1, arrays)
    assert np.array_equal(arrays["Out"], arrays["In"])
    assert outcome.kernel_calls == {}


def test_three_rows_of_adders_are_more_than_a_mem_tile_feeds():
    """Two inputs to each row and the output: 2 · 2 + 1 streams out of it, or 2 · 3 + 1 of 6."""
    assert find_problems(add_design(1, "float32", 1, rows=2), NPU1) == []
    (problem,) = find_problems(add_design(1, "float32", 1, rows=3), NPU1)
    assert str(problem).startswith("mem (0,1) needs 7 MM2S channels and has 6")


@pytest.mark.parametrize(
    ("elements", "each"),
    [(1, 1024), (4096, 1024), (4097, 2048), (8192, 2048)],
)
def test_a_stretch_is_whole_chunks_for_every_column(elements, each):
    """4 columns of chunks of 1024: 4097 elements need 1025 a column, two chunks."""
    design = add_design(elements, "float32", 4, chunk=1024)
    assert [buffer.shape for buffer in design.host_buffers] == [(4 * each,)] * 3


def test_a_long_stream_is_cut_into_tasks_and_finishes():
    """Five stretches of 2^20 elements: 3 tasks each, two stretches under way."""
    design = add_design(5 * MAX_TASK_ELEMENTS, "float32", 1)
    assert len(design.tasks) == 5 * 3
    outcome = simulate_design(design, NPU1)
    assert outcome.bytes_written["C_out"] == 5 * MAX_TASK_ELEMENTS * 4


def test_more_columns_are_never_slower_for_a_copy():
    times = [simulate_design(copy_design(1 << 18, "float32", c), NPU1).device_us for c in (1, 2, 4)]
    assert times[0] > times[1] > times[2]


def test_an_empty_stream_is_refused():
    for elements, columns in ((0, 1), (1, 0), (-1, 4)):
        with pytest.raises(InputError, match="at least one element, one column and one row"):
            copy_design(elements, "float32", columns)
