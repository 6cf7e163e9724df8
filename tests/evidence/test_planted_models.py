"""Would the ledger notice if the model were wrong? Each band is shown a model that it rejects.

Bands are those of tilescope.evidence.targets, on check rows: the true model keeps them, the
planted one does not, and it is the band of the term that was tampered with that tells.
"""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tilescope.devices import load_device
from tilescope.evidence.ledger import Entry, Summary, make_ledger, summarise
from tilescope.evidence.model import Model
from tilescope.evidence.records import Row

Chosen = Callable[[Row], bool]


def additions(row: Row) -> bool:
    """Streams through DDR."""
    return row.op == "add" and row.role == "check" and row.source.name == "mlir-air-registry"


def launches(row: Row) -> bool:
    """Calls and launches that hold nothing else."""
    return row.role == "check" and row.op in ("silu", "softmax", "hostcall_softmax")


def kernels(row: Row) -> bool:
    """bfloat16 kernels on one core."""
    return row.id in ("m0328", "m0330")


def products(row: Row) -> bool:
    """bfloat16 products on npu1 that use every column's shim."""
    return row.id in ("m1033", "m1037")


def judged(record: dict[str, Row], chosen: Chosen, model: Model) -> Summary:
    """The errors of a model on some rows, all of which it must predict."""
    entries: tuple[Entry, ...] = make_ledger(filter(chosen, record.values()), model)
    found = summarise("chosen", entries)
    assert found.covered
    return found


def half_the_ddr_rate() -> Model:
    """DDR that moves half as much, on npu2."""
    return Model(overrides={"ddr_gbps": load_device("npu2").ddr_gbps / 2})


def one_shim_channel() -> Model:
    """Every input tensor through one channel of one shim."""
    return Model(ports="single")


def launch_doubled() -> Model:
    """Submission and residual twice."""
    return Model(launch_factor=2)


def bfloat16_at_the_int8_rate() -> Model:
    """Kernels that multiply bfloat16 as fast as int8, twice the rate."""
    rates = load_device("npu1").macs_per_cycle
    factor = rates["bfloat16"] / rates["int8"]
    return Model(kernel_factors={"chess bfloat16": factor, "peano bfloat16": factor})


PLANTED = {
    "half the DDR rate": (half_the_ddr_rate, additions, 0.10),
    "one shim channel": (one_shim_channel, products, 0.15),
    "launch doubled": (launch_doubled, launches, 0.05),
    "bfloat16 at the int8 rate": (bfloat16_at_the_int8_rate, kernels, 0.05),
}


@pytest.mark.parametrize(("plant", "chosen", "limit"), PLANTED.values(), ids=PLANTED.keys())
def test_the_true_model_keeps_the_band_and_the_planted_one_breaks_it(
    record: dict[str, Row], plant: Callable[[], Model], chosen: Chosen, limit: float
) -> None:
    true, planted = judged(record, chosen, Model()), judged(record, chosen, plant())
    assert true.median is not None
    assert planted.median is not None
    assert true.median <= limit < planted.median


def test_a_wrong_launch_does_not_hide_in_a_kernel_s_error(record: dict[str, Row]) -> None:
    # terms are judged apart: a kernel has no launch, so its errors stay as they were
    true = judged(record, kernels, Model())
    assert judged(record, kernels, launch_doubled()).median == true.median


def test_a_wrong_kernel_does_not_show_where_ddr_bounds(record: dict[str, Row]) -> None:
    # which is why products alone would not do: these wait for DDR whatever the kernel takes
    true, planted = (
        judged(record, products, model) for model in (Model(), bfloat16_at_the_int8_rate())
    )
    assert true.median == pytest.approx(planted.median, abs=0.02)
