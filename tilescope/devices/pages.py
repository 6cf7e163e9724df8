"""Reading a device's page: a TOML file of facts, possibly standing on another page."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tilescope.devices.device import VALUE_TYPES, Device, check_device
from tilescope.devices.facts import Fact, read_fact, read_sources
from tilescope.devices.values import check_value
from tilescope.errors import InputError

PLAIN_KEYS = ("title", "extends", "sources")


@dataclass(frozen=True)
class Page:
    """One page as read: its title, the facts it states itself, and its sources by id."""

    name: str
    title: str
    extends: str | None
    facts: Mapping[str, Fact]
    sources: Mapping[str, str]


def read_page(path: Path, name: str) -> Page:
    """Read one page without the page it stands on.

    Beside title, extends and sources a page holds sections, tables of facts; the sections'
    names are for the reader, and a key may stand in one of them only. Raises InputError naming
    page and key for whatever is unknown, doubled or malformed.
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
    facts: dict[str, Fact] = {}
    for section, leaves in content.items():
        if section in PLAIN_KEYS:
            continue
        if not isinstance(leaves, Mapping):
            raise InputError(f"page {name}, key {section}: unknown; facts stand in sections.")
        for key, leaf in leaves.items():
            if key not in VALUE_TYPES:
                raise InputError(f"page {name}, key {section}.{key}: no value of a device.")
            if key in facts:
                raise InputError(f"page {name}, key {section}.{key}: stated twice.")
            facts[key] = _checked(name, key, leaf, sources)
    return Page(name, title, extends, facts, sources)


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
        facts.update(page.facts)
        for identifier, line in page.sources.items():
            if sources.setdefault(identifier, line) != line:
                raise InputError(
                    f"page {page.name}, key sources.{identifier}: the page it extends says "
                    "something else under this id."
                )
    top = pages[0]
    missing = [key for key in VALUE_TYPES if key not in facts]
    if missing:
        raise InputError(f"page {top.name}: {', '.join(missing)} missing.")
    ordered = {key: facts[key] for key in VALUE_TYPES}
    values = {key: fact.value for key, fact in ordered.items()}
    device = Device(name=top.name, title=top.title, facts=ordered, **values)
    check_device(device)
    return device, sources
