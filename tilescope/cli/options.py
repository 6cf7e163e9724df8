"""Options that several verbs share, each described once."""

from __future__ import annotations

from typing import Annotated

import typer

from tilescope.cli import completing

DTYPES = "float32, bfloat16, int8, int16 or int32"

DtypeOption = Annotated[
    str,
    typer.Option("--dtype", metavar="NAME", help=f"{DTYPES}.", autocompletion=completing.dtypes),
]
OutDtypeOption = Annotated[
    str | None,
    typer.Option(
        "--out-dtype",
        metavar="NAME",
        help="What C is held in; float32 for floating point, int32 for integers by default.",
    ),
]
DeviceOption = Annotated[
    str,
    typer.Option(
        "--device",
        metavar="NAME",
        help="The NPU; see `tilescope devices list`.",
        autocompletion=completing.devices,
    ),
]
RuntimeOption = Annotated[
    str,
    typer.Option(
        "--runtime",
        metavar="NAME",
        help="What launches it, xrt-linux for one; see `tilescope runtimes list`.",
        autocompletion=completing.runtimes,
    ),
]
MappingOption = Annotated[
    str,
    typer.Option(
        "--mapping",
        metavar="FAMILY",
        help="per-tile: two launches for each block, K on the host; fused-k: one launch, C stays "
        "on the cores; whole-array: the same with every shim column and a longer K in mem tiles; "
        "best: what `tilescope search` finds for each product.",
        autocompletion=completing.mappings,
    ),
]
PortsOption = Annotated[
    str | None,
    typer.Option(
        "--ports",
        metavar="RULE",
        help="single: each input tensor through one shim channel; spread: over several. "
        "Single by default, spread for whole-array.",
    ),
]
KernelOption = Annotated[
    str, typer.Option("--kernel", metavar="KIND", help="vector, or scalar as Allo emits today.")
]
Fp32Option = Annotated[
    str,
    typer.Option(
        "--fp32",
        metavar="KIND",
        help="How vector float32 is emulated: safe, fast, low (9, 6, 3 products).",
    ),
]
Bf16Option = Annotated[
    str | None,
    typer.Option(
        "--bf16",
        metavar="KIND",
        help="How npu2 multiplies bfloat16: bfp16 (its default), in blocks that share an exponent, "
        "or native.",
    ),
]
ToolchainOption = Annotated[
    str,
    typer.Option(
        "--toolchain", metavar="NAME", help="Whose code the kernels are timed as: peano or chess."
    ),
]
TargetOption = Annotated[
    str,
    typer.Option(
        "--target",
        metavar="NAME",
        help="Where the NPU's part runs. auto: measured on this machine's NPU where everything for "
        "that is here, else simulated; simulated; xrt: measured, or refused.",
        autocompletion=completing.targets,
        envvar="TILESCOPE_TARGET",
    ),
]
NumRunsOption = Annotated[
    int,
    typer.Option("--num-runs", metavar="N", help="Timed runs of PyTorch, and of a measured NPU."),
]
SeedOption = Annotated[
    int,
    typer.Option("--seed", metavar="N", help="Seed of the inputs."),
]
RunFileOption = Annotated[
    str | None,
    typer.Option("--json", metavar="PATH|-", help="Write the run file; - is stdout."),
]
CsvOption = Annotated[
    str | None,
    typer.Option("--csv", metavar="PATH|-", help="Write a table, a row for each case."),
]
MarkdownOption = Annotated[
    str | None,
    typer.Option("--md", metavar="PATH|-", help="Write the screen as markdown."),
]
OutputDirOption = Annotated[
    str | None,
    typer.Option(
        "--output-dir",
        metavar="DIR",
        help="Write the run, its timelines and every view of it into a folder.",
    ),
]
TimelineOption = Annotated[
    bool, typer.Option("--timeline", help="Write each case's timeline beside the run file.")
]
TimingOnlyOption = Annotated[
    bool, typer.Option("--timing-only", help="Move no data, check nothing, time the NPU alone.")
]
BaselineOption = Annotated[
    bool | None,
    typer.Option(
        "--baseline/--no-baseline",
        help="Time PyTorch; the default unless --timing-only.",
        show_default=False,
    ),
]
ForceOption = Annotated[bool, typer.Option("--force", help="Replace existing files.")]
QuietOption = Annotated[bool, typer.Option("--quiet", "-q", help="No report and no progress.")]
ColorOption = Annotated[str, typer.Option("--color", metavar="WHEN", help="auto, always or never.")]
CoreTileOption = Annotated[
    str | None,
    typer.Option("--tile", metavar="m,n,k", help="The core tile; chosen if not given."),
]
GridOption = Annotated[
    str | None,
    typer.Option("--grid", metavar="RxC", help="Rows and columns of cores."),
]
StagedKOption = Annotated[
    int | None,
    typer.Option("--k-mt", metavar="N", help="K that a mem tile stages at once."),
]
CDepthOption = Annotated[
    int | None,
    typer.Option("--c-depth", metavar="1|2", help="How often C is buffered on a core."),
]
BLayoutOption = Annotated[
    str,
    typer.Option("--b-layout", metavar="row|column", help="Whether B lies by rows or columns."),
]


def check_fp32(fp32: str, dtype: str, kernel: str) -> None:
    """Refuse a way of emulating float32 where nothing is emulated; `safe` is the default.

    Raises InputError.
    """
    from tilescope.errors import InputError
    from tilescope.kernels.catalog import FLOAT32_EMULATIONS
    from tilescope.quantities.dtypes import canonical_dtype

    if fp32 == "safe" or fp32 not in FLOAT32_EMULATIONS:  # no such way is refused as such
        return
    wanted = canonical_dtype(dtype)
    if wanted != "float32":
        raise InputError(
            f"--fp32 {fp32} says how float32 is emulated, and the dtype is {wanted}; leave it out."
        )
    if kernel == "scalar":
        raise InputError(
            f"--fp32 {fp32} says how the vector kernel emulates float32, and the scalar kernel "
            "emulates nothing; leave one of them out."
        )
