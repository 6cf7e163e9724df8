"""`tilescope runtimes`: the ways to launch, and what each costs on which device."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from tilescope.cli.ending import plain_ending
from tilescope.cli.helping import Verb
from tilescope.cli.output import ColorOption, ForceOption, JsonOption, NotesOption, answer

if TYPE_CHECKING:
    from tilescope.targets.costs import RuntimeCosts

runtimes = typer.Typer(no_args_is_help=True, help="The ways to launch on an NPU, with sources.")


@runtimes.command("list", cls=Verb)
@plain_ending
def list_runtimes(json: JsonOption = None, force: ForceOption = False) -> None:
    """List the runtimes and the devices that each has data for."""
    from tilescope.cli import terminal
    from tilescope.reports.runtimes import runtime_list
    from tilescope.targets.runtimes import load_runtime, runtime_devices, runtime_names

    found = [
        load_runtime(name, device) for name in runtime_names() for device in runtime_devices(name)
    ]
    content = [{"name": cost.name, "title": cost.title, "device": cost.device} for cost in found]
    answer(lambda: runtime_list(found, width=terminal.width()), content, json, force=force)


@runtimes.command("show", cls=Verb)
@plain_ending
def show_runtime(
    name: Annotated[str, typer.Argument(metavar="NAME", help="As `runtimes list` names it.")],
    notes: NotesOption = False,
    color: ColorOption = "auto",
    json: JsonOption = None,
    force: ForceOption = False,
) -> None:
    """Show what a launch costs under a runtime. Device by device, with sources."""
    import sys

    from tilescope.cli import terminal
    from tilescope.reports.paint import Paint
    from tilescope.reports.runtimes import runtime_json, runtime_page
    from tilescope.targets.runtimes import load_runtime, runtime_devices

    paint = Paint(terminal.wants_colour(color, sys.stdout))
    costs = [load_runtime(name, device) for device in runtime_devices(name.partition(":")[0])]
    statistics = [statistics_of(cost) for cost in costs]
    answer(
        lambda: runtime_page(costs, statistics, width=terminal.width(), notes=notes, paint=paint),
        [runtime_json(cost, offered) for cost, offered in zip(costs, statistics, strict=True)],
        json,
        force=force,
    )


def statistics_of(costs: RuntimeCosts) -> list[str]:
    """The statistics that a runtime has a floor for on a device."""
    return [key.partition(".")[2] for key in costs.facts if key.startswith("floor_us.")]
