"""Kernels whose work is a Python function: code of a design, and what a costs file states."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from numpy.typing import NDArray

from tilescope.devices.device import Device
from tilescope.kernels.contract import Kernel

Arrays = Sequence[NDArray[Any]]
Function = Callable[[Arrays, Sequence[int]], None]  # flat operands, and scalars
Memory = dict[Any, Any]  # what the code of one core keeps from one stretch to the next


@dataclass(frozen=True)
class StatedCost:
    """Array cycles of one call that nobody measured; `note` says where they come from."""

    call_cycles: int
    note: str
    estimated: bool = True

    def cycles(self, device: Device, *scalars: int) -> int:
        """The same on any device and for any sizes."""
        return self.call_cycles

    def operations(self, *scalars: int) -> dict[str, int]:
        """Nothing is known of what it does."""
        return {}


@dataclass(frozen=True)
class FunctionKernel(Kernel):
    """A function whose cost is stated; `make`, given a core's memory, gives what it computes.

    Without `make` it has a time and computes nothing.
    """

    make: Callable[[Memory], Function] | None = field(default=None, compare=False)
    is_code: bool = False  # written in the design itself

    def problems(self, *scalars: int) -> tuple[str, ...]:
        """It takes any sizes."""
        return ()
