"""`tilescope kernels`: the contracts of the C++ kernels in cc/."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated

import typer

from tilescope.cli.ending import plain_ending
from tilescope.cli.helping import Verb
from tilescope.cli.output import ColorOption, ForceOption, JsonOption, answer

if TYPE_CHECKING:
    from tilescope.errors import InputError
    from tilescope.kernels.contract import Kernel

kernels = typer.Typer(no_args_is_help=True, help="The kernels in cc/ and their contracts.")

DEVICES = ("npu1", "npu2")


@kernels.command("list", cls=Verb)
@plain_ending
def list_kernels(json: JsonOption = None, force: ForceOption = False) -> None:
    """List the kernels with the cycles of a sample call."""
    from tilescope.cli import terminal
    from tilescope.devices.catalog import load_device
    from tilescope.kernels.catalog import all_kernels
    from tilescope.reports.kernels import kernel_list

    found, devices = all_kernels(), [load_device(name) for name in DEVICES]
    content = [
        {"name": kernel.name, "symbol": kernel.symbol, "summary": kernel.summary}
        for kernel in found
    ]
    answer(lambda: kernel_list(found, devices, width=terminal.width()), content, json, force=force)


@kernels.command("show", cls=Verb)
@plain_ending
def show_kernel(
    name: Annotated[str, typer.Argument(metavar="NAME", help="A symbol, or a name for all of it.")],
    color: ColorOption = "auto",
    json: JsonOption = None,
    force: ForceOption = False,
) -> None:
    """Show what kernels take, compute, cost and promise. With the origin of each figure."""
    import sys

    from tilescope.cli import terminal
    from tilescope.devices.catalog import load_device
    from tilescope.kernels.catalog import all_kernels
    from tilescope.reports.kernels import kernel_json, kernel_page
    from tilescope.reports.paint import Paint

    paint = Paint(terminal.wants_colour(color, sys.stdout))
    known = all_kernels()
    found = [kernel for kernel in known if name in (kernel.symbol, kernel.name)]
    if not found:
        raise unknown_kernel(name, known)
    devices = [load_device(device) for device in DEVICES]
    built = host_builds()
    answer(
        lambda: kernel_page(found, devices, built, width=terminal.width(), paint=paint),
        [kernel_json(kernel, devices, built.get(kernel.symbol, [])) for kernel in found],
        json,
        force=force,
    )


def unknown_kernel(name: str, known: Sequence[Kernel]) -> InputError:
    """The error for a kernel that does not exist: its few names, and the symbol that was meant."""
    import difflib

    from tilescope.errors import InputError

    close = difflib.get_close_matches(name, [kernel.symbol for kernel in known], n=1)
    hint = f" Did you mean {close[0]}?" if close else ""
    names = ", ".join(dict.fromkeys(kernel.name for kernel in known))
    return InputError(
        f"Unknown kernel {name!r}; there is {names}, and `tilescope kernels list` has the symbols "
        f"of each.{hint}"
    )


def host_builds() -> dict[str, list[str]]:
    """The host builds that hold each symbol; empty where the engine is not built."""
    from tilescope.errors import InputError
    from tilescope.kernels.library import best_isa, built_isas, load_library

    builds: dict[str, list[str]] = {}
    try:
        for isa in built_isas():
            if isa in ("portable", best_isa()):
                for symbol in load_library(isa).addresses:
                    builds.setdefault(symbol, []).append(isa)
    except InputError:
        return {}
    return builds
