"""Choosing rows by source, operation and role."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

from tilescope.errors import InputError
from tilescope.evidence.records import Row
from tilescope.quantities.names import unknown_name


def select_rows(
    rows: Iterable[Row],
    sources: Sequence[str] = (),
    ops: Sequence[str] = (),
    roles: Sequence[str] = (),
    devices: Sequence[str] = (),
) -> tuple[Row, ...]:
    """The rows that match every choice that is made; an empty choice matches all.

    Raises InputError for a name that no row has, and where nothing is left.
    """
    everything = tuple(rows)
    choices: tuple[tuple[str, Sequence[str], Callable[[Row], str]], ...] = (
        ("source", sources, lambda row: row.source.name),
        ("operation", ops, lambda row: row.op),
        ("role", roles, lambda row: row.role),
        ("device", devices, lambda row: row.device),
    )
    chosen = everything
    for kind, names, of in choices:
        known = sorted({of(row) for row in everything if of(row)})
        for name in names:
            if name not in known:
                raise unknown_name(kind, name, known)
        if names:
            chosen = tuple(row for row in chosen if of(row) in names)
    if not chosen:
        raise InputError("No row matches all that was asked for.")
    return chosen
