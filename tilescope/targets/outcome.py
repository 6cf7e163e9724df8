"""What a target hands back after it ran a workload."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from numpy.typing import NDArray

from tilescope.runs.limits import Bound


@dataclass(frozen=True)
class KernelShare:
    """What the launches of one kernel took, with their host and launch part.

    The total_us of a run's shares sum to its npu_us. core_calls counts invocations on single
    cores over all launches: of the kernel itself, or of linear_matmul where it is fused.
    """

    name: str
    launches: int
    core_calls: int
    total_us: float
    per_launch_us: float


@dataclass(frozen=True)
class TargetOutcome:
    """One workload, run once on one target.

    kind: `simulated` or `measured`. output: C [m, n] unpadded, in the mapping's output dtype;
    None when only the time was asked for. npu_us: what the caller waits, without setup_us, which
    is paid once. device_us: first controller instruction to last token, summed over launches;
    None where it was not obtained. budget: µs by term, summing to npu_us. tiles: blocks that the
    padded product falls into. notes: what a reader must know before trusting the times, one
    sentence each. bound: what no execution of the mapping can beat, None where the target does not
    know. outcome: what the engine said, for those who want more.
    """

    kind: str
    output: NDArray[Any] | None
    npu_us: float
    setup_us: float
    device_us: float | None
    budget: Mapping[str, float]
    kernels: tuple[KernelShare, ...]
    launches: int
    tiles: int
    notes: tuple[str, ...] = ()
    bound: Bound | None = None
    outcome: Any = field(default=None, compare=False, repr=False)
