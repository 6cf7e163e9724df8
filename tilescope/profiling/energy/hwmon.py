"""Energy counters of processors that Linux shows as hardware monitors (hwmon)."""

from __future__ import annotations

from pathlib import Path

from tilescope.profiling.energy.sensors import Reading, Subject

FOLDER = "sys/class/hwmon"
CHIPS = ("amd_energy", "zenpower")
SOCKET = "Esocket"


class HwmonSensor:
    """Energy of the sockets where a chip counts it, else the power that it shows for them."""

    name = "hwmon"
    subject: Subject = "cpu"

    def __init__(self, root: Path = Path("/")) -> None:
        self._folder = root / FOLDER

    def available(self) -> str | None:
        """None where a known chip shows energy or power."""
        if self._chip() is None:
            return f"no chip {' or '.join(CHIPS)}"
        try:
            reading = self.read()
        except (OSError, ValueError):
            return "the chip cannot be read"
        return None if reading.uj or reading.watts is not None else "the chip shows no energy"

    def read(self) -> Reading:
        """The sockets' counters in µJ, or the sum of the powers in W."""
        chip = self._chip()
        if chip is None:
            raise OSError("the chip is gone")
        counters = {
            path.name: (_number(path), None)
            for path in sorted(chip.glob("energy*_input"))
            if _label(path).startswith(SOCKET)
        }
        if counters:
            return Reading(uj=counters)
        powers = [_number(path) / 1e6 for path in sorted(chip.glob("power*_input"))]
        return Reading(watts=sum(powers)) if powers else Reading()

    def _chip(self) -> Path | None:
        try:
            for chip in sorted(self._folder.iterdir()):
                if _text(chip / "name") in CHIPS:
                    return chip
        except OSError:
            return None
        return None


def _label(path: Path) -> str:
    try:
        return _text(path.with_name(path.name.replace("_input", "_label")))
    except OSError:
        return ""


def _text(path: Path) -> str:
    return path.read_text(encoding="utf-8").strip()


def _number(path: Path) -> float:
    return float(_text(path))
