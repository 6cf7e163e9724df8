"""`tilescope gemm`: any matrix product, laid out as asked, on the NPU beside PyTorch."""

from __future__ import annotations

from typing import Annotated

import typer

from tilescope.cli import measuring, options
from tilescope.cli.ending import plain_ending
from tilescope.cli.targets import choose
from tilescope.cli.whatif import AdviceOption, SetOption, listed


@plain_ending
def gemm(
    m: Annotated[str, typer.Argument(metavar="M", help="Rows of A and C.")],
    n: Annotated[str, typer.Argument(metavar="N", help="Columns of B and C.")],
    k: Annotated[str, typer.Argument(metavar="K", help="Columns of A, rows of B.")],
    dtype: options.DtypeOption = "float32",
    out_dtype: options.OutDtypeOption = None,
    tile: options.CoreTileOption = None,
    grid: options.GridOption = None,
    mapping: options.MappingOption = "whole-array",
    ports: options.PortsOption = None,
    k_mt: options.StagedKOption = None,
    c_depth: options.CDepthOption = None,
    b_layout: options.BLayoutOption = "row",
    kernel: options.KernelOption = "vector",
    fp32: options.Fp32Option = "safe",
    bf16: options.Bf16Option = None,
    toolchain: options.ToolchainOption = "peano",
    device: options.DeviceOption = "npu1",
    runtime: options.RuntimeOption = "xrt-linux",
    target: options.TargetOption = "auto",
    set_values: SetOption = None,
    num_runs: options.NumRunsOption = 10,
    warmup: measuring.WarmUpOption = None,
    min_time: measuring.MinTimeOption = None,
    max_noise: measuring.MaxNoiseOption = None,
    stop_when: measuring.StopWhenOption = None,
    max_time: measuring.MaxTimeOption = 30.0,
    cold: measuring.ColdOption = False,
    idle: measuring.IdleOption = None,
    cache: measuring.CacheOption = None,
    strict: measuring.StrictOption = False,
    timing_only: Annotated[
        bool,
        typer.Option("--timing-only", help="Move no data, check nothing, time the NPU alone."),
    ] = False,
    baseline: Annotated[
        bool | None,
        typer.Option(
            "--baseline/--no-baseline",
            help="Time PyTorch; the default unless --timing-only.",
            show_default=False,
        ),
    ] = None,
    seed: options.SeedOption = 0,
    json: options.RunFileOption = None,
    csv: options.CsvOption = None,
    markdown: options.MarkdownOption = None,
    timeline: options.TimelineOption = False,
    output_dir: options.OutputDirOption = None,
    force: options.ForceOption = False,
    quiet: options.QuietOption = False,
    advice: AdviceOption = True,
    color: options.ColorOption = "auto",
) -> None:
    """Profile C[M,N] = A[M,K] @ B[K,N] of any size. What does not divide is padded."""
    from tilescope.cli.output_folder import open_folder
    from tilescope.cli.products import Outputs, profile_and_show
    from tilescope.designs.request import MappingRequest
    from tilescope.profiling.places import SIMULATED
    from tilescope.profiling.products import ProductSettings
    from tilescope.quantities.shapes import parse_grid, parse_shape, parse_tile
    from tilescope.workloads.cases import LinearProjectionTestCase

    if listed(set_values, device, runtime):
        return
    options.check_fp32(fp32, dtype, kernel)
    sizes = parse_shape(f"{m}x{n}x{k}")
    request = MappingRequest(
        family=mapping,
        core_tile=parse_tile(tile) if tile is not None else None,
        grid=parse_grid(grid) if grid is not None else None,
        ports=ports,
        kernel=kernel,
        emulation=fp32,
        bf16=bf16,
        c_dtype=out_dtype,
        k_mt=k_mt,
        c_depth=c_depth,
        b_layout=b_layout,
        toolchain=toolchain,
    )
    asked = {"--timeline": timeline, "--timing-only": timing_only, "--set": bool(set_values)}
    where = choose(target, device, runtime, asked, quiet=quiet)
    settings = ProductSettings(
        op="gemm",
        device=device,
        runtime=runtime,
        dtype=dtype,
        mapping=request,
        num_runs=num_runs,
        sampling=measuring.sampling_request(
            min_time,
            max_noise,
            stop_when,
            max_time,
            cold=cold,
            idle=idle,
            strict=strict,
            cache=cache,
            warm_up=warmup,
        ),
        seed=seed,
        timeline=timeline or (output_dir is not None and where == SIMULATED),
        timing_only=timing_only,
        baseline=baseline,
        changes=tuple(set_values or ()),
        target=where,
    )
    folder = open_folder(output_dir, json)
    outputs = Outputs(
        json, force, quiet, color=color, advice=advice, folder=folder, csv=csv, markdown=markdown
    )
    profile_and_show([LinearProjectionTestCase("gemm", *sizes)], settings, outputs)
