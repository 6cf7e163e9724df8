"""Options that ask what would be otherwise: `--set KEY=VALUE`, and advice on what to change."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated

import typer

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
