"""From what each launch took on the array to what the caller waits for, in exact arithmetic."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from numpy.typing import NDArray

from tilescope.runs.terms import ARRAY_TERMS, SIMULATED_TERMS
from tilescope.targets.costs import RuntimeCosts
from tilescope.targets.outcome import KernelShare, TargetOutcome

PS_PER_US = 10**6
TERM_TOLERANCE_US = Fraction(1, 10**6)
COUNTED_KERNEL = {"linear_fused": "linear_matmul"}

Number = int | float | Fraction


@dataclass(frozen=True)
class LaunchTimes:
    """One distinct launch of a plan, as composition needs to know it.

    count: how often it is launched. Of one launch: device_us on the array, budget_us by device
    term, core_calls by kernel, and the bytes of each buffer that goes in and comes out.
    """

    kernel: str
    count: int
    device_us: Number
    budget_us: Mapping[str, Number]
    core_calls: Mapping[str, int]
    input_bytes: tuple[int, ...]
    output_bytes: tuple[int, ...]


def compose(
    launch_times: Sequence[LaunchTimes],
    costs: RuntimeCosts,
    tiles: int,
    output: NDArray[Any] | None = None,
    outcome: object = None,
) -> TargetOutcome:
    """Add to each launch what its runtime costs, and close the budget.

    Everything is a fraction until the end and then whole picoseconds, so that budget and kernel
    shares each sum to npu_us. Raises RuntimeError when a launch's own terms do not sum to its
    device time, which would be a fault of the engine.
    """
    budget = dict.fromkeys(SIMULATED_TERMS, Fraction(0))
    by_kernel: dict[str, Fraction] = {}
    launches: dict[str, int] = {}
    calls: dict[str, int] = {}
    for launch in launch_times:
        terms = device_terms(launch)
        terms["host"] = costs.host_us(launch.input_bytes, launch.output_bytes)
        terms["launch"] = costs.launch_us
        name = launch.kernel
        for term, us in terms.items():
            budget[term] += launch.count * us
        taken = launch.count * sum(terms.values(), Fraction(0))
        by_kernel[name] = by_kernel.get(name, Fraction(0)) + taken
        launches[name] = launches.get(name, 0) + launch.count
        counted = launch.core_calls.get(COUNTED_KERNEL.get(name, name), 0)
        calls[name] = calls.get(name, 0) + launch.count * counted
    term_ps = apportion(budget.values())
    share_ps = apportion(by_kernel.values())
    total_ps = sum(term_ps)
    shares = tuple(
        KernelShare(
            name=name,
            launches=launches[name],
            core_calls=calls[name],
            total_us=ps / PS_PER_US,
            per_launch_us=ps / PS_PER_US / launches[name],
        )
        for name, ps in zip(by_kernel, share_ps, strict=True)
    )
    terms_us = {term: ps / PS_PER_US for term, ps in zip(budget, term_ps, strict=True)}
    device_ps = sum(ps for term, ps in zip(budget, term_ps, strict=True) if term in ARRAY_TERMS)
    return TargetOutcome(
        kind="simulated",
        output=output,
        npu_us=total_ps / PS_PER_US,
        setup_us=float(costs.setup_us * len(launch_times)),
        device_us=device_ps / PS_PER_US,
        budget=terms_us,
        kernels=shares,
        launches=sum(launches.values()),
        tiles=tiles,
        notes=_notes(costs, designs=len(launch_times)),
        outcome=outcome,
    )


def _notes(costs: RuntimeCosts, designs: int) -> tuple[str, ...]:
    applying = ("always", "power_mode", *(("alternating",) if designs > 1 else ()))
    return tuple(costs.notes[key] for key in applying if key in costs.notes)


def device_terms(launch: LaunchTimes) -> dict[str, Fraction]:
    """The launch's own terms as fractions, all of them, in the order of reports."""
    unknown = set(launch.budget_us) - set(ARRAY_TERMS)
    if unknown:
        raise RuntimeError(f"{launch.kernel}: the engine charged unknown terms {sorted(unknown)}")
    terms = {term: Fraction(launch.budget_us.get(term, 0)) for term in ARRAY_TERMS}
    gap_us = sum(terms.values(), Fraction(0)) - Fraction(launch.device_us)
    if abs(gap_us) > TERM_TOLERANCE_US:
        raise RuntimeError(
            f"{launch.kernel}: the engine's terms sum to {float(gap_us)} µs more than the launch"
        )
    return terms


def apportion(parts_us: Iterable[Fraction]) -> list[int]:
    """Whole picoseconds for exact parts, summing to the rounded sum of the parts.

    Each part is the step of the rounded running sum, so none is off by more than one picosecond.
    """
    running, before, shares = Fraction(0), 0, []
    for part in parts_us:
        running += part
        after = round(running * PS_PER_US)
        shares.append(after - before)
        before = after
    return shares
