"""Whether times that are measured here can be trusted at all: what `--strict` asks first."""

from __future__ import annotations

from tilescope.errors import InputError
from tilescope.profiling import machine as this_machine
from tilescope.profiling.doctor import timing
from tilescope.profiling.doctor.findings import Finding
from tilescope.targets.machine import Machine


def doubts(machine: Machine | None = None) -> list[Finding]:
    """What is known to make measured times unsteady on this machine; nothing where all is well.

    What the machine does not show (a clock policy, its load) is no doubt: it may not have any.
    """
    machine = machine or Machine()
    checks = [timing.check_timer(), timing.check_virtualisation(machine)]
    if machine.exists("sys/devices/system/clocksource/clocksource0/current_clocksource"):
        checks.append(timing.check_clock_source(machine))
    if this_machine.frequency_governor(machine.root) is not None:
        checks.append(timing.check_governor(machine))
    if machine.exists("proc/loadavg"):
        checks.append(timing.check_load(machine))
    return [found for found in checks if found.status != "ok"]


def check_trusted(machine: Machine | None = None) -> None:
    """Accept a machine whose measured times can be trusted.

    Raises:
        InputError: they cannot; it says why, and what to do about each reason.
    """
    if found := doubts(machine):
        reasons = "; ".join(f"{one.what}: {one.detail}" for one in found)
        remedies = " ".join(dict.fromkeys(one.remedy for one in found))
        raise InputError(
            f"Times that are measured here cannot be trusted, and --strict asks for that. "
            f"{reasons}. {remedies}"
        )
