"""Does a sweep's point take what the same product takes by itself?"""

from __future__ import annotations

import dataclasses
from typing import Any

import pytest

from tilescope.designs.request import resolve
from tilescope.devices.catalog import load_device
from tilescope.devices.device import Device
from tilescope.errors import InputError
from tilescope.profiling.sweeps import evaluating
from tilescope.profiling.sweeps.axes import parse_axes
from tilescope.profiling.sweeps.evaluating import evaluate
from tilescope.profiling.sweeps.plan import SweepPlan, point_of
from tilescope.profiling.sweeps.records import FIELDS, column_types
from tilescope.runs.terms import SIMULATED_TERMS
from tilescope.simulation.batches import time_launches
from tilescope.targets.simulated import SimulatedNpu
from tilescope.workloads.cases import LinearProjectionTestCase

BASE = LinearProjectionTestCase("base", 64, 96, 192)
PLAN = SweepPlan(
    parse_axes(
        [
            "device=npu1,npu2",
            "mapping=per-tile,fused-k,whole-array",
            "dtype=float32,bfloat16,int8",
            "M=30,200",
            "tile=auto,16x16x32",
            "b_layout=row,column",
        ]
    ),
    BASE,
)


def test_every_figure_is_that_of_the_product_by_itself() -> None:
    columns = evaluate(PLAN.to_json(), 0, PLAN.size)
    assert columns["status"] == ["ok"] * PLAN.size
    for place in range(0, PLAN.size, 7):
        point = point_of(PLAN.values(place), BASE)
        npu = SimulatedNpu(point.device, point.runtime)
        mapping = resolve(point.request, point.gemm, npu.device)
        outcome = npu.run(point.gemm, mapping)
        assert columns["npu_us"][place] == outcome.npu_us
        assert columns["device_us"][place] == outcome.device_us
        assert columns["setup_us"][place] == outcome.setup_us
        assert columns["launches"][place] == outcome.launches
        assert outcome.bound is not None
        assert columns["bound_by"][place] == outcome.bound.by
        found = {term: columns[f"{term}_us"][place] for term in SIMULATED_TERMS}
        assert found == dict(outcome.budget)
        launches = outcome.outcome.launches
        read = sum(one.planned.count * sum(one.outcome.bytes_read.values()) for one in launches)
        assert columns["ddr_read_bytes"][place] == read


def test_every_column_has_an_entry_for_every_point() -> None:
    columns = evaluate(PLAN.to_json(), 3, 8)
    assert list(columns) == list(column_types(PLAN))
    assert columns["point"] == [3, 4, 5, 6, 7]
    assert all(len(column) == 5 for column in columns.values())


def test_what_does_not_fit_or_exist_is_kept_with_its_reason() -> None:
    axes = ["tile=16x16x32,256", "dtype=float16,bfloat16", "runtime=xrt-linux,iree"]
    plan = SweepPlan(parse_axes([*axes, "device=npu1:hawk-point"]), BASE)
    columns = evaluate(plan.to_json(), 0, plan.size)
    assert columns["status"].count("ok") == 1
    reasons = dict(zip(columns["point"], columns["reason"], strict=True))
    assert "The NPU has no float16" in reasons[0]
    assert "iree" in reasons[1]
    assert reasons[2] is None
    assert "bytes of L1" in reasons[6]
    for place, status in enumerate(columns["status"]):
        if status == "failed":
            assert columns["reason"][place]
            assert all(columns[field][place] is None for field in FIELDS if field.endswith("_us"))


def reason_for(plan: SweepPlan, place: int) -> str | None:
    """Why a point is refused by itself."""
    point = point_of(plan.values(place), BASE)
    try:
        resolve(point.request, point.gemm, load_device(point.device))
    except InputError as error:
        return str(error)
    return None


@pytest.mark.parametrize("axis", ["tile=16x16x36", "tile=256", "k_mt=32", "tile=80", "grid=5x1"])
def test_a_reason_is_the_one_that_the_product_by_itself_is_refused_for(axis: str) -> None:
    axes = ["dtype=bfloat16,int8", "mapping=per-tile,fused-k", "device=npu1,npu2", axis]
    plan = SweepPlan(parse_axes(axes), BASE)
    columns = evaluate(plan.to_json(), 0, plan.size)
    reasons = [reason_for(plan, place) for place in range(plan.size)]
    assert columns["reason"] == reasons
    assert columns["status"] == ["failed" if reason else "ok" for reason in reasons]
    assert any(reasons)


def test_what_no_dma_can_walk_is_refused_with_the_walk() -> None:
    """The engine judges walks; on a shim whose DMAs have one level it takes none of them."""
    plan = SweepPlan(parse_axes(["dtype=int8", "mapping=fused-k,whole-array"]), BASE)
    assert evaluate(plan.to_json(), 0, 2)["status"] == ["ok", "ok"]
    columns = evaluate_on(dataclasses.replace(load_device("npu1"), shim_dma_dims=1), plan)
    assert columns["status"] == ["failed", "failed"]
    assert all("levels of a DMA walk" in reason for reason in columns["reason"])


def evaluate_on(device: Device, plan: SweepPlan) -> dict[str, list[Any]]:
    """The points with another device in the place of npu1."""
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(evaluating, "_device", lambda name: device)
        return evaluate(plan.to_json(), 0, plan.size)


def test_points_that_share_a_launch_are_timed_by_it_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Under per-tile a launch is a block, whatever the product; two dtypes make two."""
    given: list[int] = []

    def counted(rows: Any, *arguments: Any, **named: Any) -> Any:
        given.append(len(rows))
        return time_launches(rows, *arguments, **named)

    monkeypatch.setattr(evaluating, "time_launches", counted)
    axes = [
        "M=64,128,192",
        "mapping=per-tile",
        "dtype=bfloat16,int8",
        "runtime=xrt-linux,xrt-python",
    ]
    columns = evaluate(SweepPlan(parse_axes(axes), BASE).to_json(), 0, 12)
    assert given == [2]
    assert columns["launches"][::4] == [2 * tiles * 2 * 3 for tiles in (1, 2, 3)]
    assert len({*columns["npu_us"]}) == 12


def test_a_fault_in_one_point_is_that_points_reason(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*arguments: object) -> None:
        raise ZeroDivisionError("planted")

    monkeypatch.setattr(evaluating, "choose", broken)
    columns = evaluate(PLAN.to_json(), 0, 2)
    assert columns["status"] == ["failed", "failed"]
    assert columns["reason"][0] == "A fault of tilescope: ZeroDivisionError: planted"


def test_a_fault_in_one_points_result_is_that_points_reason(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    figures = evaluating._figures

    def broken(one: Any, outcome: Any) -> Any:
        if one.point.gemm.dtype == "int8":
            raise RuntimeError("planted")
        return figures(one, outcome)

    monkeypatch.setattr(evaluating, "_figures", broken)
    plan = SweepPlan(parse_axes(["dtype=bfloat16,int8"]), BASE)
    columns = evaluate(plan.to_json(), 0, 2)
    assert columns["status"] == ["ok", "failed"]
    assert columns["reason"][1] == "A fault of tilescope: RuntimeError: planted"
