"""This machine as checks look at it: files below a root, programs on the path, Python's modules.

A test gives another root and its own answers; nothing else of the machine is asked.
"""

from __future__ import annotations

import importlib.util
import os
import shutil
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from importlib.machinery import ModuleSpec
from pathlib import Path


def has_module(name: str) -> bool:
    """Whether Python finds a module; it is not imported."""
    return _spec(name) is not None


def module_folder(name: str) -> Path | None:
    """The folder of a package that Python finds and that is not imported; None without one."""
    found = _spec(name)
    places = list(found.submodule_search_locations or ()) if found else []
    return Path(places[0]) if places else None


def _spec(name: str) -> ModuleSpec | None:
    try:
        return importlib.util.find_spec(name)
    except (ImportError, ValueError):
        return None


@dataclass(frozen=True)
class Machine:
    """The machine that is examined; paths are given without their leading slash."""

    root: Path = Path("/")
    environ: Mapping[str, str] = field(default_factory=lambda: os.environ)
    which: Callable[[str], str | None] = shutil.which
    has_module: Callable[[str], bool] = has_module
    module_folder: Callable[[str], Path | None] = module_folder
    can_use: Callable[[Path], bool] = field(
        default_factory=lambda: lambda path: os.access(path, os.R_OK | os.W_OK)
    )

    def path(self, name: str) -> Path:
        """A path below the root."""
        return self.root / name

    def exists(self, name: str) -> bool:
        """Whether there is such a file or folder, as far as one may see."""
        try:
            return self.path(name).exists()
        except OSError:
            return False

    def text(self, name: str) -> str | None:
        """The text of a file without its surrounding white space; None where there is none."""
        try:
            return self.path(name).read_text(encoding="utf-8", errors="replace").strip("\0 \t\n")
        except OSError:
            return None

    def listing(self, folder: str) -> tuple[Path, ...]:
        """What lies in a folder, sorted by name; nothing where there is none."""
        try:
            return tuple(sorted(self.path(folder).iterdir()))
        except OSError:
            return ()
