"""Which devices there are, and loading one by name."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from tilescope.devices.calibrations import SOURCE_ID, apply_calibration, read_calibration
from tilescope.devices.device import Device
from tilescope.devices.pages import Page, read_page, stack_pages
from tilescope.errors import InputError
from tilescope.quantities.names import unknown_name

PAGES = Path(__file__).parent / "pages"


def device_names(folder: Path = PAGES) -> tuple[str, ...]:
    """The names that load_device takes, sorted; a variant is `base:variant`."""
    return tuple(sorted(_paths(folder)))


@cache
def load_device(name: str, folder: Path = PAGES, *, calibrated: bool = True) -> Device:
    """The device of a page, as `npu1`, or of a variant's page, as `npu1:variant`.

    Over the page lies its calibration where there is one; a power mode has that of its machine.
    Raises InputError for a name without a page (listing those there are), and for a page that
    does not hold what a device needs.
    """
    device = stack_pages(_stack(name, folder))[0]
    calibration = read_calibration(device.machine) if calibrated and folder == PAGES else None
    return apply_calibration(device, calibration) if calibration else device


@cache
def device_sources(name: str, folder: Path = PAGES) -> dict[str, str]:
    """The line of text behind each source id of a device's facts, its base pages included."""
    device, sources = stack_pages(_stack(name, folder))
    calibration = read_calibration(device.machine) if folder == PAGES else None
    if calibration is None:
        return sources
    used = {
        identifier
        for fact in apply_calibration(device, calibration).facts.values()
        for identifier in fact.source
    }
    known = {**sources, SOURCE_ID: calibration.source}
    return {identifier: line for identifier, line in known.items() if identifier in used}


def _paths(folder: Path) -> dict[str, Path]:
    """Pages by name: npu1.toml is npu1, npu1.variant.toml is npu1:variant."""
    return {path.stem.replace(".", ":"): path for path in folder.glob("*.toml")}


def _stack(name: str, folder: Path) -> list[Page]:
    paths = _paths(folder)
    if name not in paths:
        raise unknown_name("device", name, sorted(paths))
    pages = [read_page(paths[name], name)]
    while (base := pages[-1].extends) is not None:
        if base not in paths:
            raise InputError(
                f"page {pages[-1].name}, key extends: there is no page {base!r}; there is "
                f"{', '.join(sorted(paths))}."
            )
        if any(page.name == base for page in pages):
            raise InputError(f"page {name}, key extends: the pages extend one another in a circle.")
        pages.append(read_page(paths[base], base))
    return pages
