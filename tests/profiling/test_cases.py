"""One case: judged before it is timed, and every figure from where it should come."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from tilescope.designs.mapping import Mapping, choose_mapping
from tilescope.devices.catalog import load_device
from tilescope.errors import WrongResultError
from tilescope.profiling import beside
from tilescope.profiling.cases import Bench, profile_case
from tilescope.profiling.interruptions import CROWDED
from tilescope.targets.outcome import KernelShare, TargetOutcome
from tilescope.workloads.gemm import Gemm

Array = NDArray[Any]
GEMM = Gemm("my", 64, 64, 64, "float32", "Mine")
DEVICE = load_device("npu1")


class FakeNpu:
    """Multiplies exactly, adds an offset, and takes 400 µs, of which 100 on the array."""

    name = "fake"
    kind = "simulated"

    def __init__(self, offset: float = 0.0) -> None:
        self.offset = offset

    def available(self) -> str | None:
        return None

    def versions(self) -> dict[str, str]:
        return {}

    def run(
        self, gemm: Gemm, mapping: Mapping, a: Array | None = None, b: Array | None = None
    ) -> TargetOutcome:
        assert a is not None
        assert b is not None
        output = (a.astype(np.float64) @ b.astype(np.float64) + self.offset).astype(np.float32)
        return TargetOutcome(
            kind="simulated",
            output=output,
            npu_us=400.0,
            setup_us=7.0,
            device_us=100.0,
            budget={"host": 100.0, "launch": 200.0, "compute": 100.0, "ddr": 0.0},
            kernels=(KernelShare("linear_matmul", 1, 16, 400.0, 400.0),),
            launches=1,
            tiles=1,
            notes=("The fake leaves everything out",),
        )


class FakeBaseline:
    """Gives the exact product and counts its calls."""

    name = "fake torch"
    kind = "measured"

    def __init__(self, missing: str | None = None) -> None:
        self.missing = missing
        self.calls = 0

    def available(self) -> str | None:
        return self.missing

    def versions(self) -> dict[str, str]:
        return {"torch": "0"}

    def prepare(self, gemm: Gemm, a: Array, b: Array) -> Callable[[], Array]:
        def call() -> Array:
            self.calls += 1
            product: Array = a @ b
            return product

        return call

    def output(self, result: Any) -> Array:
        exact: Array = result.astype(np.float64)
        return exact


def bench(npu: FakeNpu, baseline: FakeBaseline) -> Bench:
    return Bench(DEVICE, "xrt-linux", npu, baseline, num_runs=5, seed=0)


def silent(text: str) -> None:
    """Hears the progress and says nothing."""


MAPPING = choose_mapping(GEMM, "per-tile", DEVICE)


def test_a_wrong_output_is_refused_and_never_timed() -> None:
    baseline = FakeBaseline()
    with pytest.raises(WrongResultError, match="linear_matmul_float32_safe, so it was not timed"):
        profile_case(GEMM, MAPPING, bench(FakeNpu(offset=0.5), baseline), silent)
    assert baseline.calls == 0
    assert WrongResultError.exit_code == 3


def test_an_output_that_is_no_number_is_wrong() -> None:
    with pytest.raises(WrongResultError):
        profile_case(GEMM, MAPPING, bench(FakeNpu(float("nan")), FakeBaseline()), silent)


def test_figures_come_from_medians_and_the_unpadded_work() -> None:
    case = profile_case(GEMM, MAPPING, bench(FakeNpu(), FakeBaseline()), silent)
    assert case.baseline_us is not None
    assert len(case.baseline_us.samples) == case.baseline_us.n == 5
    assert case.speedup == case.baseline_us.median / 400.0
    # 2·64³ = 524,288 operations in 400 µs are 1.31072 GFLOP/s.
    assert case.npu_gflops == pytest.approx(1.31072)
    assert case.reference == "pytorch"
    assert case.mapping.block.n == 64
    assert case.mapping.core_tile.m == 16


def test_the_budget_closes_and_leaves_out_what_took_nothing() -> None:
    case = profile_case(GEMM, MAPPING, bench(FakeNpu(), FakeBaseline()), silent)
    assert [part.term for part in case.budget] == ["host", "launch", "compute"]
    assert [part.fraction for part in case.budget] == [0.25, 0.5, 0.25]


def test_without_pytorch_the_reference_is_float64_and_the_reason_is_kept() -> None:
    case = profile_case(GEMM, MAPPING, bench(FakeNpu(), FakeBaseline("no torch here")), silent)
    assert case.baseline_us is None
    assert case.speedup is None
    assert case.reference == "float64"
    assert case.baseline_missing == "no torch here"
    assert case.max_rel_error is not None


def test_float32_says_that_nothing_published_is_float32_and_that_its_rate_is_an_estimate() -> None:
    notes = profile_case(GEMM, MAPPING, bench(FakeNpu(), FakeBaseline()), silent).notes
    assert any("No published hardware measurement is float32" in note for note in notes)
    assert any("estimate" in note for note in notes)


@pytest.mark.parametrize("taken", [0, 48])
def test_a_baseline_that_shared_its_processors_says_so(
    monkeypatch: pytest.MonkeyPatch, taken: int
) -> None:
    counts = iter((100, 100 + taken))  # before and after the timed runs
    monkeypatch.setattr(beside, "interruptions", lambda: next(counts))
    case = profile_case(GEMM, MAPPING, bench(FakeNpu(), FakeBaseline()), silent)
    assert (CROWDED in case.notes) is (taken > 0)


def test_what_the_runtime_leaves_out_is_kept() -> None:
    notes = profile_case(GEMM, MAPPING, bench(FakeNpu(), FakeBaseline()), silent).notes
    assert notes[-1] == "The fake leaves everything out"
