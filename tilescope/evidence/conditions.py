"""Which conditions of two runs must be alike for their times to be compared."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any

from tilescope.errors import InputError
from tilescope.runs.figures import Statistics
from tilescope.runs.keys import PARTS
from tilescope.runs.models import Run

MACHINE = ("cpu", "cpus", "governor", "virtualisation", "environment")
"""What a time that is measured on this machine depends on."""
BASELINE = (*MACHINE, "torch", "torch_threads")
PROPERTIES = ("kind", "changed", *BASELINE, *PARTS, "all")
"""What may be named as allowed to differ."""


def check_alike(
    before: Run,
    after: Run,
    pairs: Sequence[tuple[Statistics, Statistics]],
    figure: str,
    allowed: Collection[str],
) -> tuple[str, ...]:
    """The differences that were allowed, each as a sentence.

    A simulated time depends on nothing of the machine that it was computed on. What a file does
    not state, as an older one, is not taken for a difference.

    Raises:
        InputError: there is a difference that matters to the figure and is not allowed.
    """
    found = _kinds(pairs)
    if figure == "npu":
        found |= _changes(before, after)
    measured = any(time.kind != "simulated" for pair in pairs for time in pair)
    if measured:
        found |= _stated(before, after, BASELINE if figure == "baseline" else MACHINE)
    refused = {name: told for name, told in found.items() if not {name, "all"} & set(allowed)}
    if refused:
        options = " ".join(f"--allow-different {name}" for name in refused)
        raise InputError(
            f"The runs differ in what matters: {'; '.join(refused.values())}. To compare them all "
            f"the same, add {options}."
        )
    return tuple(found.values())


def _kinds(pairs: Sequence[tuple[Statistics, Statistics]]) -> dict[str, str]:
    mixed = sorted({f"{old.kind} → {new.kind}" for old, new in pairs if old.kind != new.kind})
    return {"kind": f"the kind of the times ({', '.join(mixed)})"} if mixed else {}


def _changes(before: Run, after: Run) -> dict[str, str]:
    """Values that were set otherwise for one run and not for the other."""
    old, new = ({one.key: one.value for one in run.changed} for run in (before, after))
    if old == new:
        return {}
    keys = sorted(key for key in old.keys() | new.keys() if old.get(key) != new.get(key))
    told = ", ".join(
        f"{key} {_value(old.get(key), 'as on its page')} → {_value(new.get(key), 'as on its page')}"
        for key in keys
    )
    return {"changed": f"values were set ({told})"}


def _stated(before: Run, after: Run, names: Sequence[str]) -> dict[str, str]:
    found = {}
    for name in names:
        old, new = (getattr(run.provenance, name) for run in (before, after))
        if old is None or new is None or old == new:
            continue
        if name == "environment":
            keys = sorted(key for key in {**old, **new} if old.get(key) != new.get(key))
            told = ", ".join(
                f"{key} {_value(old.get(key), 'not set')} → {_value(new.get(key), 'not set')}"
                for key in keys
            )
            found[name] = f"environment ({told})"
        else:
            found[name] = f"{name} {_value(old)} → {_value(new)}"
    return found


def _value(value: Any, missing: str = "none") -> str:
    return missing if value is None else f"{value}"
