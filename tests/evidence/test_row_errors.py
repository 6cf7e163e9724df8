"""Is every error worked out once, and the same whoever works it out?"""

from __future__ import annotations

import numpy as np
import pytest

from tilescope.evidence import row_errors
from tilescope.evidence.model import Model
from tilescope.evidence.records import Row
from tilescope.evidence.row_errors import RowErrors, log_errors_of

ROWS = ("m0311", "m1031", "m1123")
"""A kernel of chess, a product of Peano, and an addition, all of npu1."""


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[list[str]]:
    """The ids of the rows that were worked out, call by call."""
    calls: list[list[str]] = []

    def counted(rows: list[Row], model: Model) -> list[float]:
        calls.append([row.id for row in rows])
        return log_errors_of(rows, model)

    monkeypatch.setattr(row_errors, "log_errors_of", counted)
    return calls


def test_moving_a_kernel_asks_for_its_own_rows_alone(
    record: dict[str, Row], asked: list[list[str]]
) -> None:
    errors = RowErrors([record[name] for name in ROWS])
    errors.log_errors({}, {})
    errors.log_errors({}, {"peano bfloat16": 1.5})
    errors.log_errors({}, {"peano bfloat16": 1.5})
    assert asked == [list(ROWS), ["m1031"], []]


def test_moving_a_cost_of_the_device_asks_for_all(
    record: dict[str, Row], asked: list[list[str]]
) -> None:
    errors = RowErrors([record[name] for name in ROWS])
    errors.log_errors({"ddr_gbps": 17.0}, {})
    errors.log_errors({"ddr_gbps": 16.0}, {})
    assert asked == [list(ROWS), list(ROWS)]


def test_a_kernel_at_half_its_speed_has_twice_its_cycles(record: dict[str, Row]) -> None:
    errors = RowErrors([record["m0311"]])
    plain, slow = errors.log_errors({}, {}), errors.log_errors({}, {"chess bfloat16": 2.0})
    # the row is a rate: twice the cycles are half of it
    assert slow[0] - plain[0] == pytest.approx(-np.log(2))


def test_several_processes_find_what_one_does(
    record: dict[str, Row], monkeypatch: pytest.MonkeyPatch
) -> None:
    rows = [record[name] for name in ROWS]
    alone = RowErrors(rows).log_errors({}, {})
    monkeypatch.setattr(row_errors, "WORTH_SPREADING", 1)
    assert np.array_equal(RowErrors(rows).log_errors({}, {}), alone)
