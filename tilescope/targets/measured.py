"""From what the clock showed of a product's runs to the figures of a measured outcome."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from numpy.typing import NDArray

from tilescope.designs.plan import LaunchPlan
from tilescope.targets.composition import COUNTED_KERNEL
from tilescope.targets.outcome import KernelShare, TargetOutcome

NS_PER_US = 1_000


@dataclass(frozen=True)
class RunTimes:
    """One run of a launch plan in ns: all of it, the parts that were timed, each launch's share.

    host_ns: copies and buffer syncs; launch_ns: from submission to the end of waiting, with the
    array's work in it; shares_ns: by planned launch, everything until its last step.
    """

    total_ns: int
    host_ns: int
    launch_ns: int
    shares_ns: tuple[int, ...]

    def within(self, total_ns: int) -> RunTimes:
        """The same run by the clock of its caller, which sees a little more of it."""
        *others, last = self.shares_ns
        last += total_ns - self.total_ns
        return replace(self, total_ns=total_ns, shares_ns=(*others, last))


def measured_outcome(
    plan: LaunchPlan,
    runs: Sequence[RunTimes],
    calls: Sequence[int],
    *,
    setup_us: float,
    output: NDArray[Any],
    notes: tuple[str, ...] = (),
) -> TargetOutcome:
    """The outcome of one or more runs: the time and the budget of the run in the middle.

    Of an even number the two in the middle stand for it, in equal parts, so that time and budget
    are those of the median and close. `calls` are core calls of one launch of each kind. How long
    the array worked is not known apart.
    """
    ordered = sorted(runs, key=lambda run: run.total_ns)
    middle = (ordered[(len(ordered) - 1) // 2], ordered[len(ordered) // 2])
    total = sum(run.total_ns for run in middle)
    host = sum(run.host_ns for run in middle)
    launch = sum(run.launch_ns for run in middle)
    shares = [sum(part) for part in zip(*(run.shares_ns for run in middle), strict=True)]
    budget = {"host": host, "launch_and_array": launch, "residual": total - host - launch}
    return TargetOutcome(
        kind="measured",
        output=output,
        npu_us=_us(total),
        setup_us=setup_us,
        device_us=None,
        budget={term: _us(ns) for term, ns in budget.items()},
        kernels=tuple(
            KernelShare(
                name=launched.kernel,
                launches=launched.count,
                core_calls=launched.count * count,
                total_us=_us(ns),
                per_launch_us=_us(ns) / launched.count,
            )
            for launched, ns, count in zip(plan.launches, shares, calls, strict=True)
        ),
        launches=plan.launch_count,
        tiles=plan.tiles,
        notes=notes,
    )


def counted_calls(kernel: str, calls: dict[str, int]) -> int:
    """Core calls of one launch that count as those of a planned launch."""
    return calls.get(COUNTED_KERNEL.get(kernel, kernel), 0)


def _us(twice_ns: int) -> float:
    return twice_ns / 2 / NS_PER_US
