"""What can be said of the machine that a run was taken on, read from files that anyone may read."""

from __future__ import annotations

import os
import platform
from pathlib import Path

ROOT = Path("/")
_CPU_INFO = "proc/cpuinfo"
_GOVERNOR = "sys/devices/system/cpu/cpu0/cpufreq/scaling_governor"
_MOST_KHZ = "sys/devices/system/cpu/cpu0/cpufreq/cpuinfo_max_freq"
_HYPERVISOR = "sys/hypervisor/type"
_PRODUCT = "sys/class/dmi/id/sys_vendor"
_CONTAINERS = (".dockerenv", "run/.containerenv")


def cpu_model(root: Path = ROOT) -> str | None:
    """The processor's own name, or its architecture where it does not say."""
    fields = _cpu_fields(root)
    return fields.get("model name") or fields.get("Model") or platform.machine() or None


def frequency_governor(root: Path = ROOT) -> str | None:
    """Who decides the processor's clock; None where the machine does not show it."""
    return _first_line(root / _GOVERNOR)


def clock_mhz(root: Path = ROOT) -> float | None:
    """The first processor's clock as the kernel sees it now; None where it does not show it."""
    return _number(_cpu_fields(root).get("cpu MHz"))


def most_clock_mhz(root: Path = ROOT) -> float | None:
    """The most that the first processor's clock may reach; None where that is not shown."""
    khz = _number(_first_line(root / _MOST_KHZ))
    return None if khz is None else khz / 1e3


def usable_cpus() -> int:
    """The processors that this process may run on."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def load() -> float | None:
    """How many threads wanted a processor on average over the last minute; None if not shown."""
    try:
        return os.getloadavg()[0]
    except OSError:
        return None


def virtualisation(root: Path = ROOT) -> str | None:
    """The hypervisor or container seen, or None: then none was seen, not that there is none."""
    seen = []
    if "hypervisor" in _cpu_fields(root).get("flags", "").split():
        seen.append("virtual machine")
    seen += [text for text in (_first_line(root / _HYPERVISOR),) if text]
    if seen and (vendor := _first_line(root / _PRODUCT)):
        seen.append(vendor)
    if any((root / marker).exists() for marker in _CONTAINERS):
        seen.append("container")
    return ", ".join(seen) or None


def operating_system() -> str:
    """The distribution and the kernel's release."""
    try:
        name = platform.freedesktop_os_release().get("PRETTY_NAME", platform.system())
    except OSError:
        name = platform.system()
    return f"{name}, {platform.system()} {platform.release()}"


def _cpu_fields(root: Path) -> dict[str, str]:
    """The fields of the first processor that the kernel lists."""
    try:
        text = (root / _CPU_INFO).read_text(encoding="utf-8", errors="replace")
    except OSError:
        return {}
    pairs = (line.partition(":") for line in text.split("\n\n")[0].splitlines())
    return {key.strip(): value.strip() for key, _, value in pairs}


def _number(text: str | None) -> float | None:
    try:
        value = float(text or "")
    except ValueError:
        return None
    return value if 0 < value < float("inf") else None


def _first_line(path: Path) -> str | None:
    try:
        return path.read_text(encoding="utf-8", errors="replace").strip().splitlines()[0]
    except (OSError, IndexError):
        return None
