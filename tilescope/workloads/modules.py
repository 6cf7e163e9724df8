"""The linear layers of a PyTorch module, found without importing PyTorch.

A linear layer is one whose class is, or descends from, the class Linear of torch.nn, or is a
quantised one of torch.ao.nn. Layers that stand at the same place of repeated blocks, and have the
same shape, are one case: their work is the same. Matrices that other modules multiply by, as
torch.nn.MultiheadAttention does, are no cases; they are named.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

from tilescope.errors import InputError
from tilescope.workloads.cases import CASE_NAME, LinearProjectionTestCase

SHOWN = 3
NO_PRODUCT = re.compile("Embedding|^Conv.*d$|^ConvTranspose")
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
        others = other_matrices(module)
        besides = f" Its matrices are in {named(others)}." if others else ""
        raise InputError(
            f"{type(module).__name__} has no linear layer (torch.nn.Linear); nothing to "
            f"profile.{besides}"
        )
    return list(_apart(found.values()))


def other_matrices(module: Any) -> list[str]:
    """What else of a module may be multiplied by: parameters of two or more sides, with those.

    Those of linear layers, embeddings and convolutions are left out; repeated blocks count once.
    """
    found: dict[tuple[str, tuple[int, ...]], str] = {}
    for name, part in module.named_modules():
        if _is_linear(part) or NO_PRODUCT.search(type(part).__name__):
            continue
        for key, parameter in part.named_parameters(recurse=False):
            sides = tuple(int(side) for side in parameter.shape)
            if len(sides) > 1:
                full = f"{name}.{key}" if name else key
                place = (_NUMBER.sub("*", full), sides)
                found.setdefault(place, f"{full} ({'×'.join(map(str, sides))})")
    return list(found.values())


def named(names: Sequence[str]) -> str:
    """The first few of them, and how many more there are."""
    more = f" and {len(names) - SHOWN} more" if len(names) > SHOWN else ""
    return ", ".join(names[:SHOWN]) + more


def _linears(module: Any) -> Iterator[tuple[str, Any]]:
    for name, layer in module.named_modules():
        if _is_linear(layer):
            yield name or type(layer).__name__, layer


def _is_linear(layer: Any) -> bool:
    """Whether it is one of torch.nn's, or of what torch.ao.nn makes of them."""
    return any(
        base.__name__ == "Linear"
        and f"{base.__module__}.".startswith(("torch.nn.", "torch.ao.nn."))
        for base in type(layer).__mro__
    )


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
