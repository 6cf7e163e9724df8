"""Where a verb's cases run, and what the user is told of that choice."""

from __future__ import annotations

import sys
from collections.abc import Mapping


def choose(
    target: str, device: str, runtime: str, simulated_only: Mapping[str, bool], *, quiet: bool
) -> str:
    """The name of the target that `--target` comes to; says on stderr why, where that is news.

    simulated_only: options that only a simulation answers, and whether each was given. Raises
    InputError for a target that does not exist or cannot answer what was asked.
    """
    from tilescope.profiling.places import choose_target
    from tilescope.targets.simulated import DEFAULT_RUNTIME

    asked = [option for option, given in simulated_only.items() if given]
    if runtime != DEFAULT_RUNTIME:
        asked.append(f"--runtime {runtime}")
    choice = choose_target(target, device, asked)
    if choice.told is not None and not quiet:
        print(f"tilescope: {choice.told}", file=sys.stderr)
    return choice.name
