"""The command `tilescope`: its verbs, and the options that stand before one.

Whatever takes long to import is imported inside the verb that needs it, so that --help is quick.
"""

from __future__ import annotations

import sys
from typing import Annotated

import typer

from tilescope import __version__
from tilescope.cli.calibrate import calibrate
from tilescope.cli.compare import compare
from tilescope.cli.design import design
from tilescope.cli.devices import devices
from tilescope.cli.doctor import doctor
from tilescope.cli.gemm import gemm
from tilescope.cli.kernels import kernels
from tilescope.cli.linear import linear
from tilescope.cli.precision import precision
from tilescope.cli.report import report
from tilescope.cli.runtimes import runtimes
from tilescope.cli.schema import schema
from tilescope.cli.search import search
from tilescope.cli.simulate import simulate
from tilescope.cli.sweep import sweep
from tilescope.cli.tile import tile
from tilescope.cli.validate import validate
from tilescope.cli.whatif import SettableCommand

app = typer.Typer(
    name="tilescope",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
app.command()(linear)
app.command(cls=SettableCommand)(gemm)
app.command()(tile)
app.command()(precision)
app.command()(sweep)
app.command(cls=SettableCommand)(search)
app.command()(design)
app.command(cls=SettableCommand)(simulate)
app.command()(compare)
app.command()(doctor)
app.command()(schema)
app.command()(validate)
app.command()(calibrate)
app.add_typer(report, name="report")
app.add_typer(devices, name="devices")
app.add_typer(runtimes, name="runtimes")
app.add_typer(kernels, name="kernels")


def print_version(wanted: bool) -> None:
    """Print the version and end, where it is wanted."""
    if wanted:
        typer.echo(f"tilescope {__version__}")
        raise typer.Exit


@app.callback()
def options(
    version: Annotated[
        bool,
        typer.Option(
            "--version", help="Print the version and exit.", callback=print_version, is_eager=True
        ),
    ] = False,
) -> None:
    """Profile the submodules of a transformer block on an NPU, simulated where there is none.

    Exit codes: 0 fine, 1 a regression, 2 bad input or a lack of this machine, 3 wrong numerical
    results, 4 ambiguous under --strict, 130 interrupted.
    """


def main() -> None:
    """Run the command line; a character that the terminal lacks is replaced, never an error."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="replace")
    app()
