"""Where compiled designs are kept: one folder for each, named by what it was made of."""

from __future__ import annotations

import contextlib
import hashlib
import os
import shutil
import tempfile
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from tilescope.errors import MachineError


def cache_folder(environ: Mapping[str, str]) -> Path:
    """The folder of compiled designs: below XDG_CACHE_HOME, or ~/.cache where that is not set."""
    named = environ.get("XDG_CACHE_HOME", "")
    base = Path(named) if os.path.isabs(named) else Path(environ.get("HOME", "~")).expanduser()
    return (base if os.path.isabs(named) else base / ".cache") / "tilescope" / "xrt"


def content_hash(parts: Iterable[bytes]) -> str:
    """A name for what was made of these parts, in this order."""
    found = hashlib.sha256()
    for part in parts:
        found.update(len(part).to_bytes(8, "little"))
        found.update(part)
    return found.hexdigest()[:32]


@contextmanager
def making(folder: Path) -> Iterator[Path]:
    """A folder to work in, which takes its place whole when everything went well.

    Whoever is first to finish the same work is kept. Raises MachineError where nothing can be
    written there.
    """
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        work = Path(tempfile.mkdtemp(prefix=".making-", dir=folder.parent))
    except OSError as error:
        raise MachineError(
            f"Compiled designs cannot be kept in {folder.parent} ({error.strerror or error}); name "
            "another place with XDG_CACHE_HOME."
        ) from error
    try:
        yield work
        with contextlib.suppress(OSError):  # another process was first
            work.rename(folder)
        if not folder.is_dir():
            raise MachineError(f"{folder} cannot be put in place; remove what is there.")
    finally:
        shutil.rmtree(work, ignore_errors=True)
