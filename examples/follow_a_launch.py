"""Ask the timeline of a launch where a core waits, what fed its calls, and what memories hold."""

from collections import Counter
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np

from tilescope.designs.mapping import choose_mapping
from tilescope.devices import load_device
from tilescope.profiling.timelines import timeline_of
from tilescope.runs.timeline import read_timeline, write_timeline
from tilescope.workloads.gemm import Gemm


def main() -> None:
    """Where a core waits, what fed its calls, how busy DDR is and how full the memories are."""
    device = load_device("npu1")
    gemm = Gemm("my", 128, 256, 256, "bfloat16")
    timeline = timeline_of(gemm, choose_mapping(gemm, "fused-k", device), device)
    with TemporaryDirectory() as folder:  # as --timeline writes it beside a run file
        path = Path(folder) / "run.my.timeline.json.gz"
        write_timeline(timeline, path)
        (launch,) = read_timeline(path).launches

    print(f"{launch.kernel}: {launch.device_us:.2f} µs on {device.name}, simulated")
    waits: Counter[str] = Counter()
    for span in launch.spans:
        if span.resource == "core (0,2)" and span.activity == "wait":
            waits[f"{span.detail} of {span.subject}"] += span.end_us - span.start_us
    for cause, us in waits.most_common():
        print(f"  core (0,2) waits {us:5.2f} µs: {cause}")

    spans = list(launch.spans)
    call = next(place for place, span in enumerate(spans) if span.detail == "linear_matmul")
    fed = [spans[cause] for cause, effect in launch.links.tolist() if effect == call]
    print(f"  the first call, on {spans[call].resource}, uses what arrived through")
    for span in fed:
        print(f"    {span.resource} from {span.start_us:.2f} to {span.end_us:.2f} µs")

    for series in launch.series:
        if series.of in ("ddr", "cores", "l1", "l2"):
            mean = float((series.values[:-1] * np.diff(series.at_us)).sum()) / launch.device_us
            print(
                f"  {series.name} of {series.of}: {mean:,.2f} {series.unit} on average, at most "
                f"{series.peak:,.2f} of {series.limit:,.2f}"
            )


if __name__ == "__main__":
    main()
