"""`tilescope linear`: profile linear projections on the NPU beside PyTorch."""

from __future__ import annotations

from typing import Annotated

import typer

from tilescope.cli import options
from tilescope.cli.ending import plain_ending


@plain_ending
def linear(
    test_case: Annotated[
        list[str] | None,
        typer.Option(
            "--test-case",
            metavar="NAME|all",
            help="Projections by name, with commas or repeated; all seven unless --case is given.",
        ),
    ] = None,
    case: Annotated[
        list[str] | None,
        typer.Option("--case", metavar="NAME:MxNxK", help="A case of your own; repeatable."),
    ] = None,
    num_runs: options.NumRunsOption = 10,
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
    seed: options.SeedOption = 0,
    json: options.RunFileOption = None,
    timeline: options.TimelineOption = False,
    force: options.ForceOption = False,
    quiet: options.QuietOption = False,
    color: options.ColorOption = "auto",
    list_cases: Annotated[
        bool, typer.Option("--list", help="List the projections and exit.")
    ] = False,
) -> None:
    """Profile the linear projections of the llama block, or products of your own."""
    from tilescope.cli.products import Outputs, profile_and_show
    from tilescope.cli.selection import choose_cases
    from tilescope.designs.request import MappingRequest
    from tilescope.profiling.products import ProductSettings
    from tilescope.workloads.cases import default_test_cases

    if list_cases:
        for known in default_test_cases():
            print(f"{known.name:<10} {known.M}×{known.N}×{known.K}".ljust(24), known.description)
        return
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
        seed=seed,
        timeline=timeline,
    )
    outputs = Outputs(json=json, force=force, quiet=quiet, color=color)
    profile_and_show(choose_cases(test_case or [], case or []), settings, outputs)
