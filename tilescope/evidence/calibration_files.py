"""Writing a calibration as the file that devices read."""

from __future__ import annotations

import json
from pathlib import Path

from tilescope.devices.calibrations import CALIBRATIONS, calibration_path
from tilescope.evidence.calibrating import CalibrationResult, Fitted
from tilescope.runs.files import write_bytes


def calibration_text(result: CalibrationResult) -> str:
    """The TOML of a calibration: values, factors of kernels, and every row with its residuals."""
    lines = [
        f"# Written by `tilescope calibrate {result.device} --write` from rows marked fit.",
        f"device = {_text(result.device)}",
        f"runtimes = [{', '.join(_text(name) for name in result.runtimes)}]",
        "",
        "[values]",
        *(_leaf(one) for one in result.fitted if not one.coefficient.kernel),
        "",
        "[kernels]",
        *(_leaf(one) for one in result.fitted if one.coefficient.kernel),
        "",
        "[residuals]  # (predicted - measured) / measured",
        *(
            f"{one.row.id} = {{ before = {one.before:.4f}, after = {one.after:.4f} }}"
            for one in result.residuals
        ),
    ]
    return "\n".join(lines) + "\n"


def write_calibration(result: CalibrationResult, folder: Path = CALIBRATIONS) -> Path:
    """Write the file of a device, in place of an earlier one, and say where."""
    path = calibration_path(result.device, folder)
    path.parent.mkdir(parents=True, exist_ok=True)
    write_bytes(calibration_text(result).encode(), path, force=True)
    return path


def _leaf(one: Fitted) -> str:
    what = one.coefficient
    parts = (
        f"value = {one.after:g}",
        f"unit = {_text(what.unit)}",
        f"before = {one.before:g}",
        f"meaning = {_text(what.meaning)}",
    )
    key = _text(what.key) if what.kernel else what.key
    return f"{key} = {{ {', '.join(parts)} }}"


def _text(value: str) -> str:
    return json.dumps(value, ensure_ascii=False)
