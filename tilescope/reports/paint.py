"""Colour where it means something; every report reads the same without."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Style = Literal["good", "warn", "bad", "strong"]

_CODES: dict[Style, str] = {"good": "32", "warn": "33", "bad": "31", "strong": "1"}


@dataclass(frozen=True)
class Paint:
    """Puts a style on a text, or leaves the text alone where colour is off."""

    enabled: bool

    def __call__(self, text: str, style: Style | None) -> str:
        """The text in that style."""
        if not self.enabled or style is None:
            return text
        return f"\033[{_CODES[style]}m{text}\033[0m"


PLAIN = Paint(enabled=False)
