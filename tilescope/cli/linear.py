"""`tilescope linear`: profile linear projections on the NPU beside PyTorch."""

from __future__ import annotations

from typing import Annotated

import typer

from tilescope.cli import completing, measuring, options
from tilescope.cli.ending import plain_ending
from tilescope.cli.targets import choose
from tilescope.cli.whatif import AdviceOption, SetOption, listed


@plain_ending
def linear(
    test_case: Annotated[
        list[str] | None,
        typer.Option(
            "--test-case",
            metavar="NAME|all",
            help="Projections by name, with commas or repeated; all seven unless --case is given.",
            autocompletion=completing.projections,
        ),
    ] = None,
    pattern: Annotated[
        str | None,
        typer.Option(
            "-k", metavar="REGEX", help="Of these, the ones in whose names it is found: 'q|up'."
        ),
    ] = None,
    case: Annotated[
        list[str] | None,
        typer.Option("--case", metavar="NAME:MxNxK", help="A case of your own; repeatable."),
    ] = None,
    config: Annotated[
        str | None,
        typer.Option(
            "--config",
            metavar="FILE",
            help="A llama-like model's config.json, whose projections are profiled.",
        ),
    ] = None,
    model: Annotated[
        str | None,
        typer.Option(
            "--model",
            metavar="MODULE:CLASS",
            help="A torch.nn.Module, or file.py:Class, whose linear layers are profiled.",
        ),
    ] = None,
    batch: Annotated[
        str | None,
        typer.Option("--batch", metavar="AXIS", help="Sequences at once, as in 1,2,4 or 1:16:x2."),
    ] = None,
    seq: Annotated[
        str | None,
        typer.Option(
            "--seq", metavar="AXIS", help="Tokens of each, 1 for decode; 64 if not given."
        ),
    ] = None,
    plot: Annotated[
        str | None,
        typer.Option("--plot", metavar="FILE.svg", help="Draw time and rate over M."),
    ] = None,
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
    device: options.DeviceOption = "npu1",
    dtype: options.DtypeOption = "float32",
    out_dtype: options.OutDtypeOption = None,
    mapping: options.MappingOption = "per-tile",
    ports: options.PortsOption = None,
    kernel: options.KernelOption = "vector",
    fp32: options.Fp32Option = "safe",
    bf16: options.Bf16Option = None,
    toolchain: options.ToolchainOption = "peano",
    runtime: options.RuntimeOption = "xrt-linux",
    target: options.TargetOption = "auto",
    set_values: SetOption = None,
    seed: options.SeedOption = 0,
    json: options.RunFileOption = None,
    csv: options.CsvOption = None,
    markdown: options.MarkdownOption = None,
    timeline: options.TimelineOption = False,
    output_dir: options.OutputDirOption = None,
    timing_only: options.TimingOnlyOption = False,
    baseline: options.BaselineOption = None,
    force: options.ForceOption = False,
    quiet: options.QuietOption = False,
    advice: AdviceOption = True,
    color: options.ColorOption = "auto",
    list_cases: Annotated[
        bool, typer.Option("--list", help="List the projections and exit.")
    ] = False,
) -> None:
    """Profile a llama block's projections, or products of your own."""
    from tilescope.cli.models import known_projections, list_projections
    from tilescope.cli.output_folder import open_folder
    from tilescope.cli.products import Outputs, profile_and_show
    from tilescope.cli.scaling import parse_points, scale_and_show
    from tilescope.cli.selection import choose_cases, matching, typed_workload
    from tilescope.designs.request import MappingRequest
    from tilescope.profiling.places import SIMULATED
    from tilescope.profiling.products import ProductSettings
    from tilescope.profiling.scaling import check_own_cases, placed

    if listed(set_values, device, runtime):
        return
    options.check_fp32(fp32, dtype, kernel)
    points = parse_points(batch, seq, plot)
    check_own_cases(case or [], points)
    projections = known_projections(config, model, quiet=quiet)
    if list_cases:
        list_projections(projections, points, pattern)
        return
    asked = {"--timeline": timeline, "--timing-only": timing_only, "--set": bool(set_values)}
    where = choose(target, device, runtime, asked, quiet=quiet)
    settings = ProductSettings(
        op="linear",
        device=device,
        runtime=runtime,
        dtype=dtype,
        mapping=MappingRequest(
            family=mapping,
            ports=ports,
            kernel=kernel,
            emulation=fp32,
            bf16=bf16,
            c_dtype=out_dtype,
            toolchain=toolchain,
        ),
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
    typed = typed_workload(
        {"--test-case": test_case, "--case": case},
        {"-k": pattern, "--config": config, "--model": model, "--batch": batch, "--seq": seq},
    )
    outputs = Outputs(
        json,
        force,
        quiet,
        color=color,
        advice=advice,
        folder=folder,
        typed=typed,
        csv=csv,
        markdown=markdown,
    )
    chosen = choose_cases(test_case or [], case or [], projections.known, projections.besides)
    if pattern is not None:
        chosen = matching(pattern, chosen)
    cases = placed(chosen, points)
    if points.several:
        scale_and_show(cases, settings, outputs, plot)
    else:
        profile_and_show([one.case for one in cases], settings, outputs)
