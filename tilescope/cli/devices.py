"""`tilescope devices`: the NPUs that there are pages for, and what each page states."""

from __future__ import annotations

from typing import Annotated

import typer

from tilescope.cli.ending import plain_ending
from tilescope.cli.helping import Verb
from tilescope.cli.output import ColorOption, ForceOption, JsonOption, NotesOption, answer

devices = typer.Typer(no_args_is_help=True, help="The NPUs that can be simulated, with sources.")


@devices.command("list", cls=Verb)
@plain_ending
def list_devices(json: JsonOption = None, force: ForceOption = False) -> None:
    """List the devices and the runtimes that have launch costs on each."""
    from tilescope.cli import terminal
    from tilescope.devices.catalog import device_names, load_device
    from tilescope.reports.devices import device_list

    found = [load_device(name) for name in device_names()]
    runtimes = {device.name: runtimes_for(device.machine) for device in found}
    content = [
        {"name": device.name, "title": device.title, "runtimes": runtimes[device.name]}
        for device in found
    ]
    answer(lambda: device_list(found, runtimes, width=terminal.width()), content, json, force=force)


@devices.command("show", cls=Verb)
@plain_ending
def show_device(
    name: Annotated[str, typer.Argument(metavar="NAME", help="As `devices list` names it.")],
    notes: NotesOption = False,
    color: ColorOption = "auto",
    json: JsonOption = None,
    force: ForceOption = False,
) -> None:
    """Show every value of a device, its kind, trust and sources."""
    import sys

    from tilescope.cli import terminal
    from tilescope.devices.catalog import device_sources, load_device
    from tilescope.reports.devices import device_json, device_page
    from tilescope.reports.paint import Paint

    paint = Paint(terminal.wants_colour(color, sys.stdout))
    device, sources = load_device(name), device_sources(name)
    runtimes = runtimes_for(device.machine)
    answer(
        lambda: device_page(
            device, sources, runtimes, width=terminal.width(), notes=notes, paint=paint
        ),
        device_json(device, sources, runtimes),
        json,
        force=force,
    )


def runtimes_for(machine: str) -> list[str]:
    """The runtimes that have data for a machine."""
    from tilescope.targets.runtimes import runtime_devices, runtime_names

    return [name for name in runtime_names() if machine in runtime_devices(name)]
