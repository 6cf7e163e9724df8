"""The seed's script: profile cases one by one and print its report, then the summary table."""

from __future__ import annotations

import argparse
import os
from collections.abc import Sequence
from typing import TYPE_CHECKING

from tilescope.cli.ending import INTERRUPTED, fail, plain_ending

if TYPE_CHECKING:
    from tilescope.runs.models import Case
    from tilescope.workloads.cases import LinearProjectionTestCase


@plain_ending
def run_seed_profile(
    test_cases: Sequence[LinearProjectionTestCase], arguments: Sequence[str] | None = None
) -> None:
    """Profile the cases that the arguments name; sys.argv's where none are given."""
    parser = argparse.ArgumentParser(
        description="Profile the linear projections of the llama block on the NPU beside PyTorch."
    )
    parser.add_argument("--test-case", default="all", help="one or more names, or all (default)")
    parser.add_argument(
        "--num-runs", type=int, default=10, help="timed runs of PyTorch and of a measured NPU"
    )
    parser.add_argument("--device", default="npu1")
    parser.add_argument(
        "--dtype", default="float32", help="float32, bfloat16, int8, int16 or int32"
    )
    parser.add_argument("--mapping", default="per-tile", help="per-tile, fused-k or whole-array")
    parser.add_argument("--ports", help="single or spread")
    parser.add_argument("--kernel", default="vector", help="vector or scalar")
    parser.add_argument("--fp32", default="safe", help="safe, fast or low")
    parser.add_argument("--bf16", help="bfp16 or native, on npu2")
    parser.add_argument("--runtime", default="xrt-linux")
    target = os.environ.get("TILESCOPE_TARGET", "auto")
    parser.add_argument("--target", default=target, help="auto, simulated or xrt")
    parser.add_argument("--seed", type=int, default=0)
    given = parser.parse_args(arguments)

    from tilescope.cli import options, terminal
    from tilescope.cli.selection import named_cases
    from tilescope.cli.targets import choose
    from tilescope.designs.request import MappingRequest
    from tilescope.profiling.products import ProductSettings, profile_products
    from tilescope.reports.seed import case_report, summary

    options.check_fp32(given.fp32, given.dtype, given.kernel)
    chosen = named_cases([given.test_case], test_cases)
    settings = ProductSettings(
        device=given.device,
        runtime=given.runtime,
        dtype=given.dtype,
        mapping=MappingRequest(
            family=given.mapping,
            ports=given.ports,
            kernel=given.kernel,
            emulation=given.fp32,
            bf16=given.bf16,
        ),
        num_runs=given.num_runs,
        seed=given.seed,
        target=choose(given.target, given.device, given.runtime, {}, quiet=False),
    )
    with terminal.progress(quiet=False) as notify:

        def show(case: Case) -> None:
            notify("")  # the line of progress makes room for the report
            print(case_report(case), flush=True)

        profile = profile_products(chosen, settings, notify=notify, on_case=show)
    if profile.run.cases:
        print(summary(profile.run))
    if not profile.run.complete:
        fail(f"Interrupted; finished {len(profile.run.cases)} of {len(chosen)}.", INTERRUPTED)
