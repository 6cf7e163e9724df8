"""Is the outcome a matter of the program alone, to the last byte?"""

from itertools import permutations

import numpy as np
import pytest

from tests.simulation.programs import (
    WHOLE_DDR,
    Machine,
    acquire,
    call,
    conveyor,
    loop,
    release,
    same,
)
from tilescope.designs.mapping import choose_mapping
from tilescope.designs.plan import make_plan
from tilescope.devices import load_device
from tilescope.simulation.simulate import simulate_plan
from tilescope.workloads import Gemm


def tied(order, load=WHOLE_DDR):
    """Four equal streams that want DDR at one instant; `order` is that in which they are added."""
    machine = Machine()
    ends = {}
    for name in sorted(order):
        came = machine.end(f"in {name}", 2, 100)
        ends[name] = machine.shim(f"shim {name}", reads=True), machine.into(came)
        body = (acquire(0), call(30), release(0))
        machine.core(f"core {name}", [(came, False)], loop(-1, *body))
    for name in order:
        source, into = ends[name]
        machine.flow(source, into)
    tasks = [machine.push(ends[name][0], 300, load=load) for name in sorted(order)]
    for task in tasks:
        machine.wait(task)
    return machine


def test_two_runs_are_byte_identical():
    for machine in (tied("abcd"), conveyor(objects=20, words=10, kernel_ticks=11, acquire=3)):
        assert same(machine.run().raw, machine.run().raw)


def test_a_program_built_twice_runs_the_same():
    assert same(tied("abcd").run().raw, tied("abcd").run().raw)


@pytest.mark.parametrize("load", [1, WHOLE_DDR], ids=["no contention", "contention"])
def test_the_order_in_which_streams_are_added_changes_nothing_but_the_order_of_ties(load):
    """Equal streams share equally: 300 words take 1200 ticks, whoever is looked at first."""
    first = tied("abcd", load).run()
    assert first.ticks == (1200 if load == WHOLE_DDR else 300)
    for order in list(permutations("abcd"))[::5]:
        result = tied(order, load).run()
        assert result.ticks == first.ticks
        assert result.raw["budget"] == first.raw["budget"]
        assert np.array_equal(result.raw["usage"], first.raw["usage"])


def test_ties_end_in_the_order_of_their_streams():
    """All four reach DDR and leave it at one instant; the spans show who was served first."""
    for order in list(permutations("abcd"))[::5]:
        result = tied(order).run()
        names = [result.names[row[0]] for row in result.raw["spans"].tolist() if row[1] == 2]
        ends = [name for name in names if name.startswith("shim")]
        assert ends == [f"shim {name}" for name in order] * 3


@pytest.mark.parametrize("family", ["per-tile", "fused-k"])
def test_a_plan_with_data_gives_the_same_bytes_twice(family):
    gemm = Gemm("twice", 65, 70, 130, "float32")
    device = load_device("npu1")
    plan = make_plan(gemm, choose_mapping(gemm, family, device))
    generator = np.random.default_rng(7)
    a = generator.standard_normal((65, 130), dtype=np.float32)
    b = generator.standard_normal((130, 70), dtype=np.float32)
    one, other = (simulate_plan(plan, device, (a, b), spans=True) for _ in range(2))
    assert one.output.tobytes() == other.output.tobytes()
    for left, right in zip(one.launches, other.launches, strict=True):
        assert left.outcome.spans.tobytes() == right.outcome.spans.tobytes()
        assert left.outcome.resources == right.outcome.resources
        assert left.outcome.budget_us == right.outcome.budget_us
