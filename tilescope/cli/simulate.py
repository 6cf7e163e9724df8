"""`tilescope simulate`: run a design that is given as MLIR-AIE text."""

from __future__ import annotations

from typing import Annotated

import typer

from tilescope.cli import options, terminal
from tilescope.cli.ending import plain_ending
from tilescope.cli.output import ForceOption, JsonOption
from tilescope.cli.whatif import SetOption, listed


@plain_ending
def simulate(
    file: Annotated[
        str, typer.Argument(metavar="DESIGN.mlir", help="MLIR-AIE text; - is standard input.")
    ],
    device: Annotated[
        str | None,
        typer.Option("--device", metavar="NAME", help="The NPU; what the text names if not given."),
    ] = None,
    runtime: Annotated[
        str | None,
        typer.Option(
            "--runtime",
            metavar="NAME",
            help="Add what a launch costs under it, see `tilescope runtimes list`; none if not "
            "given.",
        ),
    ] = None,
    timing_only: Annotated[
        bool, typer.Option("--timing-only", help="Move no data, find the time alone.")
    ] = False,
    costs: Annotated[
        str | None,
        typer.Option(
            "--costs",
            metavar="COSTS.toml",
            help="What functions cost and compute: [kernel.NAME] cycles = N; [default].",
        ),
    ] = None,
    sequence: Annotated[
        str | None,
        typer.Option(
            "--sequence",
            metavar="NAME",
            help="Which runtime sequence, where the text has several: its name or its device's.",
        ),
    ] = None,
    explain: Annotated[
        bool, typer.Option("--explain", help="Print the design as it was understood, too.")
    ] = False,
    set_values: SetOption = None,
    seed: options.SeedOption = 0,
    json: JsonOption = None,
    force: ForceOption = False,
) -> None:
    """Simulate MLIR-AIE text. FIFOs, or buffers, locks and DMAs; the text executes nothing."""
    from pathlib import Path

    from tilescope.cli.output import answer
    from tilescope.cli.simulated import read_file, run, with_runtime
    from tilescope.designs.mlir.calls import read_costs
    from tilescope.quantities.seeds import check_seed
    from tilescope.reports.design_parts import explanation
    from tilescope.reports.designs import content, outcome_text
    from tilescope.runs.files import check_writable

    if listed(set_values, device or "npu1", None):
        return
    check_seed(seed)
    if json not in (None, "-"):
        check_writable(Path(str(json)), force=force)
    stated = read_costs(Path(costs)) if costs is not None else {}
    read = read_file(file, device, stated, tuple(set_values or ()), sequence)
    if runtime is not None:
        read = with_runtime(read, runtime)
    result = run(read, timing_only=timing_only, seed=seed)

    def text() -> str:
        width = terminal.width()
        before = explanation(result, width=width) + "\n" if explain else ""
        return before + outcome_text(result, width=width)

    answer(text, content(result), json, force=force)
