"""Which runtimes there are, and loading the costs of one on one device."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import replace
from fractions import Fraction
from functools import cache
from pathlib import Path
from typing import Any

from tilescope.devices.catalog import device_names, load_device
from tilescope.devices.facts import Fact, read_fact, read_sources
from tilescope.errors import InputError
from tilescope.quantities.names import unknown_name
from tilescope.targets.costs import STATISTICS, STEPS, RuntimeCosts, StepCost, exact

PAGES = Path(__file__).parent / "runtimes"
PLAIN_KEYS = {
    "title": str,
    "summary": str,
    "statistic": str,
    "floor_covers": str,
    "steps": list,
    "notes": dict,
}
RESTATED = ("statistic", "floor_covers", "steps", "notes")
"""Plain keys that a device's table may state anew for itself."""
NOTES = ("always", "alternating")
STEP_KEYS = ("fixed_us", "us_per_mb")
POWER_MODE_NOTE = "Launches were timed at full clock; in this power mode they may take longer"


def runtime_names(folder: Path = PAGES) -> tuple[str, ...]:
    """The names of the runtimes that have a page, sorted."""
    return tuple(sorted(path.stem for path in folder.glob("*.toml")))


def runtime_devices(name: str, folder: Path = PAGES) -> tuple[str, ...]:
    """The devices that a runtime has data for, in the order of its page."""
    return tuple(_page(name, folder).devices)


@cache
def load_runtime(name: str, device_name: str, folder: Path = PAGES) -> RuntimeCosts:
    """The costs of a runtime on a device, as `allo-profile`, or `allo-profile:min`.

    After the colon stands the statistic of the measured floor: avg, median or min. A device
    with overrides keeps the costs of its page, a power mode those of its machine, with a note
    that says so; any other variant has none but its own. Raises InputError for an unknown
    runtime, a device or statistic without data, and a page that does not hold what it must.
    """
    base, colon, statistic = name.partition(":")
    if colon and not statistic:
        known = ", ".join(STATISTICS)
        raise InputError(f"Runtime {name!r} names no statistic after its colon; there is {known}.")
    page = _page(base, folder)
    device = device_name.partition("(")[0]
    machine = device
    if device not in page.devices and device in device_names():
        machine = load_device(device).machine
    if machine not in page.devices:
        raise InputError(_no_data(base, device, page, folder))
    costs = page.costs(machine, statistic)
    if machine != device:
        notes = {**costs.notes, "power_mode": POWER_MODE_NOTE}
        costs = replace(costs, device=device, notes=notes)
    return costs


def _page(name: str, folder: Path) -> _Page:
    if name not in runtime_names(folder):
        raise unknown_name("runtime", name, runtime_names(folder))
    return _Page(folder / f"{name}.toml", name)


def _no_data(name: str, device: str, page: _Page, folder: Path) -> str:
    """Why a runtime is refused on a device, with what there is for either."""
    known = ", ".join(page.devices) or "no device"
    others = [other for other in runtime_names(folder) if device in _page(other, folder).devices]
    instead = f"; for {device} there is {', '.join(others)}" if others else ""
    return (
        f"Runtime {name} has no data for device {device}: it has data for {known}{instead}. "
        "Launch costs are measured on a machine and never carried over from another."
    )


class _Page:
    """One page as read, checked key by key when a device's costs are taken from it."""

    def __init__(self, path: Path, name: str) -> None:
        self.name = name
        try:
            with path.open("rb") as file:
                content = tomllib.load(file)
        except (tomllib.TOMLDecodeError, OSError) as error:
            raise InputError(f"page {name}: cannot be read ({error}).") from error
        self.sources = read_sources(name, content.pop("sources", None))
        self.plain: dict[str, Any] = {key: content.pop(key, None) for key in PLAIN_KEYS}
        self.devices: dict[str, Any] = content
        self._check_plain(self.plain, "")
        for key, table in self.devices.items():
            if not isinstance(table, Mapping):
                raise self._error(key, "unknown; beside its plain keys a page has devices")

    def _check_plain(self, plain: Mapping[str, Any], prefix: str) -> None:
        """Accept the keys that are no facts; `prefix` is the device that states them anew."""
        for key, kind in PLAIN_KEYS.items():
            if not isinstance(plain[key], kind):
                raise self._error(f"{prefix}{key}", "is missing or of the wrong type")
        if plain["statistic"] not in STATISTICS:
            raise self._error(f"{prefix}statistic", f"must be one of {', '.join(STATISTICS)}")
        if plain["floor_covers"] not in ("launch", "call"):
            raise self._error(f"{prefix}floor_covers", "must be launch or call")
        for step in plain["steps"]:
            if step not in STEPS:
                raise self._error(f"{prefix}steps", f"{step!r} is none of {', '.join(STEPS)}")
        for key, note in plain["notes"].items():
            if key not in NOTES or not isinstance(note, str) or not note.strip():
                where = f"{prefix}notes.{key}"
                raise self._error(where, f"must be text under {' or '.join(NOTES)}")

    def costs(self, device: str, statistic: str) -> RuntimeCosts:
        """The costs on one device; launches at one statistic, the page's where it is empty."""
        table = dict(self.devices[device])
        plain = {**self.plain, **{key: table.pop(key) for key in RESTATED if key in table}}
        self._check_plain(plain, f"{device}.")
        plain["notes"] = {**self.plain["notes"], **plain["notes"]}
        statistic = statistic or plain["statistic"]
        facts: dict[str, Fact] = {}
        smallest = self._fact(facts, device, table, "smallest_bytes")
        submit = self._fact(facts, device, table, "submit_us")
        setup = self._fact(facts, device, table, "setup_us")
        steps = {}
        for step in plain["steps"]:
            parts = self._facts(facts, device, table, step)
            if set(parts) != set(STEP_KEYS):
                raise self._error(f"{device}.{step}", f"must hold {' and '.join(STEP_KEYS)}")
            steps[step] = StepCost(parts["fixed_us"], parts["us_per_mb"])
        floors = self._facts(facts, device, table, "floor_us")
        residuals = self._facts(facts, device, table, "residual_us")
        calls = self._facts(facts, device, table, "call_us") if "call_us" in table else {}
        if table:
            raise self._error(f"{device}.{next(iter(table))}", "unknown")
        if set(floors) != set(residuals) or not set(floors) <= set(STATISTICS):
            raise self._error(f"{device}.floor_us", "must pair with residual_us by statistic")
        if statistic not in floors:
            raise InputError(
                f"Runtime {self.name} has no {statistic!r} launch for device {device}; "
                f"it has {', '.join(floors)}."
            )
        if smallest <= 0 or smallest.denominator != 1:
            raise self._error(f"{device}.smallest_bytes", "must be a positive whole number")
        cited = {identifier for fact in facts.values() for identifier in fact.source}
        return RuntimeCosts(
            name=self.name,
            title=plain["title"],
            summary=plain["summary"],
            device=device,
            statistic=statistic,
            default_statistic=plain["statistic"],
            floor_us=floors[statistic],
            floor_covers=plain["floor_covers"],
            smallest_bytes=int(smallest),
            setup_us=setup,
            submit_us=submit,
            residual_us=residuals[statistic],
            call_us=sum(calls.values(), Fraction(0)),
            steps=steps,
            notes=plain["notes"],
            facts=facts,
            sources={key: line for key, line in self.sources.items() if key in cited},
        )

    def _facts(
        self, facts: dict[str, Fact], device: str, table: dict[str, Any], key: str
    ) -> dict[str, Fraction]:
        """Take a table of facts from a device's table."""
        inner = table.pop(key, None)
        if not isinstance(inner, Mapping) or not inner:
            raise self._error(f"{device}.{key}", "is missing or no table of facts")
        rest = dict(inner)
        return {name: self._fact(facts, f"{device}.{key}", rest, name) for name in inner}

    def _fact(
        self, facts: dict[str, Fact], where: str, table: dict[str, Any], key: str
    ) -> Fraction:
        """Take one fact from a table; its value is a number that is not negative."""
        full = f"{where}.{key}"
        if key not in table:
            raise self._error(full, "is missing")
        fact = read_fact(self.name, full, table.pop(key), self.sources)
        if isinstance(fact.value, bool) or not isinstance(fact.value, (int, float)):
            raise self._error(full, f"must be a number, not {fact.value!r}")
        if not 0 <= fact.value < float("inf"):
            raise self._error(full, f"must not be negative or unbounded, but is {fact.value}")
        facts[full.partition(".")[2]] = fact
        return exact(fact.value)

    def _error(self, key: str, reason: str) -> InputError:
        return InputError(f"page {self.name}, key {key}: {reason}.")
