"""Parts that register themselves by entry point, ours in the same way as anyone's."""

from __future__ import annotations

from collections.abc import Callable
from importlib.metadata import EntryPoint, entry_points
from typing import Any

from tilescope.errors import InputError

Factory = Callable[..., Any]


def load(group: str) -> dict[str, Factory]:
    """The factories of an entry-point group by name; importing one waits until it is called."""
    return {point.name: _deferred(point) for point in sorted(entry_points(group=group))}


def _deferred(point: EntryPoint) -> Factory:
    def factory(*arguments: Any, **options: Any) -> Any:
        """Import the plugin and call it.

        Raises:
            InputError: the plugin cannot be imported.
        """
        try:
            made = point.load()
        except Exception as error:  # a foreign module may fail in any way when it is imported
            raise InputError(
                f"The plugin {point.name!r} ({point.value}) cannot be imported: "
                f"{type(error).__name__}: {error}. Reinstall or remove its package."
            ) from error
        return made(*arguments, **options)

    return factory
