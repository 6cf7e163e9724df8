"""`tilescope validate`: the simulated NPU against published measurements."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from tilescope.cli.ending import plain_ending
from tilescope.cli.output import ForceOption, JsonOption, answer

Names = list[str] | None


@plain_ending
def validate(
    source: Annotated[
        Names, typer.Option("--source", metavar="NAME", help="Rows of a source; repeatable.")
    ] = None,
    op: Annotated[
        Names, typer.Option("--op", metavar="NAME", help="Rows of an operation; repeatable.")
    ] = None,
    role: Annotated[
        Names, typer.Option("--role", metavar="fit|check", help="Rows of a role.")
    ] = None,
    device: Annotated[
        Names, typer.Option("--device", metavar="NAME", help="Rows of a device; repeatable.")
    ] = None,
    measurements: Annotated[
        Path | None,
        typer.Option(
            "--measurements", metavar="DIR", help="A folder of your own rows instead of ours."
        ),
    ] = None,
    rows: Annotated[bool, typer.Option("--rows", help="A line for every row.")] = False,
    json: JsonOption = None,
    force: ForceOption = False,
) -> None:
    """Set predictions beside published measurements. Coverage, errors, and which rows lag."""
    from tilescope.evidence.exports import ledger_data
    from tilescope.evidence.ledger import make_ledger
    from tilescope.evidence.reading import read_measurements
    from tilescope.evidence.selection import select_rows
    from tilescope.reports.ledger import ledger_screen

    chosen = select_rows(
        read_measurements(measurements),
        sources=_names(source),
        ops=_names(op),
        roles=_names(role),
        devices=_names(device),
    )
    entries = make_ledger(chosen)
    answer(lambda: ledger_screen(entries, every_row=rows), ledger_data(entries), json, force=force)


def _names(given: Names) -> list[str]:
    """Names given with commas or by repeating the option."""
    return [name.strip() for text in given or [] for name in text.split(",") if name.strip()]
