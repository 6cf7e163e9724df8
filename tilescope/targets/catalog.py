"""Which targets are registered, and making one: ours are found as anyone's are."""

from __future__ import annotations

from typing import Any

from tilescope.errors import InputError
from tilescope.plugins import load
from tilescope.quantities.names import unknown_name
from tilescope.targets.protocol import Target

GROUP = "tilescope.targets"


def target_names() -> tuple[str, ...]:
    """The names under which installed packages register targets, sorted."""
    return tuple(sorted(load(GROUP)))


def make_target(name: str, **options: Any) -> Target:
    """Make a registered target, with the options that its own constructor takes.

    Raises InputError for a name that nobody registers (listing those there are), a package that
    cannot be imported, and a thing that is no target.
    """
    factories = load(GROUP)
    if name not in factories:
        raise unknown_name("target", name, sorted(factories))
    target = factories[name](**options)
    if not isinstance(target, Target):
        raise InputError(
            f"What is registered as target {name!r} lacks name, kind, available() or versions()."
        )
    return target
