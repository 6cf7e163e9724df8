"""Whose projections a verb runs: the seed's block, a model's configuration, a PyTorch module."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from tilescope.cli.importing import load_module
from tilescope.cli.selection import matching
from tilescope.errors import InputError
from tilescope.profiling.scaling import Points, placed
from tilescope.workloads.cases import LinearProjectionTestCase, default_test_cases
from tilescope.workloads.configs import read_config
from tilescope.workloads.modules import linear_layers, named, other_matrices

DEFAULT_ROWS = 64


@dataclass(frozen=True)
class Projections:
    """A model's projections, None for the seed's, and what runs only by name (a model's head)."""

    known: Sequence[LinearProjectionTestCase] | None = None
    besides: Sequence[LinearProjectionTestCase] = ()


def known_projections(config: str | None, model: str | None, *, quiet: bool) -> Projections:
    """The projections of a model's configuration, of a module, or of the seed's block.

    Raises InputError where both are named, and for what neither can be read from.
    """
    if config is not None and model is not None:
        raise InputError("--config and --model each name a model; give one of them.")
    if config is not None:
        found = read_config(Path(config))
        if found.by_class and not quiet:
            left = ", ".join(f"{key} {size:,}" for key, size in found.by_class)
            print(
                f"{config} leaves to its model type, {found.model_type}: {left}.", file=sys.stderr
            )
        head = found.head(DEFAULT_ROWS)
        return Projections(found.projections(DEFAULT_ROWS), [head] if head else [])
    if model is not None:
        module = load_module(model, lambda text: None if quiet else print(text, file=sys.stderr))
        cases = [layer.case(DEFAULT_ROWS) for layer in linear_layers(module)]
        if not quiet and (others := other_matrices(module)):
            print(
                f"Not profiled, as no torch.nn.Linear has them: {named(others)}.", file=sys.stderr
            )
        return Projections(cases)
    return Projections()


def list_projections(projections: Projections, points: Points, pattern: str | None) -> None:
    """Print each projection with its shape, one a line; those that match, where it is asked.

    Raises InputError as selection.matching does.
    """
    known = default_test_cases() if projections.known is None else projections.known
    wanted = [*known, *projections.besides]
    if pattern is not None:
        wanted = matching(pattern, wanted)
    cases = [one.case for one in placed(wanted, points)]
    names = max(10, *(len(case.name) for case in cases))
    shapes = [f"{case.M}×{case.N}×{case.K}" for case in cases]
    wide = max(13, *map(len, shapes))
    for case, shape in zip(cases, shapes, strict=True):
        print(f"{case.name:<{names}} {shape:<{wide}} {case.description}")
