"""Shared by the rooms: a run made by hand, so that reports and files are judged without an engine.

The figures are round on purpose: one case of 180 + 180 launches beside PyTorch, and one of a
single launch without it.
"""

import os

import pytest
from hypothesis import settings

from tilescope.runs.figures import (
    BudgetTerm,
    Grid,
    Interval,
    KernelShare,
    SampledStatistics,
    Shape,
    Statistics,
)
from tilescope.runs.models import Case, MappingChoice, Prediction, Provenance, Run

os.environ["TILESCOPE_TARGET"] = "simulated"  # also where the machine of the tests has an NPU


settings.register_profile("tests", deadline=None)  # a busy machine is no failure
settings.load_profile("tests")


def simulated(us: float) -> Statistics:
    """A deterministic time: n = 1, no spread."""
    return Statistics(kind="simulated", median=us, mean=us, std=0, min=us, max=us, p95=us, n=1)


def following(case: Case) -> Case:
    """The case with the speedup and the rate that follow from its times and shape."""
    us, shape = case.npu_us.median, case.shape
    speedup = case.baseline_us.median / us if case.baseline_us else None
    rate = 2 * shape.m * shape.n * shape.k / us / 1e3
    return case.model_copy(update={"speedup": speedup, "npu_gflops": rate})


@pytest.fixture
def per_tile_case() -> Case:
    """q_proj as the seed maps it: 20 ms, of which launches take half."""
    flops = 2 * 64 * 960 * 768  # 94,371,840
    shares = {"host": 0.25, "launch": 0.5, "issue": 0.05, "compute": 0.125, "ddr": 0.075}
    return Case(
        name="q_proj",
        description="Query projection: (64, 960, 768)",
        shape=Shape(m=64, n=960, k=768),
        dtype="float32",
        device="npu1",
        runtime="xrt-linux",
        mapping=MappingChoice(
            family="per-tile",
            block=Shape(m=64, n=64, k=64),
            core_tile=Shape(m=16, n=16, k=64),
            grid=Grid(rows=4, cols=4),
            ports="single",
            kernel="vector",
            emulation="safe",
        ),
        npu_us=simulated(20_000.0),
        setup_us=30_000.0,
        device_us=5_000.0,
        baseline_us=SampledStatistics(
            kind="measured",
            median=1_000.0,
            mean=1_100.0,
            std=200.0,
            min=900.0,
            max=1_500.0,
            p95=1_400.0,
            n=4,
            samples=(900.0, 1_000.0, 1_000.0, 1_500.0),
        ),
        speedup=0.05,
        npu_gflops=flops / 20_000.0 / 1e3,
        baseline_gflops=flops / 1_000.0 / 1e3,
        max_abs_error=1.2e-4,
        max_rel_error=1.25e-6,
        reference="pytorch",
        launches=360,
        kernels=(
            KernelShare(
                name="linear_matmul",
                launches=180,
                core_calls=2_880,
                total_us=14_400.0,
                per_launch_us=80.0,
            ),
            KernelShare(
                name="linear_accumulate",
                launches=180,
                core_calls=1_440,
                total_us=5_600.0,
                per_launch_us=5_600.0 / 180,
            ),
        ),
        budget=tuple(
            BudgetTerm(term=term, us=20_000.0 * fraction, fraction=fraction)
            for term, fraction in shares.items()
        ),
        tiles=180,
        notes=("no published hardware measurement is float32",),
    )


@pytest.fixture
def fused_case() -> Case:
    """A small case in one launch, without a baseline."""
    shares = {"launch": 0.4, "compute": 0.35, "shim_port": 0.25}
    return Case(
        name="my_test",
        description="",
        shape=Shape(m=64, n=128, k=256),
        dtype="bfloat16",
        device="npu1",
        runtime="xrt-linux",
        mapping=MappingChoice(
            family="fused-k",
            block=Shape(m=64, n=64, k=64),
            core_tile=Shape(m=16, n=16, k=64),
            grid=Grid(rows=4, cols=4),
            ports="spread",
            kernel="vector",
        ),
        npu_us=simulated(200.0),
        setup_us=30_000.0,
        device_us=100.0,
        npu_gflops=2 * 64 * 128 * 256 / 200.0 / 1e3,
        max_abs_error=0.0123,
        max_rel_error=4.5e-3,
        reference="float64",
        launches=1,
        kernels=(
            KernelShare(
                name="linear_fused", launches=1, core_calls=128, total_us=200.0, per_launch_us=200.0
            ),
        ),
        budget=tuple(
            BudgetTerm(term=term, us=200.0 * fraction, fraction=fraction)
            for term, fraction in shares.items()
        ),
        tiles=8,
        baseline_missing="PyTorch is not installed; install it to have a baseline.",
    )


@pytest.fixture
def provenance() -> Provenance:
    """Fixed conditions."""
    return Provenance(
        tilescope="0.1.0",
        git_commit="0123456789abcdef",
        engine="g++ 12.2",
        kernel_library="portable",
        device="npu1",
        runtime="xrt-linux",
        python="3.11.2",
        numpy="2.4.6",
        torch="2.13.0+cpu",
        torch_threads=2,
        cpu="A processor",
        os="Linux",
        date="2026-01-02T03:04:05+00:00",
        seed=0,
        command_line="tilescope linear",
    )


@pytest.fixture
def per_tile_run(per_tile_case: Case, provenance: Provenance) -> Run:
    """One case beside PyTorch."""
    return Run(cases=(per_tile_case,), provenance=provenance)


@pytest.fixture
def measured_run(per_tile_case: Case, provenance: Provenance) -> Run:
    """The same case as an NPU's clock would tell it, beside a prediction that is a tenth short."""
    times = (19_000.0, 20_000.0, 20_000.0, 20_400.0, 26_000.0)
    measured = {"host": 6_000.0, "launch_and_array": 13_900.0, "residual": 100.0}
    predicted = {"host": 4_500.0, "launch_and_array": 13_500.0}
    case = per_tile_case.model_copy(
        update={
            "runtime": "xrt-python",
            "npu_us": SampledStatistics(
                kind="measured",
                median=20_000.0,
                mean=21_080.0,
                std=2_793.2,
                min=19_000.0,
                max=26_000.0,
                p95=24_880.0,
                n=5,
                samples=times,
                median_interval=Interval(low=19_000.0, high=26_000.0, confidence=0.95),
                outliers=1,
                overhead_us=0.2,
            ),
            "device_us": None,
            "budget": tuple(
                BudgetTerm(term=term, us=us, fraction=us / 20_000.0)
                for term, us in measured.items()
            ),
            "predicted": Prediction(
                us=18_000.0,
                runtime="xrt-python",
                error=-0.1,
                interval_us=Interval(low=16_363.6, high=20_000.0, confidence=0.9),
                device_us=5_000.0,
                budget=tuple(
                    BudgetTerm(term=term, us=us, fraction=us / 18_000.0)
                    for term, us in predicted.items()
                ),
            ),
            "notes": (),
        }
    )
    return Run(cases=(case,), provenance=provenance)


@pytest.fixture
def mixed_run(per_tile_case: Case, fused_case: Case, provenance: Provenance) -> Run:
    """Both cases, the second one without a baseline."""
    return Run(cases=(per_tile_case, fused_case), provenance=provenance)
