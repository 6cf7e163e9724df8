"""What an interrupted search has simulated, kept until the same search goes on."""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
from pathlib import Path

from tilescope.errors import InputError
from tilescope.runs.files import write_bytes
from tilescope.search.timing import TERMS, Key

STATE_VERSION = 1


class SearchState:
    """Budgets of simulated candidates, by product; `identity` says of what search they are.

    path: the file that keeps them; None where no file does.
    """

    def __init__(self, identity: str, path: Path | None) -> None:
        self.identity = hashlib.sha256(f"{STATE_VERSION} {identity}".encode()).hexdigest()
        self.path = path
        self.known: dict[str, dict[Key, list[int]]] = {}
        self.resumed = 0

    @property
    def holds_any(self) -> bool:
        """Whether anything was simulated."""
        return any(self.known.values())

    def of(self, product: str) -> dict[Key, list[int]]:
        """What is known of one product; what is added to it is kept."""
        return self.known.setdefault(product, {})

    def load(self) -> None:
        """Take in what an interrupted search left, where there is any of this very search.

        Raises InputError where the file is there and is no such state, or that of another search.
        """
        if self.path is None or not self.path.exists():
            return
        if not self.path.is_file():
            raise InputError(f"{self.path} is no file; --state names the one that a search keeps.")
        try:
            content = json.loads(self.path.read_text(encoding="utf-8"))
            if content["identity"] != self.identity:
                raise InputError(
                    f"{self.path} holds another search; name another --state, or remove it."
                )
            for product, rows in content["known"].items():
                found = self.of(product)
                for *key, budget in rows:
                    group, m, n, k, staged = map(int, key)
                    if len(budget) != TERMS:
                        raise ValueError("a budget of another length")
                    found[group, m, n, k, staged] = [int(ticks) for ticks in budget]
        except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
            raise InputError(
                f"{self.path} cannot be read as the state of a search ({error}); remove it."
            ) from None
        self.resumed = sum(map(len, self.known.values()))

    def save(self) -> Path | None:
        """Keep what was simulated; returns where, or None where it could not be kept."""
        if self.path is None or not self.holds_any:
            return None
        known = {
            product: [[*key, budget] for key, budget in rows.items()]
            for product, rows in self.known.items()
        }
        content = {"identity": self.identity, "known": known}
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            write_bytes(json.dumps(content).encode(), self.path, force=True)
        except (OSError, InputError):
            return None
        return self.path

    def remove(self) -> None:
        """The search is done; nothing needs to be kept."""
        if self.path is not None:
            with contextlib.suppress(OSError):
                self.path.unlink(missing_ok=True)


def default_path(identity: str) -> Path | None:
    """Where a search is kept if nobody says: the user's cache, under a name of its own."""
    base = os.environ.get("XDG_CACHE_HOME")
    with contextlib.suppress(RuntimeError):  # no home
        folder = Path(base) if base else Path.home() / ".cache"
        name = hashlib.sha256(identity.encode()).hexdigest()[:16]
        return folder / "tilescope" / "searches" / f"{name}.json"
    return None
