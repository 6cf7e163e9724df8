"""A fact: one value with the passport that says where it came from and how far to trust it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from tilescope.errors import InputError

KINDS = {
    "spec": "vendor document or toolchain table",
    "code": "read in source code",
    "measured": "measured on hardware by the named source",
    "derived": "arithmetic on sourced numbers",
    "fitted": "least squares on published measurements; the calibration names its rows",
    "estimate": "chosen for the model from indirect evidence",
    "assumed": "stated without evidence; the note says why",
}
CONFIDENCES = ("high", "medium", "low")
KEYS = ("value", "unit", "source", "kind", "confidence", "note")


@dataclass(frozen=True)
class Fact:
    """One value of a page, with unit, source ids, kind, confidence and a note.

    Source ids are keys of the page's own table of sources.
    """

    value: Any
    unit: str
    source: tuple[str, ...]
    kind: str
    confidence: str
    note: str


def read_fact(page: str, key: str, leaf: Any, sources: Mapping[str, str]) -> Fact:
    """Make a fact of one leaf of a page.

    Raises InputError naming page and key for a missing or unknown part, a part of the wrong
    type, or a source id that the page's table of sources does not explain.
    """
    where = f"page {page}, key {key}"
    if not isinstance(leaf, Mapping):
        raise InputError(f"{where}: a fact has {', '.join(KEYS)}; this is {leaf!r}.")
    for part in KEYS:
        if part not in leaf:
            raise InputError(f"{where}: {part} is missing.")
    for part in leaf:
        if part not in KEYS:
            raise InputError(f"{where}: {part!r} is unknown; a fact has {', '.join(KEYS)}.")
    for part in ("unit", "kind", "confidence", "note"):
        if not isinstance(leaf[part], str):
            raise InputError(f"{where}: {part} must be text, not {leaf[part]!r}.")
    source = leaf["source"]
    if not isinstance(source, list) or not source or not all(isinstance(i, str) for i in source):
        raise InputError(f"{where}: source must be a list of at least one source id.")
    for identifier in source:
        if identifier not in sources:
            raise InputError(f"{where}: source {identifier!r} is not in the page's [sources].")
    if leaf["kind"] not in KINDS:
        raise InputError(f"{where}: kind {leaf['kind']!r} is none of {', '.join(KINDS)}.")
    if leaf["confidence"] not in CONFIDENCES:
        raise InputError(
            f"{where}: confidence {leaf['confidence']!r} is none of {', '.join(CONFIDENCES)}."
        )
    if leaf["kind"] in ("estimate", "assumed") and not leaf["note"].strip():
        raise InputError(f"{where}: kind {leaf['kind']} needs a note that says why.")
    return Fact(
        leaf["value"],
        leaf["unit"],
        tuple(source),
        leaf["kind"],
        leaf["confidence"],
        leaf["note"],
    )


def read_sources(page: str, table: Any) -> dict[str, str]:
    """Read a page's table of sources, id to one line of text.

    Raises InputError naming page and id for a line that is missing or no text.
    """
    if table is None:
        return {}
    if not isinstance(table, Mapping):
        raise InputError(f"page {page}, key sources: must be a table of source id to one line.")
    for identifier, line in table.items():
        if not isinstance(line, str) or not line.strip() or "\n" in line:
            raise InputError(f"page {page}, key sources.{identifier}: must be one line of text.")
    return dict(table)
