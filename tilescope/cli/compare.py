"""`tilescope compare`: what became faster or slower between runs, and which term moved."""

from __future__ import annotations

from typing import Annotated

import typer

from tilescope.cli.ending import plain_ending
from tilescope.cli.output import ColorOption, ForceOption, JsonOption


@plain_ending
def compare(
    before: Annotated[str, typer.Argument(metavar="BEFORE", help="The run file to compare with.")],
    after: Annotated[
        list[str], typer.Argument(metavar="AFTER", help="The run files that are compared.")
    ],
    fail_on: Annotated[
        str,
        typer.Option(
            "--fail-on", metavar="WHAT", help="slower, different or nothing: when to exit with 1."
        ),
    ] = "slower",
    threshold: Annotated[
        str | None,
        typer.Option(
            "--threshold",
            metavar="PERCENT",
            help="Changes up to this are SAME; 3% for measured times, none for simulated ones.",
        ),
    ] = None,
    strict: Annotated[
        bool, typer.Option("--strict", help="Exit with 4 where a verdict is AMBIGUOUS.")
    ] = False,
    figure: Annotated[
        str, typer.Option("--figure", metavar="NAME", help="npu, or baseline: PyTorch's times.")
    ] = "npu",
    allow_different: Annotated[
        list[str] | None,
        typer.Option(
            "--allow-different",
            metavar="PROPERTY",
            help="What may differ between the runs; repeatable, all for any.",
        ),
    ] = None,
    rerun: Annotated[
        bool,
        typer.Option(
            "--rerun",
            help="Run both anew, in turns; in place of a file a tilescope command will do.",
        ),
    ] = False,
    repeats: Annotated[
        int,
        typer.Option("--repeats", metavar="N", help="Processes for each of them, with --rerun."),
    ] = 7,
    markdown: Annotated[
        str | None,
        typer.Option(
            "--md", metavar="PATH|-", help="Write a table for a pull request; - is stdout."
        ),
    ] = None,
    json: JsonOption = None,
    force: ForceOption = False,
    color: ColorOption = "auto",
) -> None:
    """Compare runs: each case FAST, SLOW, SAME or AMBIGUOUS. With the evidence.

    Exit codes: 0 fine, 1 slower (see --fail-on), 2 bad input, or runs that differ in what matters,
    4 ambiguous under --strict.
    """
    import sys
    from pathlib import Path

    from tilescope.cli import terminal
    from tilescope.cli.comparisons import Wanted, compare_files, make_terms
    from tilescope.cli.output import answer
    from tilescope.errors import InputError
    from tilescope.reports.comparison import (
        comparison_data,
        comparison_markdown,
        comparison_text,
    )
    from tilescope.reports.paint import Paint
    from tilescope.runs.files import check_writable, write_bytes

    wanted = Wanted(fail_on=fail_on, strict=strict, rerun=rerun, repeats=repeats)
    terms = make_terms(figure, threshold, allow_different or [])
    paint = Paint(terminal.wants_colour(color, sys.stdout))
    if markdown is not None and markdown == json:
        raise InputError("Two outputs go to one place; name another for one of them.")
    for place in (json, markdown):
        if place not in (None, "-"):
            check_writable(Path(str(place)), force=force)
    done = compare_files(before, after, terms, wanted)
    table = "\n".join(comparison_markdown(found, names) for names, found in done)

    def text() -> str:
        if markdown == "-":
            return table
        width = terminal.width()
        return "\n".join(
            comparison_text(found, names, width=width, paint=paint) for names, found in done
        )

    content = [comparison_data(found, names) for names, found in done]
    answer(text, {"comparisons": content}, json, force=force)
    if markdown not in (None, "-"):
        write_bytes(table.encode(), Path(str(markdown)), force=force)
        print(f"Written: {markdown}")
    sys.stdout.flush()
    if code := wanted.exit_code([found for _, found in done]):
        raise SystemExit(code)
