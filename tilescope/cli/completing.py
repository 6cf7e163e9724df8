"""What a shell completes after an option: the names that there are, found when they are asked."""

from __future__ import annotations

from collections.abc import Callable, Iterable


def starting(names: Callable[[], Iterable[str]]) -> Callable[[str], list[str]]:
    """Completes a word to the names that begin with it."""
    return lambda incomplete: [name for name in names() if name.startswith(incomplete)]


def _devices() -> Iterable[str]:
    from tilescope.devices.catalog import device_names

    return device_names()


def _runtimes() -> Iterable[str]:
    from tilescope.targets.runtimes import runtime_names

    return runtime_names()


def _targets() -> Iterable[str]:
    return ("auto", "simulated", "xrt")


def _mappings() -> Iterable[str]:
    from tilescope.designs.mapping import FAMILIES

    return (*FAMILIES, "best")


def _dtypes() -> Iterable[str]:
    from tilescope.quantities.dtypes import CANONICAL

    return CANONICAL


def _projections() -> Iterable[str]:
    from tilescope.workloads.cases import default_test_cases

    return [case.name for case in default_test_cases()]


devices = starting(_devices)
runtimes = starting(_runtimes)
targets = starting(_targets)
mappings = starting(_mappings)
dtypes = starting(_dtypes)
projections = starting(_projections)
