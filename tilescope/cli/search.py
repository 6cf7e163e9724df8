"""`tilescope search`: the mapping that makes a product fast, and what bounds it."""

from __future__ import annotations

from typing import Annotated

import typer

from tilescope.cli import completing, options
from tilescope.cli.ending import plain_ending
from tilescope.cli.whatif import SetOption, listed

ObjectiveOption = Annotated[
    str,
    typer.Option(
        "--objective",
        metavar="NAME",
        help="latency: what the caller of one product waits for; throughput: the array's time "
        "alone.",
    ),
]
MaxErrorOption = Annotated[
    float | None,
    typer.Option(
        "--max-error",
        metavar="E",
        help="The largest error that a mapping may have, over the largest magnitude of C.",
    ),
]


@plain_ending
def search(
    workload: Annotated[
        str,
        typer.Argument(
            metavar="WORKLOAD",
            help="A projection by name, any MxNxK, or linear for all seven.",
            autocompletion=completing.projections,
        ),
    ],
    dtype: options.DtypeOption = "float32",
    out_dtype: options.OutDtypeOption = None,
    device: options.DeviceOption = "npu1",
    runtime: options.RuntimeOption = "xrt-linux",
    objective: ObjectiveOption = "latency",
    max_error: MaxErrorOption = None,
    top: Annotated[
        int, typer.Option("--top", metavar="N", help="How many of the fastest are told.")
    ] = 10,
    mapping: Annotated[
        str | None,
        typer.Option("--mapping", metavar="FAMILY", help="This family alone; all if not given."),
    ] = None,
    grid: options.GridOption = None,
    tile: Annotated[
        str | None,
        typer.Option("--tile", metavar="m,n,k", help="This core tile alone; all if not given."),
    ] = None,
    k_mt: options.StagedKOption = None,
    c_depth: options.CDepthOption = None,
    ports: Annotated[
        str | None,
        typer.Option("--ports", metavar="RULE", help="single or spread alone; both if not given."),
    ] = None,
    b_layout: Annotated[
        str | None,
        typer.Option("--b-layout", metavar="row|column", help="B so alone; both if not given."),
    ] = None,
    kernel: Annotated[
        str | None,
        typer.Option("--kernel", metavar="KIND", help="vector or scalar alone; both if not given."),
    ] = None,
    fp32: Annotated[
        str | None,
        typer.Option("--fp32", metavar="KIND", help="This way of float32 alone; safe, fast, low."),
    ] = None,
    bf16: options.Bf16Option = None,
    toolchain: options.ToolchainOption = "peano",
    fuse: Annotated[
        bool,
        typer.Option(
            "--fuse/--no-fuse",
            help="Also try projections of one input as one product; the default.",
            show_default=False,
        ),
    ] = True,
    seed: options.SeedOption = 0,
    timing_only: options.TimingOnlyOption = False,
    set_values: SetOption = None,
    output: Annotated[
        str | None,
        typer.Option(
            "-o",
            "--output",
            metavar="PATH",
            help="Write the best: its design to a .mlir, its run to a .json.",
        ),
    ] = None,
    json: Annotated[
        str | None,
        typer.Option("--json", metavar="PATH|-", help="Write the whole search; - is stdout."),
    ] = None,
    state: Annotated[
        str | None,
        typer.Option(
            "--state",
            metavar="PATH",
            help="Where an interrupted search is kept; the user's cache if not given.",
        ),
    ] = None,
    force: options.ForceOption = False,
    quiet: options.QuietOption = False,
    color: options.ColorOption = "auto",
) -> None:
    """Find the fastest mapping of a product. Considers all, and says why the others lose."""
    from tilescope.cli.searching import SearchOutputs, chosen_cases, emulation_of, search_and_show
    from tilescope.quantities.dtypes import canonical_dtype
    from tilescope.quantities.shapes import parse_grid, parse_tile
    from tilescope.search.limits import Limits
    from tilescope.search.settings import SearchSettings

    if listed(set_values, device, runtime):
        return
    wanted = canonical_dtype(dtype)
    cases, op = chosen_cases(workload)
    limits = Limits(
        family=mapping,
        ports=ports,
        grid=parse_grid(grid) if grid is not None else None,
        core_tile=parse_tile(tile) if tile is not None else None,
        k_mt=k_mt,
        c_depth=c_depth,
        b_layout=b_layout,
        kernel=kernel,
        emulation=emulation_of(wanted, fp32, bf16),
        c_dtype=canonical_dtype(out_dtype) if out_dtype is not None else None,
        toolchain=toolchain,
        max_error=max_error,
    )
    settings = SearchSettings(
        device_name=device,
        runtime_name=runtime,
        objective=objective,
        limits=limits,
        top=top,
        seed=seed,
        timing_only=timing_only,
        op=op,
        changes=tuple(set_values or ()),
    )
    outputs = SearchOutputs(output, json, state, force=force, quiet=quiet, color=color)
    gemms = [case.to_gemm(wanted) for case in cases]
    search_and_show(workload, gemms, settings, outputs, fuse=fuse)
