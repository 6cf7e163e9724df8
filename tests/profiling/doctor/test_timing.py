"""Is what disturbs measured times seen?"""

from collections.abc import Callable, Iterator

import pytest

from tilescope.profiling.doctor import timing
from tilescope.targets.machine import Machine

Made = Callable[..., Machine]
CLOCK = "sys/devices/system/clocksource/clocksource0/current_clocksource"
GOVERNOR = "sys/devices/system/cpu/cpu0/cpufreq/scaling_governor"


def ticking(step_ns: int, every: int = 1) -> Callable[[], int]:
    """A timer that moves by step_ns at every so many readings."""

    def readings() -> Iterator[int]:
        count = 0
        while True:
            yield count // every * step_ns
            count += 1

    clock = readings()
    return lambda: next(clock)


@pytest.mark.parametrize(
    ("step_ns", "every", "status"),
    [(40, 1, "ok"), (1000, 10, "ok"), (1001, 10, "note"), (15_600_000, 100, "note")],
)
def test_a_timer_in_steps_of_a_microsecond_is_good_enough(
    step_ns: int, every: int, status: str
) -> None:
    assert timing.check_timer(ticking(step_ns, every)).status == status


@pytest.mark.parametrize("step_ns", [0, -5])
def test_a_timer_that_stands_or_runs_backwards_is_found(step_ns: int) -> None:
    assert "Trust no time" in timing.check_timer(ticking(step_ns)).remedy


@pytest.mark.parametrize(
    ("source", "status"), [("tsc", "ok"), ("kvm-clock", "ok"), ("hpet", "note"), (None, "note")]
)
def test_a_slow_clock_source_is_noted(made: Made, source: str | None, status: str) -> None:
    machine = made({CLOCK: f"{source}\n"} if source else {})
    assert timing.check_clock_source(machine).status == status


def test_a_hypervisor_and_a_container_are_seen(made: Made) -> None:
    assert timing.check_virtualisation(made()).status == "ok"
    machine = made({"proc/cpuinfo": "flags : fpu hypervisor\n", ".dockerenv": ""})
    finding = timing.check_virtualisation(machine)
    assert finding.status == "note"
    assert finding.detail.startswith("virtual machine, container")


@pytest.mark.parametrize(
    ("governor", "status"), [("performance", "ok"), ("powersave", "note"), (None, "note")]
)
def test_only_the_performance_governor_keeps_the_clock(
    made: Made, governor: str | None, status: str
) -> None:
    machine = made({GOVERNOR: f"{governor}\n"} if governor else {})
    assert timing.check_governor(machine).status == status


@pytest.mark.parametrize(("load", "status"), [("1.00", "ok"), ("1.01", "note"), (None, "note")])
def test_a_load_of_half_the_cpus_is_the_limit(made: Made, load: str | None, status: str) -> None:
    machine = made({"proc/loadavg": f"{load} 0.5 0.3 1/200 999\n"} if load else {})
    assert timing.check_load(machine, cpus=2).status == status
