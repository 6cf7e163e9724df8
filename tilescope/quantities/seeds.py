"""Seeds of drawn inputs."""

from __future__ import annotations

from tilescope.errors import InputError


def check_seed(seed: int) -> int:
    """The seed, where inputs can be drawn from it.

    Raises:
        InputError: it is below 0.
    """
    if seed < 0:
        raise InputError(f"The seed is {seed}; it must be 0 or more.")
    return seed
