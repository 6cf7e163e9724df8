"""Names as a report may show them: nothing in them steers its direction or its lines."""

from __future__ import annotations

import unicodedata
from typing import Any

C0_PICTURES = 0x2400
DELETE, DELETE_PICTURE = 0x7F, "\u2421"
UNSEEN = ("Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp")
"""Unicode categories that are not shown as they are: controls, directions, half characters."""


def shown(text: str) -> str:
    """The text with every character that would not be seen written out."""
    if text.isascii() and text.isprintable():
        return text
    return "".join(map(_shown, text))


def shown_within(value: Any) -> Any:
    """The same for every text inside lists and dictionaries, their keys included."""
    if isinstance(value, str):
        return shown(value)
    if isinstance(value, dict):
        return {shown(str(key)): shown_within(inner) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [shown_within(inner) for inner in value]
    return value


def _shown(character: str) -> str:
    if unicodedata.category(character) not in UNSEEN:
        return character
    code = ord(character)
    if code < 0x20:
        return chr(C0_PICTURES + code)
    return DELETE_PICTURE if code == DELETE else f"‹U+{code:04X}›"
