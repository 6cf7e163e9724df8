"""Options that ask what would be otherwise: `--set KEY=VALUE`, and advice on what to change."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import Annotated, Any

import typer
from typer.core import TyperArgument

from tilescope.cli.helping import Verb

HELP = "help"

SetOption = Annotated[
    list[str] | None,
    typer.Option(
        "--set",
        metavar="KEY=VALUE",
        help="What if: a value of the device or the runtime, otherwise; ddr_gbps=30, columns=2, "
        "launch_us=20. Repeatable; --set help lists them.",
    ),
]
AdviceOption = Annotated[
    bool,
    typer.Option(
        "--advice/--no-advice",
        help="Simulate what may be faster, and say what to try; the default.",
        show_default=False,
    ),
]


class SettableCommand(Verb):
    """A verb with arguments, none of which `--set help` needs."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """The words after the options; arguments that are missing beside `--set help` stand in."""
        stand_ins = [HELP] * len(self.params) if _asks_for_help(args) else []
        words = list(args)
        while True:
            try:
                return super().parse_args(ctx, list(words))
            except typer.BadParameter as error:
                if not stand_ins or not isinstance(error.param, TyperArgument):
                    raise
                words.append(stand_ins.pop())


def _asks_for_help(words: Sequence[str]) -> bool:
    return f"--set={HELP}" in words or ("--set", HELP) in pairwise(words)


def listed(settings: Sequence[str] | None, device: str, runtime: str | None) -> bool:
    """Whether `--set help` was asked for; then what can be set has been printed.

    Raises:
        InputError: an unknown device or runtime.
    """
    if not settings or HELP not in settings:
        return False
    from tilescope.cli import terminal
    from tilescope.devices import load_device
    from tilescope.reports.whatif import settable_table
    from tilescope.targets.runtimes import load_runtime
    from tilescope.targets.whatif import settable

    npu = load_device(device)
    costs = load_runtime(runtime, npu.name) if runtime is not None else None
    values = settable(npu, costs)
    name = costs.label if costs is not None else None
    print(settable_table(values, npu.name, name, width=terminal.width()), end="")
    return True
