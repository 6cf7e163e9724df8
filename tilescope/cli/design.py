"""`tilescope design`: print the design of a product as MLIR-AIE."""

from __future__ import annotations

from typing import Annotated

import typer

from tilescope.cli import completing, options
from tilescope.cli.ending import plain_ending


@plain_ending
def design(
    product: Annotated[
        str,
        typer.Argument(
            metavar="CASE",
            help="A projection by name, or one's own: NAME:MxNxK.",
            autocompletion=completing.projections,
        ),
    ],
    dtype: options.DtypeOption = "float32",
    out_dtype: options.OutDtypeOption = None,
    tile: options.CoreTileOption = None,
    grid: options.GridOption = None,
    mapping: options.MappingOption = "fused-k",
    ports: options.PortsOption = None,
    k_mt: options.StagedKOption = None,
    c_depth: options.CDepthOption = None,
    b_layout: options.BLayoutOption = "row",
    kernel: options.KernelOption = "vector",
    fp32: options.Fp32Option = "safe",
    bf16: options.Bf16Option = None,
    toolchain: options.ToolchainOption = "peano",
    device: options.DeviceOption = "npu1",
    launch: Annotated[
        str | None,
        typer.Option("--launch", metavar="NAME", help="Which launch of several; the first if not."),
    ] = None,
    older_syntax: Annotated[
        bool,
        typer.Option(
            "--older-syntax", help="Write transfers as MLIR-AIE before July 2026 reads them."
        ),
    ] = False,
    output: Annotated[
        str,
        typer.Option("-o", "--output", metavar="PATH|-", help="Where to write; - is stdout."),
    ] = "-",
    force: options.ForceOption = False,
) -> None:
    """Print a product's design as MLIR-AIE. Object FIFOs; it was never compiled here."""
    import sys
    from pathlib import Path

    from tilescope.cli.selection import choose_cases
    from tilescope.designs.mlir.names import STAGED_LINK
    from tilescope.designs.mlir.printing import print_design
    from tilescope.designs.plan import make_plan
    from tilescope.designs.request import MappingRequest, resolve
    from tilescope.devices import load_device
    from tilescope.errors import InputError
    from tilescope.profiling.products import ProductSettings
    from tilescope.quantities.names import check_choice
    from tilescope.quantities.shapes import parse_grid, parse_tile
    from tilescope.runs.files import check_writable, write_bytes
    from tilescope.search.choosing import chooser

    options.check_fp32(fp32, dtype, kernel)
    cases = choose_cases([], [product]) if ":" in product else choose_cases([product], [])
    if len(cases) != 1:
        raise InputError(f"{product} is {len(cases)} cases; a design is that of one.")
    if output != "-":
        check_writable(Path(output), force=force)
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
    target = load_device(device)
    gemm = cases[0].to_gemm(dtype)
    choose = chooser(ProductSettings(device=device, dtype=dtype, mapping=request))
    found = choose(gemm) if choose else resolve(request, gemm, target)
    launches = {one.kernel: one for one in make_plan(gemm, found).launches}
    if launch is not None:
        check_choice("launch", launch, tuple(launches))
    chosen = launches[launch or next(iter(launches))]
    text = print_design(chosen.design, target.generation, older=older_syntax)
    if len(launches) > 1 and launch is None:
        others = ", ".join(name for name in launches if name != chosen.kernel)
        print(f"This is {chosen.kernel}; --launch also has {others}.", file=sys.stderr)
    if STAGED_LINK in text:
        print(
            f"A mem tile stages several objects of K, which links of MLIR-AIE cannot say: "
            f"{STAGED_LINK} is tilescope's own, and aiecc refuses it. Without it: --k-mt "
            "as large as the core tile's k.",
            file=sys.stderr,
        )
    if output == "-":
        sys.stdout.write(text)
        return
    write_bytes(text.encode(), Path(output), force=force)
    print(f"Written: {output}")
