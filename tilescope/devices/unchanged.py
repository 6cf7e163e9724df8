"""What a page takes over from the page it extends, and how far it is to be trusted there."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from typing import Any

from tilescope.devices.facts import Fact, read_fact
from tilescope.errors import InputError

PARTS = ("keys", "source", "kind", "confidence", "note")


@dataclass(frozen=True)
class Unchanged:
    """Values that are the same as on the page below, for a reason and with a trust of their own.

    source is empty where the source is that page's own, and only the trust differs.
    """

    keys: tuple[str, ...]
    source: tuple[str, ...]
    kind: str
    confidence: str
    note: str

    def fact(self, below: Fact) -> Fact:
        """The fact of the page below with this passport; its own note follows."""
        return replace(
            below,
            source=self.source or below.source,
            kind=self.kind,
            confidence=self.confidence,
            note="; ".join(text for text in (self.note, below.note) if text),
        )


def read_unchanged(
    page: str, entries: Any, sources: Mapping[str, str], known: Collection[str]
) -> tuple[Unchanged, ...]:
    """Read the page's list of [[unchanged]] tables.

    Raises InputError naming page and key for a part that is missing, unknown or of the wrong
    type, a key that is no value of a device, or a key that stands there twice.
    """
    if not isinstance(entries, list):
        raise InputError(f"page {page}, key unchanged: must be a list of tables, [[unchanged]].")
    read: list[Unchanged] = []
    seen: set[str] = set()
    for place, entry in enumerate(entries):
        where = f"unchanged[{place}]"
        if not isinstance(entry, Mapping) or not isinstance(entry.get("keys"), list):
            raise InputError(f"page {page}, key {where}: a table with {', '.join(PARTS)}.")
        keys = tuple(entry["keys"])
        for key in keys:
            if key not in known:
                raise InputError(f"page {page}, key {where}.keys: {key!r} is no value of a device.")
            if key in seen:
                raise InputError(f"page {page}, key {where}.keys: {key} stands there twice.")
            seen.add(key)
        passport = {part: value for part, value in entry.items() if part != "keys"}
        own = "source" in entry
        if not own:  # any id will do to have the other parts checked
            passport["source"], sources_known = ["below"], {"below": "the page below"}
        else:
            sources_known = dict(sources)
        fact = read_fact(page, where, {"value": keys, "unit": "", **passport}, sources_known)
        source = fact.source if own else ()
        read.append(Unchanged(keys, source, fact.kind, fact.confidence, fact.note))
    return tuple(read)
