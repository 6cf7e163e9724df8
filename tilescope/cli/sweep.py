"""`tilescope sweep`: many simulated products over axes, on all cores or a cluster."""

from __future__ import annotations

from typing import Annotated

import typer

from tilescope.cli import options
from tilescope.cli.ending import plain_ending


@plain_ending
def sweep(
    axis: Annotated[
        list[str],
        typer.Option(
            "--axis",
            metavar="NAME=VALUES",
            help="M=64:1024:x2, tile=32,64x32x64, dtype=bfloat16,int8; repeatable. Names: M, N, K, "
            "batch, tile, grid, k_mt, c_depth, mapping, ports, kernel, b_layout, dtype, "
            "out_dtype, fp32, bf16, toolchain, device, runtime.",
        ),
    ],
    out: Annotated[
        str, typer.Option("-o", "--output", metavar="FILE.parquet", help="Where the points go.")
    ],
    case: Annotated[
        str,
        typer.Option(
            "--case", metavar="CASE", help="Gives the sides without an axis; or NAME:MxNxK."
        ),
    ] = "q_proj",
    config: Annotated[
        str | None,
        typer.Option("--config", metavar="FILE", help="The model's config.json that CASE is of."),
    ] = None,
    backend: Annotated[
        str, typer.Option("--backend", metavar="KIND", help="local, or dask.")
    ] = "local",
    scheduler: Annotated[
        str | None,
        typer.Option("--scheduler", metavar="ADDRESS", help="A Dask cluster's, tcp://HOST:8786."),
    ] = None,
    jobs: Annotated[
        int | None,
        typer.Option("--jobs", metavar="N", help="Processes of --backend local; all cores."),
    ] = None,
    yes: Annotated[bool, typer.Option("--yes", help="Run more than a million points.")] = False,
    force: options.ForceOption = False,
    quiet: options.QuietOption = False,
) -> None:
    """Time products over every combination of values. What is finished is kept."""
    from tilescope.cli.sweeping import one_case, sweep_and_show
    from tilescope.profiling.sweeps.axes import parse_axes
    from tilescope.profiling.sweeps.plan import SweepPlan, check_size

    plan = SweepPlan(parse_axes(axis), one_case(case, config, quiet=quiet))
    check_size(plan, asked=yes)
    sweep_and_show(
        plan, out, backend=backend, scheduler=scheduler, jobs=jobs, force=force, quiet=quiet
    )
