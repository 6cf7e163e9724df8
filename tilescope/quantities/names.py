"""Looking a name up among those that exist, and saying which exist when it does not."""

from __future__ import annotations

import difflib
from collections.abc import Iterable

from tilescope.errors import InputError


def unknown_name(kind: str, name: str, existing: Iterable[str]) -> InputError:
    """The error for a name that does not exist: lists those that do and guesses the one meant."""
    names = list(existing)
    close = difflib.get_close_matches(name.lower(), [known.lower() for known in names], n=1)
    meant = next((known for known in names if close and known.lower() == close[0]), None)
    hint = f" Did you mean {meant}?" if meant else ""
    return InputError(f"Unknown {kind} {name!r}; there is {', '.join(names)}.{hint}")


def check_choice(kind: str, name: str, existing: Iterable[str]) -> str:
    """The name, where it is one of those that exist.

    Raises:
        InputError: see unknown_name.
    """
    names = tuple(existing)
    if name not in names:
        raise unknown_name(kind, name, names)
    return name
