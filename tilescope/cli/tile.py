"""`tilescope tile`: one launch of one block on the NPU beside PyTorch and NumPy."""

from __future__ import annotations

from typing import Annotated

import typer

from tilescope.cli import measuring, options
from tilescope.cli.ending import plain_ending
from tilescope.cli.targets import choose
from tilescope.cli.whatif import SetOption, listed


@plain_ending
def tile(
    dtype: options.DtypeOption = "float32",
    out_dtype: options.OutDtypeOption = None,
    tile_m: Annotated[int, typer.Option("--tile-m", metavar="M", help="Rows of A and C.")] = 64,
    tile_n: Annotated[int, typer.Option("--tile-n", metavar="N", help="Columns of B and C.")] = 64,
    tile_k: Annotated[int, typer.Option("--tile-k", metavar="K", help="Columns of A.")] = 64,
    num_runs: Annotated[
        int,
        typer.Option(
            "--num-runs",
            metavar="N",
            help="Timed runs of PyTorch, of NumPy, and of a measured NPU.",
        ),
    ] = 100,
    warmup: measuring.WarmUpOption = None,
    device: options.DeviceOption = "npu1",
    runtime: options.RuntimeOption = "xrt-linux",
    target: options.TargetOption = "auto",
    set_values: SetOption = None,
    kernel: options.KernelOption = "vector",
    fp32: options.Fp32Option = "safe",
    bf16: options.Bf16Option = None,
    toolchain: options.ToolchainOption = "peano",
    seed: options.SeedOption = 0,
    verbose: Annotated[
        bool,
        typer.Option("--verbose", "-v", help="The time budget, the samples and the conditions."),
    ] = False,
    json: options.RunFileOption = None,
    force: options.ForceOption = False,
    quiet: options.QuietOption = False,
) -> None:
    """Profile one block as one launch. C[M,N] = A[M,K] @ B[K,N] on 4×4 cores, the seed's tile."""
    from tilescope.cli.products import Outputs, show_tile
    from tilescope.designs.request import MappingRequest
    from tilescope.profiling.tiles import TileSettings

    if listed(set_values, device, runtime):
        return
    options.check_fp32(fp32, dtype, kernel)
    where = choose(target, device, runtime, {"--set": bool(set_values)}, quiet=quiet)
    settings = TileSettings(
        m=tile_m,
        n=tile_n,
        k=tile_k,
        dtype=dtype,
        mapping=MappingRequest(
            kernel=kernel, emulation=fp32, bf16=bf16, c_dtype=out_dtype, toolchain=toolchain
        ),
        device=device,
        runtime=runtime,
        num_runs=num_runs,
        warm_up=warmup,
        seed=seed,
        changes=tuple(set_values or ()),
        target=where,
    )
    show_tile(settings, Outputs(json=json, force=force, quiet=quiet), verbose=verbose)
