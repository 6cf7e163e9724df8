"""Where a verb's answer goes: a table for people, JSON for programs."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Any

import typer

JsonOption = Annotated[
    str | None,
    typer.Option("--json", metavar="PATH|-", help="Write JSON instead; - is stdout."),
]
ForceOption = Annotated[bool, typer.Option("--force", help="Replace an existing file.")]
NotesOption = Annotated[bool, typer.Option("--notes", help="Each value's note below it.")]
ColorOption = Annotated[str, typer.Option("--color", metavar="WHEN", help="auto, always or never.")]


def check_svg(path: Path) -> None:
    """Accept a place for a picture. Raises InputError for a name that promises another format."""
    from tilescope.errors import InputError

    if path.suffix.lower() not in (".svg", "") and not path.is_char_device():
        raise InputError(f"A plot is written as SVG; name a file that ends in .svg, not {path}.")


def answer(text: Callable[[], str], content: Any, json: str | None, *, force: bool = False) -> None:
    """Print the text, or write the content as JSON where `json` names a place.

    Raises:
        InputError: see runs.files.check_writable.
    """
    if json is None:
        print(text(), end="")
        return
    from json import dumps

    from tilescope.runs.files import write_bytes

    written = dumps(content, indent=2, ensure_ascii=False) + "\n"
    if json == "-":
        print(written, end="")
        return
    write_bytes(written.encode(), Path(json), force=force)
    print(f"Written: {json}")
