"""The timeline of a case: each distinct launch once more, for its spans alone.

The simulated NPU takes the same time on any data, so the data is left out of this run.
"""

from __future__ import annotations

from tilescope.designs.mapping import Mapping
from tilescope.designs.plan import make_plan
from tilescope.devices.device import Device
from tilescope.runs.timeline import LaunchTimeline, Span, Timeline
from tilescope.runs.usage import ResourceUse
from tilescope.simulation.outcomes import ACTIVITIES, CAUSES, DesignOutcome
from tilescope.simulation.simulate import simulate_design
from tilescope.workloads.gemm import Gemm


def timeline_of(gemm: Gemm, mapping: Mapping, device: Device) -> Timeline:
    """The spans of every distinct launch of a case.

    Raises:
        DesignError: a design does not fit the device or cannot finish.
    """
    launches = []
    for planned in make_plan(gemm, mapping).launches:
        outcome = simulate_design(planned.design, device, spans=True)
        launches.append(
            LaunchTimeline(
                planned.kernel,
                planned.count,
                float(outcome.device_us),
                spans_of(outcome),
                uses_of(outcome),
            )
        )
    return Timeline(gemm.name, tuple(launches))


def uses_of(outcome: DesignOutcome) -> tuple[ResourceUse, ...]:
    """What every resource did in all, as the engine counted it."""
    return tuple(
        ResourceUse(
            use.name,
            use.kind,
            float(use.busy_us),
            {cause: float(us) for cause, us in use.waiting_us.items()},
            float(use.idle_us),
            use.moved_bytes,
        )
        for use in outcome.resources
    )


def spans_of(outcome: DesignOutcome) -> tuple[Span, ...]:
    """The rows of an outcome with names, and with µs for ticks; ordered by start and resource."""
    kernels = list(outcome.kernel_calls)
    names = [resource.name for resource in outcome.resources]
    us_per_tick = 1e6 / outcome.tick_hz
    rows = sorted(
        (start, resource, end, activity, detail)
        for resource, activity, detail, start, end in outcome.spans.tolist()
    )
    return tuple(
        Span(
            names[resource],
            ACTIVITIES[activity],
            _detail(ACTIVITIES[activity], detail, kernels),
            start * us_per_tick,
            end * us_per_tick,
        )
        for start, resource, end, activity, detail in rows
    )


def _detail(activity: str, detail: int, kernels: list[str]) -> str:
    """The kernel of a call, the cause of a wait, the number of an issued task."""
    if activity == "call":
        return kernels[detail]
    if activity == "wait":
        return CAUSES[detail]
    return f"task {detail}" if activity == "issue" and detail >= 0 else ""
