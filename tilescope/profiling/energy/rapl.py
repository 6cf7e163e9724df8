"""The energy counters of a processor's packages, as Linux shows them (powercap, RAPL)."""

from __future__ import annotations

import re
from pathlib import Path

from tilescope.profiling.energy.sensors import Reading, Subject

FOLDER = "sys/class/powercap"
ZONE = re.compile(r"intel-rapl:\d+")
"""Whole packages, on Intel's and AMD's processors alike; zones within them would count twice."""


class RaplSensor:
    """Energy of all packages: cores, caches and what else lies on them."""

    name = "RAPL"
    subject: Subject = "cpu"

    def __init__(self, root: Path = Path("/")) -> None:
        self._folder = root / FOLDER

    def available(self) -> str | None:
        """None where every package's counter can be read."""
        zones = self._zones()
        if not zones:
            return "none in /sys/class/powercap, as in most virtual machines"
        try:
            self.read()
        except PermissionError:
            return "the counters are for root alone; `sudo chmod a+r` their energy_uj for a while"
        except (OSError, ValueError):
            return "the counters cannot be read"
        return None

    def read(self) -> Reading:
        """The counters of the packages, each with the value at which it begins anew."""
        return Reading(
            uj={
                zone.name: (_number(zone / "energy_uj"), _number(zone / "max_energy_range_uj"))
                for zone in self._zones()
            }
        )

    def _zones(self) -> list[Path]:
        """The packages; one zone of the whole machine, which some laptops have, is left out."""
        try:
            zones = sorted(path for path in self._folder.iterdir() if ZONE.fullmatch(path.name))
            return [zone for zone in zones if _text(zone / "name").startswith("package")]
        except OSError:
            return []


def _text(path: Path) -> str:
    return path.read_text(encoding="utf-8").strip()


def _number(path: Path) -> float:
    return float(_text(path))
