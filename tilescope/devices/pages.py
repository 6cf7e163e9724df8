"""Reading a device's page: a TOML file of facts, possibly standing on another page."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tilescope.devices.device import VALUE_TYPES, Device, check_device
from tilescope.devices.facts import Fact, read_fact, read_sources
from tilescope.devices.unchanged import Unchanged, read_unchanged
from tilescope.devices.values import check_value
from tilescope.errors import InputError

PLAIN_KEYS = ("title", "extends", "power_mode", "sources", "unchanged")


@dataclass(frozen=True)
class Page:
    """One page as read: its title, the facts it states itself, and its sources by id.

    power_mode: whether it is the machine of the page it extends, in another power mode.
    unchanged: values of that page that hold here too, with a passport of their own.
    """

    name: str
    title: str
    extends: str | None
    power_mode: bool
    facts: Mapping[str, Fact]
    sources: Mapping[str, str]
    unchanged: tuple[Unchanged, ...]


def read_page(path: Path, name: str) -> Page:
    """Read one page without the page it stands on.

    Beside its plain keys a page holds sections, tables of facts; the sections' names are for
    the reader, and a key may stand in one of them only. Raises InputError naming page and key
    for whatever is unknown, doubled or malformed.
    """
    try:
        with path.open("rb") as file:
            content = tomllib.load(file)
    except tomllib.TOMLDecodeError as error:
        raise InputError(f"page {name}: not readable as TOML ({error}).") from error
    except OSError as error:
        raise InputError(f"page {name}: cannot be read ({error.strerror}).") from error
    sources = read_sources(name, content.get("sources"))
    title = content.get("title")
    if not isinstance(title, str) or not title.strip():
        raise InputError(f"page {name}, key title: must be text saying what the device is.")
    extends = content.get("extends")
    if extends is not None and not isinstance(extends, str):
        raise InputError(f"page {name}, key extends: must be the name of another page.")
    power_mode = content.get("power_mode", False)
    if not isinstance(power_mode, bool) or (power_mode and extends is None):
        raise InputError(f"page {name}, key power_mode: true or false, and only beside extends.")
    unchanged = read_unchanged(name, content.get("unchanged", []), sources, VALUE_TYPES)
    taken_over = {key for entry in unchanged for key in entry.keys}
    if taken_over and extends is None:
        raise InputError(f"page {name}, key unchanged: this page extends none.")
    facts: dict[str, Fact] = {}
    for section, leaves in content.items():
        if section in PLAIN_KEYS:
            continue
        if not isinstance(leaves, Mapping):
            raise InputError(f"page {name}, key {section}: unknown; facts stand in sections.")
        for key, leaf in leaves.items():
            if key not in VALUE_TYPES:
                raise InputError(f"page {name}, key {section}.{key}: no value of a device.")
            if key in facts or key in taken_over:
                raise InputError(f"page {name}, key {section}.{key}: stated twice.")
            facts[key] = _checked(name, key, leaf, sources)
    return Page(name, title, extends, power_mode, facts, sources, unchanged)


def _checked(page: str, key: str, leaf: Any, sources: Mapping[str, str]) -> Fact:
    fact = read_fact(page, key, leaf, sources)
    value = check_value(f"page {page}", key, VALUE_TYPES[key], fact.value)
    return Fact(value, fact.unit, fact.source, fact.kind, fact.confidence, fact.note)


def stack_pages(pages: list[Page]) -> tuple[Device, dict[str, str]]:
    """Make the device of a page and the pages it stands on, the page itself first.

    Returns the device and the sources of all its facts. Raises InputError naming the page and
    every key that no page of the stack states, or values that contradict each other.
    """
    facts: dict[str, Fact] = {}
    sources: dict[str, str] = {}
    for page in reversed(pages):
        for entry in page.unchanged:
            facts.update({key: entry.fact(facts[key]) for key in entry.keys if key in facts})
        facts.update(page.facts)
        for identifier, line in page.sources.items():
            if sources.setdefault(identifier, line) != line:
                raise InputError(
                    f"page {page.name}, key sources.{identifier}: the page it extends says "
                    "something else under this id."
                )
    top = pages[0]
    machine = next(page.name for page in pages if not page.power_mode)
    missing = [key for key in VALUE_TYPES if key not in facts]
    if missing:
        raise InputError(f"page {top.name}: {', '.join(missing)} missing.")
    ordered = {key: facts[key] for key in VALUE_TYPES}
    values = {key: fact.value for key, fact in ordered.items()}
    device = Device(name=top.name, title=top.title, machine=machine, facts=ordered, **values)
    check_device(device)
    used = {identifier for fact in ordered.values() for identifier in fact.source}
    return device, {identifier: line for identifier, line in sources.items() if identifier in used}
