"""`tilescope linear`: profile linear projections on the NPU beside PyTorch."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from tilescope.cli.ending import INTERRUPTED, fail, plain_ending

if TYPE_CHECKING:
    from tilescope.profiling.linear import Profile
    from tilescope.workloads.cases import LinearProjectionTestCase


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
    num_runs: Annotated[
        int, typer.Option("--num-runs", metavar="N", help="Timed runs of PyTorch.")
    ] = 10,
    device: Annotated[str, typer.Option("--device", metavar="NAME", help="The NPU.")] = "npu1",
    dtype: Annotated[
        str, typer.Option("--dtype", metavar="NAME", help="float32 or bfloat16.")
    ] = "float32",
    mapping: Annotated[
        str,
        typer.Option(
            "--mapping",
            metavar="FAMILY",
            help="per-tile: a launch for each 64×64×64 block, K on the host; "
            "fused-k: one launch, C stays on the cores.",
        ),
    ] = "per-tile",
    ports: Annotated[
        str,
        typer.Option(
            "--ports",
            metavar="RULE",
            help="single: each input tensor through one shim channel; spread: over several.",
        ),
    ] = "single",
    kernel: Annotated[
        str, typer.Option("--kernel", metavar="KIND", help="vector, or scalar as Allo emits today.")
    ] = "vector",
    fp32: Annotated[
        str,
        typer.Option(
            "--fp32",
            metavar="KIND",
            help="How vector float32 is emulated: safe, fast, low (9, 6, 3 products).",
        ),
    ] = "safe",
    runtime: Annotated[
        str, typer.Option("--runtime", metavar="NAME", help="xrt-linux, allo-profile or allo-call.")
    ] = "xrt-linux",
    seed: Annotated[
        int, typer.Option("--seed", metavar="N", help="Seed of the inputs, N(0,1).")
    ] = 0,
    json: Annotated[
        str | None,
        typer.Option("--json", metavar="PATH|-", help="Write the run file; - is stdout."),
    ] = None,
    timeline: Annotated[
        bool,
        typer.Option("--timeline", help="Write each case's timeline beside the run file."),
    ] = False,
    force: Annotated[bool, typer.Option("--force", help="Replace existing files.")] = False,
    quiet: Annotated[
        bool, typer.Option("--quiet", "-q", help="No report and no progress.")
    ] = False,
    color: Annotated[
        str, typer.Option("--color", metavar="WHEN", help="auto, always or never.")
    ] = "auto",
    list_cases: Annotated[
        bool, typer.Option("--list", help="List the projections and exit.")
    ] = False,
) -> None:
    """Profile the linear projections of the llama block, or products of your own."""
    import sys

    from tilescope.cli import terminal
    from tilescope.cli.selection import choose_cases
    from tilescope.profiling.linear import LinearSettings, profile_linear
    from tilescope.reports.paint import Paint
    from tilescope.reports.screen import screen
    from tilescope.runs.files import to_json
    from tilescope.workloads.cases import default_test_cases

    if list_cases:
        for known in default_test_cases():
            print(f"{known.name:<10} {known.M}×{known.N}×{known.K}".ljust(24), known.description)
        return
    paint = Paint(terminal.wants_colour(color, sys.stdout))
    chosen = choose_cases(test_case or [], case or [])
    path = Path(json) if json not in (None, "-") else None
    check_outputs(path, chosen, timeline=timeline, force=force)
    settings = LinearSettings(
        device=device,
        runtime=runtime,
        dtype=dtype,
        mapping=mapping,
        ports=ports,
        kernel=kernel,
        emulation=fp32,
        num_runs=num_runs,
        seed=seed,
        timeline=timeline,
    )
    with terminal.progress(quiet=quiet) as notify:
        profile = profile_linear(chosen, settings, notify=notify)
    if not profile.run.cases:
        fail("Interrupted before a case was finished; nothing was written.", INTERRUPTED)
    written = write_outputs(profile, path, force=force)
    if json == "-":
        sys.stdout.write(to_json(profile.run))
    elif not quiet:
        print(screen(profile.run, width=terminal.width(), paint=paint), end="")
        if written:
            print(f"\nWritten: {', '.join(map(str, written))}")
    if not profile.run.complete:
        fail(f"Interrupted; finished {len(profile.run.cases)} of {len(chosen)}.", INTERRUPTED)


def check_outputs(
    path: Path | None, cases: list[LinearProjectionTestCase], *, timeline: bool, force: bool
) -> None:
    """Accept the files that will be written, before the work begins.

    Raises:
        InputError: see runs.files.check_writable; or timelines were asked for without a file.
    """
    from tilescope.errors import InputError
    from tilescope.runs.files import check_writable
    from tilescope.runs.timeline import timeline_path

    if path is None:
        if timeline:
            raise InputError("--timeline writes beside the run file; name that with --json PATH.")
        return
    check_writable(path, force=force)
    if timeline:
        for case in cases:
            check_writable(timeline_path(path, case.name), force=force)


def write_outputs(profile: Profile, path: Path | None, *, force: bool) -> list[Path]:
    """Write the timelines and the run file that names them; returns what was written."""
    from tilescope.runs.files import write_run
    from tilescope.runs.timeline import timeline_path, write_timeline

    if path is None:
        return []
    sidecars = {}
    for timeline in profile.timelines:
        sidecars[timeline.case] = timeline_path(path, timeline.case)
        write_timeline(timeline, sidecars[timeline.case], force=force)
    cases = tuple(
        case.model_copy(update={"timeline": sidecars[case.name].name})
        if case.name in sidecars
        else case
        for case in profile.run.cases
    )
    write_run(profile.run.model_copy(update={"cases": cases}), path, force=force)
    return [path, *sidecars.values()]
