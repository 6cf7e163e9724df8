"""The power of an AMD NPU as its driver tells xrt-smi, where driver and firmware are new enough."""

from __future__ import annotations

import re
import shutil
import subprocess
from collections.abc import Callable

from tilescope.profiling.energy.sensors import Reading, Subject

COMMAND = ("xrt-smi", "examine", "--report", "platform")
POWER = re.compile(r"^\s*(?:Estimated\s+)?Power\s*:\s*([0-9]+(?:\.[0-9]+)?)\s*W", re.MULTILINE)


def run_command(command: tuple[str, ...]) -> str:
    """What a program prints; OSError where it cannot be run or fails."""
    if shutil.which(command[0]) is None:
        raise FileNotFoundError(command[0])
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=20, check=True)
    except subprocess.SubprocessError as error:
        raise OSError(str(error)) from error
    return done.stdout


class XrtSmiSensor:
    """The NPU's power in W, now."""

    name = "xrt-smi"
    subject: Subject = "npu"

    def __init__(self, run: Callable[[tuple[str, ...]], str] = run_command) -> None:
        self._run = run

    def available(self) -> str | None:
        """None where it prints a power."""
        try:
            self.read()
        except FileNotFoundError:
            return "xrt-smi is not installed"
        except OSError as error:
            return str(error)
        return None

    def read(self) -> Reading:
        """The power that it prints; OSError where it prints none."""
        found = POWER.search(self._run(COMMAND))
        if found is None:
            raise OSError("xrt-smi prints no power: it takes a recent driver and firmware")
        return Reading(watts=float(found[1]))
