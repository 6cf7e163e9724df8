"""What-if: values of a device or a runtime set otherwise for one run, each checked and named."""

from __future__ import annotations

import difflib
import math
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Any

from tilescope.devices.device import VALUE_TYPES, Device
from tilescope.errors import InputError
from tilescope.runs.limits import Change
from tilescope.targets.costs import RuntimeCosts, StepCost, exact

RANGE = 100  # times more and less than the nominal value
COUNT_RANGE = 8  # times more of what is counted: npu2's 8 columns may be 64
COUNTS = ("columns", "rows", "channels", "buffer descriptors", "locks", "tasks", "dimensions")
RUNTIME_UNITS = {"launch_us": "µs", "setup_us": "µs", "fixed_us": "µs", "us_per_mb": "µs/MB"}

# What a unit may be written as, and what it is in the unit of the value.
UNITS = {
    "GB/s": {"GB/s": Fraction(1), "MB/s": Fraction(1, 1000)},
    "MHz": {"MHz": Fraction(1), "GHz": Fraction(1000)},
    "µs": {"µs": Fraction(1), "us": Fraction(1), "ns": Fraction(1, 1000), "ms": Fraction(1000)},
    "µs/MB": {"µs/MB": Fraction(1), "us/MB": Fraction(1)},
    "ns": {"ns": Fraction(1), "µs": Fraction(1000), "us": Fraction(1000)},
    "B": {"B": Fraction(1), "KiB": Fraction(1024), "MiB": Fraction(1024**2)},
}
_SETTING = re.compile(r"([^=\s]+)\s*=\s*([+-]?[0-9]*\.?[0-9]+(?:[eE][+-]?[0-9]+)?)\s*(\S*)")


@dataclass(frozen=True)
class Settable:
    """A value that can be set: its key, unit, nominal value, and whether it is a whole number."""

    key: str
    unit: str
    nominal: float
    whole: bool

    @property
    def least(self) -> float:
        """The smallest value that is taken: 0 for what a runtime costs, else above it."""
        if self.key in _COSTS or self.key.partition(".")[0] in _COSTS:
            return 0
        least = self.nominal / RANGE
        return max(1, math.ceil(least)) if self.whole else least

    @property
    def most(self) -> float:
        """The largest value that is taken."""
        return max(self.nominal, 1) * (COUNT_RANGE if self.unit in COUNTS else RANGE)


@dataclass(frozen=True)
class WhatIf:
    """A device and a runtime's costs with what was set otherwise; costs None for a design alone."""

    device: Device
    costs: RuntimeCosts | None
    changed: tuple[Change, ...]


_COSTS = ("launch_us", "setup_us", "copy_in", "sync_in", "sync_out", "copy_out")


def settable(device: Device, costs: RuntimeCosts | None) -> tuple[Settable, ...]:
    """Everything that can be set of a device, and of a runtime where there is one."""
    found = []
    for key, kind in VALUE_TYPES.items():
        unit = device.facts[key].unit if key in device.facts else ""
        value = getattr(device, key)
        if kind in (int, float):
            found.append(Settable(key, unit, value, kind is int))
        elif key == "macs_per_cycle":
            found += [Settable(f"{key}.{name}", unit, rate, True) for name, rate in value.items()]
    if costs is not None:
        found += [
            Settable("launch_us", "µs", float(costs.launch_us), False),
            Settable("setup_us", "µs", float(costs.setup_us), False),
        ]
        for step, cost in costs.steps.items():
            for part in ("fixed_us", "us_per_mb"):
                nominal = float(getattr(cost, part))
                found.append(Settable(f"{step}.{part}", RUNTIME_UNITS[part], nominal, False))
    return tuple(found)


def change(settings: Sequence[str], device: Device, costs: RuntimeCosts | None) -> WhatIf:
    """The device and the costs with settings applied, each `KEY=VALUE` with or without its unit.

    What is set to its nominal value is no change. Raises InputError for text of another form, an
    unknown key or unit, a number that is out of range or not whole, a key set twice, and values
    that contradict each other.
    """
    known = {value.key: value for value in settable(device, costs)}
    values: dict[str, float] = {}
    for text in settings:
        key, number = _read(text, known, device, costs)
        if key in values:
            raise InputError(f"{key} is set twice; --set each value once.")
        values[key] = number
    changed = {
        key: number for key, number in values.items() if exact(number) != exact(known[key].nominal)
    }
    changes = tuple(
        Change(key=key, value=number, nominal=known[key].nominal, unit=known[key].unit)
        for key, number in changed.items()
    )
    of_runtime = {key: value for key, value in changed.items() if _is_cost(key)}
    of_device = {key: value for key, value in changed.items() if not _is_cost(key)}
    return WhatIf(
        _device(device, of_device, known),
        _costs(costs, of_runtime) if costs is not None else None,
        changes,
    )


def _is_cost(key: str) -> bool:
    return key.partition(".")[0] in _COSTS


def _read(
    text: str, known: dict[str, Settable], device: Device, costs: RuntimeCosts | None
) -> tuple[str, float]:
    """The key of a setting and its number in the key's unit."""
    key, equals, rest = text.partition("=")
    key = key.strip()
    if not equals or not key or not rest.strip():
        raise InputError(f"--set takes KEY=VALUE, as ddr_gbps=30, not {text!r}.")
    if key not in known:
        raise InputError(_unknown(key, known, device, costs))
    found = _SETTING.fullmatch(text.strip())
    value = known[key]
    if found is None:
        unit = f", in {value.unit}" if value.unit else ""
        raise InputError(f"--set {key} takes a number{unit}, not {rest.strip()!r}.")
    number = exact(float(found[2])) if math.isfinite(float(found[2])) else None
    factor = _factor(value, found[3])
    if number is None or not exact(value.least) <= number * factor <= exact(value.most):
        ends = f"{value.least:,g} to {value.most:,g} {value.unit}".rstrip()
        raise InputError(
            f"--set {key} is {rest.strip()}; it must be from {ends} (it is {value.nominal:,g})."
        )
    number *= factor
    if value.whole and number.denominator != 1:
        raise InputError(f"--set {key} takes a whole number, not {rest.strip()!r}.")
    return key, int(number) if value.whole else float(number)


def _factor(value: Settable, unit: str) -> Fraction:
    if not unit or unit.lower() == value.unit.lower():
        return Fraction(1)
    units = UNITS.get(value.unit, {})
    known = {name.lower(): factor for name, factor in units.items()}
    if unit.lower() not in known:
        there = " or ".join(dict.fromkeys((value.unit, *units))) if value.unit else "no unit"
        raise InputError(f"--set {value.key} is in {there}, not in {unit!r}.")
    return known[unit.lower()]


def _unknown(
    key: str, known: dict[str, Settable], device: Device, costs: RuntimeCosts | None
) -> str:
    if costs is None and _is_cost(key):
        return (
            f"{key} is what a runtime costs, and a design is simulated without one; "
            "set a value of the device."
        )
    close = difflib.get_close_matches(key.lower(), known, n=1)
    hint = f"did you mean {close[0]}? " if close else ""
    listed = "`--set help` lists what there is."
    if key in VALUE_TYPES:
        return f"--set takes one number, and {key} of {device.name} is not one; {hint or listed}"
    return f"There is no value {key!r} to set; {hint}{listed}"


def _device(device: Device, values: dict[str, float], known: dict[str, Settable]) -> Device:
    """The device with values changed, and a name that says so."""
    if not values:
        return device
    rates = dict(device.macs_per_cycle)
    plain: dict[str, Any] = {}
    for key, value in values.items():
        table, dot, name = key.partition(".")
        if dot:
            rates[name] = int(value)
            plain[table] = rates
        else:
            plain[key] = value
    told = ", ".join(f"{key}={value:g}" for key, value in sorted(values.items()))
    return replace(device.with_overrides(plain), name=f"{device.name}({told})")


def _costs(costs: RuntimeCosts, values: dict[str, float]) -> RuntimeCosts:
    """The runtime with costs changed, and a name that says so."""
    if not values:
        return costs
    plain: dict[str, Any] = {}
    steps = dict(costs.steps)
    for key, value in values.items():
        step, _, part = key.partition(".")
        if key == "launch_us":
            plain |= {"submit_us": exact(value), "residual_us": exact(0), "call_us": exact(0)}
        elif key == "setup_us":
            plain["setup_us"] = exact(value)
        else:
            changed = {part: exact(value)}
            steps[step] = replace(steps.get(step, StepCost()), **changed)
    told = ", ".join(f"{key}={value:g}" for key, value in sorted(values.items()))
    return replace(costs, **plain, steps=steps, name=f"{costs.name}({told})")
