"""Does calibration find what is there, on fit rows alone, and keep what it cannot see?"""

from __future__ import annotations

import tomllib
from dataclasses import replace
from pathlib import Path

import pytest

from tilescope.devices import load_device
from tilescope.devices.calibrations import CALIBRATIONS, apply_calibration, read_calibration
from tilescope.errors import InputError
from tilescope.evidence.calibrating import CalibrationResult, calibrate
from tilescope.evidence.calibration_files import calibration_text, write_calibration
from tilescope.evidence.ledger import Entry, make_ledger
from tilescope.evidence.model import Model
from tilescope.evidence.predictions import Prediction
from tilescope.evidence.records import Row


def as_if_measured(rows: list[Row], model: Model) -> list[Row]:
    """The rows with what a model predicts in place of what was measured."""
    found = []
    for entry in make_ledger(rows, model):
        assert isinstance(entry.answer, Prediction)
        found.append(replace(entry.row, value=entry.answer.value, role="fit"))
    return found


@pytest.fixture(scope="module")
def result(record: dict[str, Row]) -> CalibrationResult:
    """npu1's products as a device with another DDR would have run them, fitted."""
    product = replace(record["m1031"], m=512, k=512, n=512)
    rows = [
        replace(product, id="long", tile=(32, 64, 96)),
        replace(product, id="middle", tile=(64, 64, 64)),
        replace(product, id="short", tile=(32, 32, 32)),
        replace(record["m1123"], id="stream", n=1 << 18, cores=4),
    ]
    truth = Model(calibrated=False, overrides={"ddr_gbps": 15.0, "ddr_run_ns": 3.0})
    return calibrate("npu1", as_if_measured(rows, truth))


def test_planted_coefficients_are_found(result: CalibrationResult) -> None:
    after = {one.coefficient.key: one.after for one in result.fitted}
    assert after["ddr_gbps"] == pytest.approx(15.0, rel=0.05)
    assert after["ddr_run_ns"] == pytest.approx(3.0, rel=0.2)


def test_errors_shrink_where_the_model_has_room(result: CalibrationResult) -> None:
    before = sum(abs(one.before) for one in result.residuals)
    after = sum(abs(one.after) for one in result.residuals)
    assert after < before / 5


def test_a_coefficient_that_no_row_depends_on_stays(result: CalibrationResult) -> None:
    # every one of these products waits for DDR; a faster or slower kernel changes nothing
    (kernel,) = [one for one in result.fitted if one.coefficient.kernel]
    assert kernel.coefficient.key == "peano bfloat16"
    assert kernel.after == pytest.approx(1.0, rel=0.05)


def test_check_rows_are_never_fitted(record: dict[str, Row]) -> None:
    rows = [replace(record[name], role="check") for name in ("m1031", "m1035")]
    with pytest.raises(InputError, match="No fit row of npu1 can be predicted"):
        calibrate("npu1", rows)


def test_a_calibration_names_rows_units_and_meanings(result: CalibrationResult) -> None:
    content = tomllib.loads(calibration_text(result))
    assert content["values"]["ddr_gbps"]["unit"] == "GB/s"
    assert content["values"]["ddr_gbps"]["before"] == 17.0
    assert content["values"]["ddr_run_ns"]["meaning"]
    assert set(content["residuals"]) == {one.row.id for one in result.residuals}


def test_a_device_reads_what_calibration_wrote(result: CalibrationResult, tmp_path: Path) -> None:
    write_calibration(result, tmp_path)
    calibration = read_calibration("npu1", tmp_path)
    assert calibration is not None
    device = apply_calibration(load_device("npu1", calibrated=False), calibration)
    after = {one.coefficient.key: one.after for one in result.fitted}
    assert device.ddr_gbps == after["ddr_gbps"]
    assert device.facts["ddr_gbps"].kind == "fitted"
    assert device.kernel_factors["peano bfloat16"] == after["peano bfloat16"]


def test_a_calibration_without_rows_is_refused(tmp_path: Path) -> None:
    (tmp_path / "npu1.toml").write_text("[values]\n")
    with pytest.raises(InputError, match=r"npu1.toml: names no rows"):
        read_calibration("npu1", tmp_path)


def test_a_calibration_of_what_no_device_has_is_refused(tmp_path: Path) -> None:
    (tmp_path / "npu1.toml").write_text("[values]\nluck = 1\n[residuals]\nm1 = {}\n")
    with pytest.raises(InputError, match=r"values.luck: no value of a device"):
        read_calibration("npu1", tmp_path)


@pytest.mark.parametrize("path", sorted(CALIBRATIONS.glob("*.toml")), ids=lambda path: path.stem)
def test_a_shipped_calibration_rests_on_fit_rows_and_says_what_they_come_to_today(
    path: Path, record: dict[str, Row], ledger: tuple[Entry, ...]
) -> None:
    residuals = tomllib.loads(path.read_text(encoding="utf-8"))["residuals"]
    assert {record[name].role for name in residuals} == {"fit"}
    errors = {entry.row.id: entry.error for entry in ledger}
    for name, one in residuals.items():
        assert errors[name] == pytest.approx(one["after"], abs=0.002), f"{name}: calibrate again"


def test_a_shipped_calibration_does_not_worsen_what_it_was_fitted_on() -> None:
    for path in CALIBRATIONS.glob("*.toml"):
        residuals = tomllib.loads(path.read_text(encoding="utf-8"))["residuals"].values()
        before, after = (sum(abs(one[when]) for one in residuals) for when in ("before", "after"))
        assert after < before
