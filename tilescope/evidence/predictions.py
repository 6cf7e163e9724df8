"""What the model says about a row: a figure in the row's own unit, or why there is none."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from tilescope.errors import InputError
from tilescope.evidence.records import Row


@dataclass(frozen=True)
class Prediction:
    """A predicted figure.

    kind says what was predicted: kernel, transfer, launch, product, stream or host-call. value is
    in the row's unit; terms are µs by budget term where the figure is a time of the whole, cycles
    of one call for a kernel. assumed says what the row leaves open and the prediction filled in.
    """

    kind: str
    value: float
    terms: Mapping[str, float] = field(default_factory=dict)
    assumed: tuple[str, ...] = ()


@dataclass(frozen=True)
class Unpredictable:
    """Why a row cannot be predicted, as a plain clause."""

    kind: str
    reason: str


Answer = Prediction | Unpredictable


def from_time(row: Row, us: float, macs: int) -> float:
    """The row's figure when a product of so many MACs took `us`.

    Raises InputError for a metric that no time gives.
    """
    if row.metric == "time_us":
        return us
    if row.metric == "tops":
        return 2 * macs / us / 1e6
    if row.metric == "gflops":
        return 2 * macs / us / 1e3
    raise InputError(f"{row.where}: {row.metric} does not follow from a time.")
