"""The linear layers of a PyTorch module, found without importing PyTorch.

A linear layer is one whose class is, or descends from, the class Linear of torch.nn. Layers that
stand at the same place of repeated blocks, and have the same shape, are one case: their work is
the same.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Any

from tilescope.errors import InputError
from tilescope.workloads.cases import CASE_NAME, LinearProjectionTestCase

_NUMBER = re.compile(r"(?<![^.])[0-9]+(?![^.])")  # a whole part of a dotted name


@dataclass(frozen=True)
class LinearLayer:
    """One linear layer, or several alike: its first name, its features, how many there are."""

    name: str
    in_features: int
    out_features: int
    count: int = 1

    def case(self, rows: int) -> LinearProjectionTestCase:
        """The product for so many rows; the description says how many layers it stands for."""
        times = f", {self.count} alike" if self.count > 1 else ""
        shape = (rows, self.out_features, self.in_features)
        return LinearProjectionTestCase(self.name, *shape, f"Linear layer: {shape}{times}")


def linear_layers(module: Any) -> list[LinearLayer]:
    """The linear layers of a module in its own order; those alike are counted, not repeated.

    `module` has torch.nn.Module's named_modules(). Raises InputError where there is no linear
    layer, or one whose size is not yet known.
    """
    found: dict[tuple[str, int, int], LinearLayer] = {}
    for name, layer in _linears(module):
        sizes = (layer.in_features, layer.out_features)
        if not all(isinstance(size, int) and size > 0 for size in sizes):
            raise InputError(
                f"The linear layer {name!r} does not know its size yet (in_features "
                f"{layer.in_features}); make the module with its sizes given."
            )
        key = (_NUMBER.sub("*", name), *sizes)
        known = found.get(key)
        found[key] = (
            replace(known, count=known.count + 1) if known else LinearLayer(_usable(name), *sizes)
        )
    if not found:
        raise InputError(
            f"{type(module).__name__} has no linear layer (torch.nn.Linear); nothing to profile."
        )
    return list(_apart(found.values()))


def _linears(module: Any) -> Iterator[tuple[str, Any]]:
    for name, layer in module.named_modules():
        bases = type(layer).__mro__
        if any(base.__name__ == "Linear" and _is_torch(base) for base in bases):
            yield name or type(layer).__name__, layer


def _is_torch(base: type) -> bool:
    return base.__module__.split(".")[:2] == ["torch", "nn"]


def _usable(name: str) -> str:
    """The name as a case may bear it."""
    plain = re.sub(r"[^A-Za-z0-9_.+-]", "_", name)
    return plain if CASE_NAME.fullmatch(plain) else f"layer{plain}"


def _apart(layers: Iterable[LinearLayer]) -> Iterator[LinearLayer]:
    """The layers with no name twice."""
    taken: set[str] = set()
    for layer in layers:
        name, number = layer.name, 2
        while name in taken:
            name, number = f"{layer.name}-{number}", number + 1
        taken.add(name)
        yield replace(layer, name=name)
