"""`tilescope precision`: one product in several dtypes, what each takes, moves and loses."""

from __future__ import annotations

from typing import Annotated

import typer

from tilescope.cli import completing, options
from tilescope.cli.ending import plain_ending


@plain_ending
def precision(
    case: Annotated[
        str,
        typer.Argument(
            metavar="CASE",
            help="A projection such as q_proj, or NAME:MxNxK.",
            autocompletion=completing.projections,
        ),
    ],
    dtypes: Annotated[
        str | None,
        typer.Option(
            "--dtypes",
            metavar="LIST",
            help="float32, bfloat16, float16, int8, int16 or int32; bfloat16:bfloat16 also says "
            "what C is held in.",
        ),
    ] = None,
    out_dtype: options.OutDtypeOption = None,
    config: Annotated[
        str | None,
        typer.Option("--config", metavar="FILE", help="The model's config.json that CASE is of."),
    ] = None,
    mapping: options.MappingOption = "per-tile",
    tile: options.CoreTileOption = None,
    grid: options.GridOption = None,
    ports: options.PortsOption = None,
    kernel: options.KernelOption = "vector",
    fp32: options.Fp32Option = "safe",
    bf16: options.Bf16Option = None,
    toolchain: options.ToolchainOption = "peano",
    device: options.DeviceOption = "npu1",
    runtime: options.RuntimeOption = "xrt-linux",
    seed: options.SeedOption = 0,
    json: options.RunFileOption = None,
    force: options.ForceOption = False,
    quiet: options.QuietOption = False,
    color: options.ColorOption = "auto",
) -> None:
    """Compare a product's dtypes: time, traffic, error. Says which step loses the bits."""
    from tilescope.cli.precisions import compare_and_show
    from tilescope.cli.products import Outputs
    from tilescope.cli.sweeping import one_case
    from tilescope.designs.request import MappingRequest
    from tilescope.profiling.precision.comparing import PrecisionSettings
    from tilescope.profiling.precision.formats import DEFAULT_FORMATS, parse_formats
    from tilescope.quantities.shapes import parse_grid, parse_tile

    formats = parse_formats(DEFAULT_FORMATS if dtypes is None else dtypes, out_dtype)
    chosen = one_case(case, config, quiet=quiet)
    request = MappingRequest(
        family=mapping,
        core_tile=parse_tile(tile) if tile is not None else None,
        grid=parse_grid(grid) if grid is not None else None,
        ports=ports,
        kernel=kernel,
        emulation=fp32,
        bf16=bf16,
        toolchain=toolchain,
    )
    settings = PrecisionSettings(formats, device, runtime, request, seed)
    compare_and_show(chosen, settings, Outputs(json, force, quiet, color))
