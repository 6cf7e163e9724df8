"""How far a time that is measured here can be trusted."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from itertools import pairwise

from tilescope.profiling import machine as this_machine
from tilescope.profiling.doctor.findings import Finding
from tilescope.targets.machine import Machine

SLOW_CLOCKS = ("hpet", "acpi_pm", "jiffies", "refined-jiffies", "pit")
GOOD_STEP_NS = 1000
READINGS = 2000
BUSY_LOAD = 0.5


def check_timer(now_ns: Callable[[], int] = time.perf_counter_ns) -> Finding:
    """The timer's smallest step and what reading it takes."""
    readings = [now_ns() for _ in range(READINGS)]
    steps = [later - earlier for earlier, later in pairwise(readings)]
    forward = [step for step in steps if step > 0]
    if any(step < 0 for step in steps) or not forward:
        return Finding(
            "note",
            "timer",
            "it runs backwards, or stands still over 2000 readings",
            "Trust no time below a millisecond here; look for a broken clock source.",
        )
    smallest = min(forward)
    mean = (readings[-1] - readings[0]) / (READINGS - 1)
    detail = f"steps of {smallest} ns at most, {mean:.0f} ns to read"
    if smallest > GOOD_STEP_NS:
        return Finding(
            "note", "timer", detail, "Profile larger products: a sample wants a thousand steps."
        )
    return Finding("ok", "timer", detail)


def check_clock_source(machine: Machine) -> Finding:
    """What the kernel keeps time with."""
    source = machine.text("sys/devices/system/clocksource/clocksource0/current_clocksource")
    if source is None:
        return Finding(
            "note",
            "clock source",
            "not shown by this system",
            "Nothing to do; the timer itself is judged above.",
        )
    if source in SLOW_CLOCKS:
        return Finding(
            "note",
            "clock source",
            f"{source}, slow to read",
            "Start the kernel with `clocksource=tsc tsc=reliable` if the CPU's counter is sound.",
        )
    return Finding("ok", "clock source", source)


def check_virtualisation(machine: Machine) -> Finding:
    """Whether other guests may take time."""
    seen = this_machine.virtualisation(machine.root)
    if seen is None:
        return Finding("ok", "virtualisation", "none seen")
    return Finding(
        "note",
        "virtualisation",
        f"{seen}: other guests may disturb measured times",
        "Compare medians within one run, raise --num-runs; measure on the metal for absolutes.",
    )


def check_governor(machine: Machine) -> Finding:
    """Who decides the CPU's clock."""
    governor = this_machine.frequency_governor(machine.root)
    if governor is None:
        return Finding(
            "note",
            "governor",
            "the CPU's clock policy is not shown, as on most virtual machines",
            "Nothing can be done from inside; watch the spread of PyTorch's times.",
        )
    if governor != "performance":
        return Finding(
            "note",
            "governor",
            f"{governor}: the clock may rise and fall during a run",
            "`sudo cpupower frequency-set -g performance` for the time of the measurement.",
        )
    return Finding("ok", "governor", governor)


def check_load(machine: Machine, cpus: int | None = None) -> Finding:
    """Whether something else is computing."""
    text = machine.text("proc/loadavg")
    cpus = cpus or os.cpu_count() or 1
    if not text:
        return Finding(
            "note", "load", "not shown by this system", "See for yourself that nothing else runs."
        )
    load = float(text.split()[0])
    detail = f"{load:.2f} over the last minute, {cpus} CPUs"
    if load > BUSY_LOAD * cpus:
        return Finding("note", "load", detail, "Let other work finish before PyTorch is timed.")
    return Finding("ok", "load", detail)
