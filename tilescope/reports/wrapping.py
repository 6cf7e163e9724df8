"""Sentences broken into lines between words only, so that a name can be copied whole."""

from __future__ import annotations

import textwrap


def wrap(text: str, width: int, indent: str = "", hanging: str | None = None) -> list[str]:
    """The text's lines; `hanging` indents all but the first, as `indent` does where not given."""
    return textwrap.wrap(
        text,
        width,
        initial_indent=indent,
        subsequent_indent=indent if hanging is None else hanging,
        break_long_words=False,
        break_on_hyphens=False,
    )
