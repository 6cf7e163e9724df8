"""The energy counters of NVIDIA's GPUs, through NVML where its Python package is installed."""

from __future__ import annotations

import importlib
from collections.abc import Callable
from typing import Any

from tilescope.profiling.energy.sensors import Reading, Subject

MODULE = "pynvml"


class NvmlSensor:
    """Energy of all GPUs since the driver was loaded."""

    name = "NVML"
    subject: Subject = "gpu"

    def __init__(self, load: Callable[[str], Any] = importlib.import_module) -> None:
        self._load = load

    def available(self) -> str | None:
        """None where a GPU counts its energy."""
        try:
            return None if self.read().uj else "no GPU"
        except ImportError:
            return "the package nvidia-ml-py is not installed"
        except Exception as error:  # NVML has errors of its own, by the driver's mood
            return f"NVML says {type(error).__name__}"

    def read(self) -> Reading:
        """Each GPU's counter, in µJ."""
        nvml = self._load(MODULE)
        nvml.nvmlInit()
        counters = {}
        for index in range(nvml.nvmlDeviceGetCount()):
            handle = nvml.nvmlDeviceGetHandleByIndex(index)
            millijoules = nvml.nvmlDeviceGetTotalEnergyConsumption(handle)
            counters[f"gpu{index}"] = (millijoules * 1e3, None)
        return Reading(uj=counters)
