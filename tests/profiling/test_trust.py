"""What `--strict` refuses, and what it does not hold against a machine."""

from pathlib import Path

import pytest

from tilescope.errors import InputError
from tilescope.profiling import products, trust
from tilescope.profiling.beside import SamplingRequest
from tilescope.profiling.doctor.findings import Finding
from tilescope.profiling.products import ProductSettings, make_bench
from tilescope.profiling.trust import check_trusted, doubts
from tilescope.targets.machine import Machine

SOURCE = "sys/devices/system/clocksource/clocksource0/current_clocksource"
GOVERNOR = "sys/devices/system/cpu/cpu0/cpufreq/scaling_governor"
QUIET = {
    "proc/loadavg": "0.01 0.02 0.03 1/100 1",
    "proc/cpuinfo": "model name\t: A processor\nflags\t: fpu tsc\n",
    SOURCE: "tsc",
    GOVERNOR: "performance",
}


@pytest.fixture(autouse=True)
def good_timer(monkeypatch: pytest.MonkeyPatch) -> None:
    """This machine's own timer is no matter of these tests."""
    monkeypatch.setattr(trust.timing, "check_timer", lambda: Finding("ok", "timer", "fine"))


def machine(root: Path, **changes: str) -> Machine:
    """A quiet machine but for some files."""
    names = {"load": "proc/loadavg", "cpu": "proc/cpuinfo", "source": SOURCE, "governor": GOVERNOR}
    for name, text in {**QUIET, **{names[key]: text for key, text in changes.items()}}.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text, encoding="utf-8")
    return Machine(root=root, environ={})


def test_a_quiet_machine_is_trusted(tmp_path: Path) -> None:
    check_trusted(machine(tmp_path))


@pytest.mark.parametrize(
    ("what", "text", "said"),
    [
        ("load", "99.00 50 20 9/100 1", "load: 99.00 over the last minute"),
        ("governor", "powersave", "governor: powersave: the clock may rise and fall"),
        ("source", "hpet", "clock source: hpet, slow to read"),
        ("cpu", "flags\t: fpu hypervisor\n", "virtualisation: virtual machine"),
    ],
)
def test_each_reason_is_told_with_its_remedy(
    what: str, text: str, said: str, tmp_path: Path
) -> None:
    unquiet = machine(tmp_path, **{what: text})
    (found,) = doubts(unquiet)
    with pytest.raises(InputError, match="--strict") as caught:
        check_trusted(unquiet)
    assert said in str(caught.value)
    assert found.remedy in str(caught.value)


def test_what_a_machine_does_not_show_is_not_held_against_it(tmp_path: Path) -> None:
    assert doubts(Machine(root=tmp_path, environ={})) == []


@pytest.mark.parametrize(("timing_only", "asked"), [(False, 1), (True, 0)])
def test_only_a_run_that_measures_asks(
    timing_only: bool, asked: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    calls: list[None] = []
    monkeypatch.setattr(products, "check_trusted", lambda: calls.append(None))
    settings = ProductSettings(timing_only=timing_only, sampling=SamplingRequest(strict=True))
    make_bench(settings)
    assert len(calls) == asked
