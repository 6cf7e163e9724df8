"""What was fitted on published measurements, laid over a device's page.

A calibration is a file that `tilescope calibrate` writes: values of the device with unit and
meaning, factors of kernels by toolchain, and the rows it rests on with their residuals.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from tilescope.devices.device import VALUE_TYPES, Device
from tilescope.devices.facts import Fact
from tilescope.devices.values import check_value
from tilescope.errors import InputError

CALIBRATIONS = Path(__file__).parents[1] / "data" / "calibrations"
SOURCE_ID = "calibration"


@dataclass(frozen=True)
class Calibration:
    """Fitted values by the device's keys, and factors of kernels by toolchain and kind."""

    name: str
    facts: Mapping[str, Fact]
    kernel_factors: Mapping[str, float]
    source: str


def calibration_path(device: str, folder: Path = CALIBRATIONS) -> Path:
    """The file of a device: npu1:hawk-point has npu1.hawk-point.toml."""
    return folder / f"{device.replace(':', '.')}.toml"


def read_calibration(device: str, folder: Path = CALIBRATIONS) -> Calibration | None:
    """The calibration of a device, None where there is none.

    Raises InputError naming file and key for what is malformed.
    """
    path = calibration_path(device, folder)
    try:
        content = tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return None
    except (OSError, tomllib.TOMLDecodeError) as error:
        raise InputError(f"calibration {path.name}: cannot be read ({error}).") from error
    where = f"calibration {path.name}"
    rows = content.get("residuals")
    if not isinstance(rows, Mapping) or not rows:
        raise InputError(f"{where}: names no rows that it was fitted on.")
    note = f"least squares on {len(rows)} published rows"
    facts = {}
    for key, leaf in _table(content, "values", where).items():
        if key not in VALUE_TYPES:
            raise InputError(f"{where}, key values.{key}: no value of a device.")
        value = check_value(where, key, VALUE_TYPES[key], _part(leaf, "value", f"{where}, {key}"))
        before = _part(leaf, "before", f"{where}, {key}")
        told = f"{_part(leaf, 'meaning', f'{where}, {key}')}; {note}; {before} on the page"
        unit = str(_part(leaf, "unit", f"{where}, {key}"))
        facts[key] = Fact(value, unit, (SOURCE_ID,), "fitted", "medium", told)
    factors = {}
    for key, leaf in _table(content, "kernels", where).items():
        factor = _part(leaf, "value", f"{where}, kernels.{key}")
        factors[key] = float(check_value(where, f"kernels.{key}", float, factor))
    return Calibration(device, facts, factors, f"tilescope's own, {path.name}: {note}")


def apply_calibration(device: Device, calibration: Calibration) -> Device:
    """The device with fitted values in place of its page's."""
    values: dict[str, Any] = {key: fact.value for key, fact in calibration.facts.items()}
    facts = {**device.facts, **calibration.facts}
    factors = {**device.kernel_factors, **calibration.kernel_factors}
    return replace(device, **values, facts=facts, kernel_factors=factors)


def _table(content: Mapping[str, Any], key: str, where: str) -> Mapping[str, Any]:
    table = content.get(key, {})
    if not isinstance(table, Mapping):
        raise InputError(f"{where}, key {key}: must be a table.")
    return table


def _part(leaf: Any, part: str, where: str) -> Any:
    if not isinstance(leaf, Mapping) or part not in leaf:
        raise InputError(f"{where}: {part} is missing.")
    return leaf[part]
