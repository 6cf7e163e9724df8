"""Do the stand-ins notice each mistake that a caller of XRT may make?

Every test plants one and asks for the error or for wrong numbers; without it the product is right.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from tests.targets.xrt.conftest import Bench
from tilescope.designs.mapping import Mapping
from tilescope.designs.plan import make_plan
from tilescope.errors import MachineError
from tilescope.targets.conformance import CASE, CASE_MAPPING, check_target
from tilescope.targets.xrt import loading
from tilescope.targets.xrt.loading import LoadedDesign
from tilescope.targets.xrt.product import LoadedProduct
from tilescope.targets.xrt.target import XrtNpu
from tilescope.workloads import Gemm

GEMM = Gemm("x", 64, 64, 128, "bfloat16")
TILED = Mapping("per-tile", (16, 16, 64), (4, 4), "single", emulation=None)
Plant = Callable[[pytest.MonkeyPatch], None]


def off_by(bench: Bench) -> float:
    """How far the output is off, relative to its largest element; NaN where one is in it."""
    generator = np.random.default_rng(2)
    a, b = (generator.standard_normal(shape).astype("bfloat16") for shape in ((64, 128), (128, 64)))
    output = XrtNpu("npu1", machine=bench.machine).run(GEMM, TILED, a, b).output
    assert output is not None
    exact = a.astype(np.float64) @ b.astype(np.float64)
    return float(np.max(np.abs(output.astype(np.float64) - exact)) / np.max(np.abs(exact)))


def after_loading(change: Callable[[LoadedDesign], None]) -> Plant:
    """A change of every design after it was loaded."""
    made = LoadedDesign.__init__

    def plant(patch: pytest.MonkeyPatch) -> None:
        def init(self: LoadedDesign, *arguments: Any) -> None:
            made(self, *arguments)
            change(self)

        patch.setattr(LoadedDesign, "__init__", init)

    return plant


def never(method: str) -> Plant:
    """A method that does nothing."""
    return lambda patch: patch.setattr(LoadedDesign, method, lambda self, place: None)


def constant(name: str, value: int) -> Plant:
    """Another value of what the interface says."""
    return lambda patch: patch.setattr(loading, name, value)


def swap(design: LoadedDesign) -> None:
    """The first two buffers in each other's place."""
    design._buffers[:2] = design._buffers[1::-1]


def count_bytes(design: LoadedDesign) -> None:
    """The length of the instructions in bytes."""
    design._words *= 4


def test_without_a_mistake_the_product_is_right(bench: Bench) -> None:
    assert off_by(bench) < 1e-2


@pytest.mark.parametrize("plant", [never("give"), never("take")], ids=["to", "from"])
def test_a_forgotten_sync_gives_wrong_numbers(
    bench: Bench, monkeypatch: pytest.MonkeyPatch, plant: Plant
) -> None:
    plant(monkeypatch)
    assert not off_by(bench) < 1e-2


@pytest.mark.parametrize(
    ("plant", "told"),
    [
        (constant("FIRST_BUFFER_ARGUMENT", 4), "wrong group"),
        (constant("INSTRUCTION_ARGUMENT", 2), "group is another's"),
        (constant("OPCODE", 1), "opcode 1"),
        (after_loading(count_bytes), "words of instructions"),
        (after_loading(swap), "wrong group"),
    ],
    ids=["buffer's group", "instructions' group", "opcode", "length in bytes", "order"],
)
def test_a_call_against_the_interface_ends_in_an_error(
    bench: Bench, monkeypatch: pytest.MonkeyPatch, plant: Plant, told: str
) -> None:
    plant(monkeypatch)
    with pytest.raises(MachineError, match=told):
        off_by(bench)


def test_the_check_of_a_target_notices_outputs_that_are_not_poisoned(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(LoadedProduct, "poison", lambda self: None)
    with pytest.raises(AssertionError, match="poison leaves the output as it was"):
        check_target(XrtNpu("npu1", machine=bench.machine))


def test_the_check_of_a_target_notices_a_run_that_does_nothing(bench: Bench) -> None:
    """It runs the product twice by `run`, and once checked; from the next on the NPU idles."""
    launches = make_plan(CASE, CASE_MAPPING).launch_count
    bench.npu.skip = frozenset(range(3 * launches + 1, 5 * launches))
    with pytest.raises(AssertionError, match="a later run gives another output"):
        check_target(XrtNpu("npu1", machine=bench.machine))
