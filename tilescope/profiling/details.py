"""One case with its timeline: what each resource did, and its output by tiles."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from tilescope.designs.mapping import Mapping
from tilescope.profiling.cases import Bench, profile_case
from tilescope.profiling.output_tiles import Figures, output_tiles, tile_errors
from tilescope.profiling.timelines import timeline_of
from tilescope.runs.models import Case
from tilescope.runs.timeline import Timeline
from tilescope.workloads.gemm import Gemm


def profile_in_detail(
    gemm: Gemm, mapping: Mapping, bench: Bench, notify: Callable[[str], None]
) -> tuple[Case, Timeline]:
    """Profile a case and take its timeline; raises what profile_case and timeline_of raise."""
    errors: list[Figures] = []
    case = profile_case(
        gemm,
        mapping,
        bench,
        notify,
        lambda output, reference: errors.append(tile_errors(output, reference, mapping)),
    )
    timeline = timeline_of(gemm, mapping, bench.device)
    tiles = output_tiles(
        gemm, mapping, timeline.launches, case.npu_us.median, errors[0] if errors else None
    )
    return case, replace(timeline, tiles=tiles)
