"""`tilescope calibrate`: few coefficients fitted on published rows."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from tilescope.cli.ending import plain_ending


@plain_ending
def calibrate(
    device: Annotated[str, typer.Argument(metavar="DEVICE", help="As `devices list` names it.")],
    runtime: Annotated[
        list[str] | None,
        typer.Option("--runtime", metavar="NAME", help="Rows of a runtime; repeatable; or all."),
    ] = None,
    measurements: Annotated[
        Path | None,
        typer.Option("--measurements", metavar="DIR", help="A folder of your own rows."),
    ] = None,
    write: Annotated[
        bool, typer.Option("--write", help="Replace the file that the device reads.")
    ] = False,
) -> None:
    """Fit a device's DDR and kernel coefficients. On rows marked fit; shows what moved."""
    try:
        from tilescope.evidence.calibrating import calibrate as fit
    except ModuleNotFoundError as error:
        from tilescope.errors import InputError

        raise InputError(f"calibrate needs {error.name}; pip install {error.name}.") from error
    from tilescope.evidence.calibration_files import write_calibration
    from tilescope.evidence.reading import read_measurements
    from tilescope.reports.calibration import calibration_screen

    names = [part.strip() for text in runtime or [] for part in text.split(",") if part.strip()]
    result = fit(device, read_measurements(measurements), names)
    print(calibration_screen(result), end="")
    if write:
        print(f"Written: {write_calibration(result).name}")
