"""Does each kind of row get the figure that the model's parts give?"""

from __future__ import annotations

import math
from collections.abc import Callable

import pytest

from tilescope.devices import load_device
from tilescope.evidence.mappings import design_of
from tilescope.evidence.model import Model
from tilescope.evidence.predictions import Prediction, Unpredictable
from tilescope.evidence.predictors import predict
from tilescope.evidence.predictors.products import SWITCH_US
from tilescope.evidence.records import Row
from tilescope.simulation.walks import byte_walk
from tilescope.targets.runtimes import load_runtime

GetRow = Callable[..., Row]


def predicted(row: Row, model: Model | None = None) -> Prediction:
    """The prediction of a row that has one."""
    answer = predict(row, model or Model())
    assert isinstance(answer, Prediction), answer
    return answer


def refused(row: Row) -> str:
    """Why a row has no prediction."""
    answer = predict(row, Model())
    assert isinstance(answer, Unpredictable)
    return answer.reason


def test_a_kernel_s_rate_is_its_macs_over_its_cycles(row: GetRow) -> None:
    # 64×104×64 in bfloat16: 16 register blocks of 13 steps × 16 cycles and 28 more
    answer = predicted(row("m0311"))
    assert answer.kind == "kernel"
    assert answer.terms == {"compute": 16 * (13 * 16 + 28)}
    assert answer.value == pytest.approx(64 * 104 * 64 / (16 * (13 * 16 + 28)))


def test_a_transfer_costs_its_set_up_and_a_cycle_a_word(row: GetRow) -> None:
    npu1 = load_device("npu1")
    set_up = npu1.shim_s2mm_task_cycles + npu1.shim_s2mm_cold_cycles
    per_word = npu1.shim_s2mm_millicycles_per_word / 1000
    answer = predicted(row("m0897"))
    assert answer.value == pytest.approx(set_up + 4096 * per_word, rel=0.001)


def test_the_floor_of_a_runtime_is_met_by_its_own_row(row: GetRow) -> None:
    assert predicted(row("m1143")).value == pytest.approx(127.5, abs=0.1)


def test_a_row_at_its_best_gets_the_runtime_at_its_best(row: GetRow) -> None:
    average, best = predicted(row("m0003")), predicted(row("m0004"))
    floors = [
        load_runtime(name, "npu1").residual_us for name in ("allo-profile", "allo-profile:min")
    ]
    assert average.value - best.value == pytest.approx(float(floors[0] - floors[1]))


def test_the_terms_of_a_product_sum_to_its_time(row: GetRow) -> None:
    answer = predicted(row("m0003"))
    assert sum(answer.terms.values()) == pytest.approx(answer.value)


def test_a_rate_and_a_time_of_one_product_are_the_same_prediction(row: GetRow) -> None:
    time_us = predicted(row("m0003")).value
    rate = predicted(row("m0003", metric="tops", unit="TOPS")).value
    assert rate == pytest.approx(2 * 1024 * 768 * 768 / time_us / 1e6)


def test_a_stream_moves_two_operands_and_a_result(row: GetRow) -> None:
    time_us, rate = predicted(row("m0544")).value, predicted(row("m0545")).value
    assert rate == pytest.approx(3 * 8388608 * 2 / time_us / 1e3)


def test_what_was_assumed_is_said(row: GetRow) -> None:
    # K of 4032 in steps of 56: eight of them are 896 bytes of bfloat16, and 9 × 448 is 4032
    assert predicted(row("m0329")).assumed == ("mem tiles stage 448 of K",)


REASONS = {
    "m0001": "the grid of cores is not recorded",
    "m0348": "the shape is not recorded",
    "m0659": "the core tile is not recorded",
    "m0695": "the tile of the repeated kernel is not recorded",
    "m0486": "there is no design for gemv",
    "m0873": "no energy of an operation is published, so none is modelled",
    "m0855": "switching between contexts is not modelled",
    "m0983": "its source casts doubt on it",
    "m0631": "a launch inside a submission of many",
    "m1060": "no runtime: the driver's own self-test, without a program around it",
    "m1064": "the device is not stated",
    "m1070": "waking from idle is not modelled",
}


@pytest.mark.parametrize(("name", "reason"), REASONS.items())
def test_a_row_without_a_prediction_says_why(row: GetRow, name: str, reason: str) -> None:
    assert refused(row(name)).startswith(reason)


def test_no_row_of_the_record_stops_the_ledger(ledger: tuple[object, ...]) -> None:
    assert len(ledger) == 822


def test_an_average_over_all_calls_counts_those_that_clear_c(row: GetRow) -> None:
    # K of 384 in steps of 64: six calls of the product for each that clears 64×48 float32
    product = 24 * math.ceil(8 * 32 * 1.276)
    cleared = predicted(row("m0823")).value
    assert predicted(row("m0816")).value == pytest.approx((6 * product + cleared) / 7)


def test_a_cast_in_a_second_launch_costs_two_floors_and_the_switch(row: GetRow) -> None:
    plain, cast = predicted(row("m0406", form="drain")), predicted(row("m0406"))
    floor = plain.terms["launch"]
    assert cast.terms["launch"] == pytest.approx(2 * floor + SWITCH_US)


def test_b_in_tiles_comes_in_one_run_a_column(row: GetRow) -> None:
    # 384 rows of 48 bfloat16 for each of eight columns and each block: 8192/256 · 1152/384
    _, design, _, _ = design_of(row("m0802"), Model())
    tasks = [task for task in design.tasks if task.buffer == "B"]
    assert len(tasks) == 8 * (8192 // 256) * (1152 // 384)
    assert {byte_walk(task.walk, task.elements, 2).runs for task in tasks} == {1}
    # together they hold every element of B once for each row of blocks
    first = sorted((task.offset, task.elements) for task in tasks[: 8 * (1152 // 384)])
    assert [offset for offset, _ in first] == list(range(0, 384 * 1152, 384 * 48))


def test_a_strix_halo_is_predicted_on_its_own_memory(row: GetRow) -> None:
    halo, strix = row("m0992"), row("m0992", device="npu2")
    assert predicted(halo).value > 1.1 * predicted(strix).value
