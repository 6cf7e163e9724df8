"""Energy of one call, with the idle share taken off; and the band of a simulated NPU."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tilescope.errors import InputError
from tilescope.profiling.energy import measuring
from tilescope.profiling.energy.bands import npu_energy
from tilescope.profiling.energy.measuring import Idle, baseline_energy, idle_power
from tilescope.profiling.energy.sensors import Reading, Subject


class Machine:
    """A clock that calls move on, and a processor that draws 5 W idle and 25 W at work."""

    name = "fake"
    subject: Subject = "cpu"

    def __init__(self, *, counts: bool) -> None:
        self.counts = counts
        self.seconds = 0.0
        self.joules = 7.0
        self.watts = 5.0

    def available(self) -> str | None:
        """It always is."""
        return None

    def read(self) -> Reading:
        """Energy so far, or power now."""
        if self.counts:
            return Reading(uj={"all": (self.joules * 1e6, None)})
        return Reading(watts=self.watts)

    def spend(self, seconds: float, watts: float) -> None:
        """Time passes at a power."""
        self.seconds += seconds
        self.joules += seconds * watts
        self.watts = watts


@pytest.fixture(params=[True, False], ids=["counter", "power"])
def machine(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[Machine]:
    """The machine, whose clock is the one that is read."""
    made = Machine(counts=request.param)
    monkeypatch.setattr(measuring.time, "perf_counter", lambda: made.seconds)
    monkeypatch.setattr(measuring.time, "sleep", lambda seconds: made.spend(seconds, 5.0))
    monkeypatch.setattr(measuring, "usable", lambda subject: (made, ""))
    idle_power.cache_clear()
    yield made
    idle_power.cache_clear()


def test_what_is_drawn_idle_is_taken_off(machine: Machine) -> None:
    # A call takes 2 ms at 25 W, of which 5 W are idle: 0.002 · 20 = 0.04 J = 40,000 µJ.
    idle = idle_power()
    assert isinstance(idle, Idle)
    assert idle.watts == pytest.approx(5.0)
    energy = baseline_energy(lambda: machine.spend(0.002, 25.0), idle)
    assert energy.kind == "measured"
    assert energy.low_uj == energy.high_uj == pytest.approx(40_000, rel=1e-6)
    assert "5 W idle subtracted" in energy.source


def test_no_more_than_idle_is_no_figure(machine: Machine) -> None:
    energy = baseline_energy(lambda: machine.spend(0.002, 4.0), Idle(machine, 5.0))
    assert (energy.kind, energy.low_uj) == (None, None)
    assert energy.missing == "fake shows no more than idle (5 W)"


def test_a_sensor_that_falls_silent_is_no_figure(machine: Machine) -> None:
    def fail() -> Reading:
        raise OSError("gone")

    machine.read = fail  # type: ignore[method-assign]
    energy = baseline_energy(lambda: machine.spend(0.1, 25.0), Idle(machine, 5.0))
    assert energy.missing == "fake could not be read: gone"


def test_without_a_sensor_there_is_a_reason(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(measuring, "usable", lambda subject: (None, "RAPL: none"))
    idle_power.cache_clear()
    energy = baseline_energy(lambda: None, idle_power())
    idle_power.cache_clear()
    assert (energy.kind, energy.missing) == (None, "RAPL: none")


def test_a_simulated_npu_has_a_band_and_says_of_what() -> None:
    # 1.17 W · 1,000 µs = 1,170 µJ; 2.5 W give 2,500.
    energy = npu_energy("npu2", 1000.0)
    assert (energy.kind, energy.low_uj, energy.high_uj) == ("band", 1170.0, 2500.0)
    assert energy.source.startswith("1.17 to 2.5 W as published × simulated time; ")


@pytest.mark.parametrize("device", ["npu1", "npu2:low", "npu1:hawk-point", "npu2(clock_mhz=900)"])
def test_what_nobody_published_is_not_made_up(device: str) -> None:
    energy = npu_energy(device, 1000.0)
    assert (energy.kind, energy.low_uj, energy.high_uj) == (None, None, None)
    assert energy.missing == f"no power of the NPU of {device} alone was published"


def test_a_page_of_powers_that_cannot_be_read_says_so(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"power\.toml: cannot be read"):
        npu_energy("npu2", 1.0, tmp_path / "power.toml")
