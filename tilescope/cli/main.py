"""The command `tilescope`: its verbs, and the options that stand before one.

Whatever takes long to import is imported inside the verb that needs it, so that --help is quick.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import Annotated

import typer

from tilescope import __version__
from tilescope.cli.calibrate import calibrate
from tilescope.cli.compare import compare
from tilescope.cli.design import design
from tilescope.cli.devices import devices
from tilescope.cli.doctor import doctor
from tilescope.cli.gemm import gemm
from tilescope.cli.helping import WIDEST, Verb, Verbs, examples, listing
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

VERBS: dict[str, dict[Callable[..., None], tuple[str, ...]]] = {
    "Profile": {
        linear: (
            "tilescope linear --mapping fused-k",
            "tilescope linear --test-case q_proj,k_proj --dtype bf16 --json run.json",
            "tilescope linear --case my:64x128x256 --timing-only",
            "tilescope linear --config config.json --seq 1,64,1024 --plot scaling.svg",
        ),
        gemm: (
            "tilescope gemm 512 512 512 --dtype bf16",
            "tilescope gemm 2048 2048 2048 --dtype int8 --device npu2 --timing-only",
            "tilescope gemm 100 300 200 --tile 16,32,64 --grid 2x4",
        ),
        tile: ("tilescope tile --dtype float32 --tile-m 64 --tile-n 128 --tile-k 128 -v",),
        precision: (
            "tilescope precision q_proj",
            "tilescope precision q_proj --dtypes bfloat16,bfloat16:bfloat16,int8",
        ),
        sweep: (
            "tilescope sweep --axis M=64:1024:x2 --axis dtype=bf16,int8 -o sweep.parquet",
            "tilescope report html sweep.parquet",
        ),
    },
    "Make it faster": {
        search: (
            "tilescope search q_proj --dtype bf16 -o best.mlir",
            "tilescope search 512x512x512 --device npu2 --objective throughput",
            "tilescope search linear --dtype bf16 --json found.json",
        ),
    },
    "Look at runs": {
        compare: (
            "tilescope compare before.json after.json",
            "tilescope compare --rerun --figure baseline before.json after.json",
        ),
    },
    "Designs as MLIR-AIE": {
        design: ("tilescope design q_proj --dtype bf16 -o q.mlir",),
        simulate: (
            "tilescope simulate q.mlir --explain",
            "tilescope simulate q.mlir --costs costs.toml --runtime xrt-linux",
        ),
    },
    "How far to trust it": {
        validate: (
            "tilescope validate",
            "tilescope validate --device npu2 --role check --rows",
        ),
        calibrate: ("tilescope calibrate npu1",),
    },
    "This machine, and files": {
        doctor: ("tilescope doctor",),
        schema: ("tilescope schema > run.schema.json",),
    },
}
GROUPS = {
    "Look at runs": {"report": report},
    "How far to trust it": {"devices": devices, "runtimes": runtimes, "kernels": kernels},
}

app = typer.Typer(
    name="tilescope",
    cls=Verbs,
    no_args_is_help=True,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": WIDEST},
)

for heading, verbs in VERBS.items():
    for verb, commands in verbs.items():
        kind = SettableCommand if verb in (gemm, search, simulate) else Verb
        app.command(cls=kind, rich_help_panel=heading, epilog=examples(*commands))(verb)
    for name, group in GROUPS.get(heading, {}).items():
        app.add_typer(group, name=name, cls=Verbs, rich_help_panel=heading)


def print_version(wanted: bool) -> None:
    """Print the version and end, where it is wanted."""
    if wanted:
        typer.echo(f"tilescope {__version__}")
        raise typer.Exit


FIRST_STEPS = examples(
    "tilescope doctor                     what this machine lacks",
    "tilescope linear                     the seven projections of a llama block",
    "tilescope search q_proj --dtype bf16 the mapping that makes one fast",
    "tilescope VERB --help                every option of a verb, and more examples",
)


EXIT_CODES = listing(
    "Exit codes",
    "0    fine",
    "1    a regression",
    "2    your input, or something that this machine lacks",
    "3    wrong numerical results",
    "4    ambiguous, under --strict",
    "130  interrupted; what was finished is kept",
)


@app.callback(epilog=f"{EXIT_CODES}\n\n{FIRST_STEPS}")
def options(
    version: Annotated[
        bool,
        typer.Option(
            "--version", help="Print the version and exit.", callback=print_version, is_eager=True
        ),
    ] = False,
) -> None:
    """Profile the submodules of a transformer block on an NPU, simulated where there is none."""


def main() -> None:
    """Run the command line; a character that the terminal lacks is replaced, never an error."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="replace")
    try:
        app()
    except SystemExit as end:
        # typer ends without a word where Ctrl-C comes between its own start and the verb's
        if isinstance(getattr(end.__context__, "__cause__", None), KeyboardInterrupt):
            print("tilescope: Interrupted.", file=sys.stderr)
        raise
