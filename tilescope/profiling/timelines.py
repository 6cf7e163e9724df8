"""The timeline of a case: each distinct launch once more, for its spans alone.

The simulated NPU takes the same time on any data, so the data is left out of this run.
"""

from __future__ import annotations

from tilescope.designs.mapping import Mapping
from tilescope.designs.plan import make_plan
from tilescope.devices.device import Device
from tilescope.profiling.outcome_series import series_of
from tilescope.profiling.outcome_spans import spans_of
from tilescope.runs.timeline import LaunchTimeline, Timeline
from tilescope.runs.usage import ResourceUse
from tilescope.simulation.outcomes import DesignOutcome
from tilescope.simulation.simulate import simulate_design
from tilescope.workloads.gemm import Gemm


def timeline_of(gemm: Gemm, mapping: Mapping, device: Device) -> Timeline:
    """The spans of every distinct launch of a case, what fed what, and figures over time.

    Raises:
        DesignError: a design does not fit the device or cannot finish.
    """
    launches = []
    for planned in make_plan(gemm, mapping).launches:
        outcome = simulate_design(planned.design, device, spans=True)
        launches.append(launch_timeline(planned.kernel, planned.count, outcome, device))
    return Timeline(gemm.name, tuple(launches))


def launch_timeline(
    kernel: str, count: int, outcome: DesignOutcome, device: Device
) -> LaunchTimeline:
    """One launch, from an outcome with spans."""
    spans, places = spans_of(outcome)
    return LaunchTimeline(
        kernel,
        count,
        float(outcome.device_us),
        spans,
        uses_of(outcome),
        places[outcome.notes.links],
        tuple(series_of(outcome, device)),
    )


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
