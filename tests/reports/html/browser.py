"""What tests of the report ask a browser, and type into it."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

Write = Callable[..., Path]
Open = Callable[..., Any]


def complaints(driver: Any) -> list[dict[str, Any]]:
    """What the browser's console says."""
    found: list[dict[str, Any]] = driver.get_log("browser")
    return found


def press(driver: Any, *keys: str) -> None:
    """Type keys at whatever has the focus."""
    from selenium.webdriver import ActionChains

    ActionChains(driver).send_keys(*keys).perform()


def view(driver: Any) -> tuple[float, float]:
    """From when to when the timeline shows, in µs."""
    canvas = "document.querySelector('#plot-timeline .body canvas').dataset"
    found = driver.execute_script(f"return [{canvas}.from, {canvas}.to]")
    return float(found[0]), float(found[1])


def focus_timeline(driver: Any) -> None:
    """Put the focus on the timeline as the Tab key would."""
    driver.execute_script("document.querySelector('#plot-timeline .body').focus()")
