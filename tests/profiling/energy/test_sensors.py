"""Sensors of energy, each read from a machine that is made for it."""

from pathlib import Path
from types import SimpleNamespace

import pytest

from tilescope.profiling.energy.hwmon import HwmonSensor
from tilescope.profiling.energy.nvml import NvmlSensor
from tilescope.profiling.energy.rapl import RaplSensor
from tilescope.profiling.energy.sensors import Reading, sensors, spent_uj, usable
from tilescope.profiling.energy.xrt_smi import XrtSmiSensor


def write(root: Path, files: dict[str, str]) -> Path:
    """Files below a root."""
    for name, text in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text + "\n", encoding="utf-8")
    return root


def zone(number: str, name: str, uj: int) -> dict[str, str]:
    """A zone of powercap."""
    folder = f"sys/class/powercap/intel-rapl:{number}"
    return {
        f"{folder}/name": name,
        f"{folder}/energy_uj": str(uj),
        f"{folder}/max_energy_range_uj": "262143328850",
    }


def test_every_package_counts_once_and_nothing_within_one(tmp_path: Path) -> None:
    files = zone("0", "package-0", 100) | zone("1", "package-1", 200)
    files |= zone("0:0", "core", 50) | zone("2", "psys", 999)
    sensor = RaplSensor(write(tmp_path, files))
    assert sensor.available() is None
    assert sensor.read().uj == {
        "intel-rapl:0": (100.0, 262143328850.0),
        "intel-rapl:1": (200.0, 262143328850.0),
    }


def test_a_machine_without_powercap_says_so(tmp_path: Path) -> None:
    reason = RaplSensor(tmp_path).available()
    assert reason is not None
    assert "none in /sys/class/powercap" in reason


def test_counters_for_root_alone_say_what_to_do(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    sensor = RaplSensor(write(tmp_path, zone("0", "package-0", 1)))

    def refuse() -> Reading:
        raise PermissionError

    monkeypatch.setattr(sensor, "read", refuse)
    reason = sensor.available()
    assert reason is not None
    assert "chmod a+r" in reason


def test_a_counter_that_is_no_number_cannot_be_read(tmp_path: Path) -> None:
    files = zone("0", "package-0", 1)
    files["sys/class/powercap/intel-rapl:0/energy_uj"] = "much"
    assert RaplSensor(write(tmp_path, files)).available() == "the counters cannot be read"


def test_a_chip_counts_its_sockets_and_not_their_cores(tmp_path: Path) -> None:
    chip = "sys/class/hwmon/hwmon3"
    files = {
        "sys/class/hwmon/hwmon0/name": "nvme",
        f"{chip}/name": "amd_energy",
        f"{chip}/energy1_label": "Ecore000",
        f"{chip}/energy1_input": "5",
        f"{chip}/energy2_label": "Esocket0",
        f"{chip}/energy2_input": "700",
    }
    sensor = HwmonSensor(write(tmp_path, files))
    assert sensor.available() is None
    assert sensor.read() == Reading(uj={"energy2_input": (700.0, None)})


def test_a_chip_without_counters_shows_its_power(tmp_path: Path) -> None:
    chip = "sys/class/hwmon/hwmon1"
    files = {f"{chip}/name": "zenpower", f"{chip}/power1_input": "4500000"}
    files[f"{chip}/power2_input"] = "500000"
    sensor = HwmonSensor(write(tmp_path, files))
    assert sensor.available() is None
    assert sensor.read() == Reading(watts=5.0)


@pytest.mark.parametrize(
    ("files", "said"),
    [
        ({}, "no chip"),
        ({"sys/class/hwmon/hwmon0/name": "nvme"}, "no chip"),
        ({"sys/class/hwmon/hwmon0/name": "zenpower"}, "shows no energy"),
    ],
)
def test_a_machine_without_such_a_chip_says_so(
    files: dict[str, str], said: str, tmp_path: Path
) -> None:
    reason = HwmonSensor(write(tmp_path, files)).available()
    assert reason is not None
    assert said in reason


def test_gpus_count_in_millijoules() -> None:
    nvml = SimpleNamespace(
        nvmlInit=lambda: None,
        nvmlDeviceGetCount=lambda: 2,
        nvmlDeviceGetHandleByIndex=lambda index: index,
        nvmlDeviceGetTotalEnergyConsumption=lambda handle: 10 + handle,
    )
    sensor = NvmlSensor(lambda name: nvml)
    assert sensor.available() is None
    assert sensor.read().uj == {"gpu0": (10_000.0, None), "gpu1": (11_000.0, None)}


def test_without_nvml_or_a_gpu_there_is_a_reason() -> None:
    def missing(name: str) -> object:
        raise ImportError(name)

    none = SimpleNamespace(nvmlInit=lambda: None, nvmlDeviceGetCount=lambda: 0)
    assert NvmlSensor(missing).available() == "the package nvidia-ml-py is not installed"
    assert NvmlSensor(lambda name: none).available() == "no GPU"
    assert NvmlSensor(lambda name: object()).available() == "NVML says AttributeError"


def test_the_power_that_xrt_smi_prints_is_read() -> None:
    sensor = XrtSmiSensor(lambda command: "Platform\n  Estimated Power     : 1.274 Watts\n")
    assert sensor.available() is None
    assert sensor.read() == Reading(watts=1.274)


def test_an_older_driver_prints_none_and_a_machine_without_it_says_so() -> None:
    def missing(command: tuple[str, ...]) -> str:
        raise FileNotFoundError

    assert XrtSmiSensor(missing).available() == "xrt-smi is not installed"
    reason = XrtSmiSensor(lambda command: "Power : N/A").available()
    assert reason is not None
    assert "recent driver" in reason


def test_a_counter_that_begins_anew_is_followed() -> None:
    # From 90 up to 100, where it begins anew, and on to 5: 15.
    assert spent_uj(Reading({"a": (90.0, 100.0)}), Reading({"a": (5.0, 100.0)})) == 15.0
    before = Reading({"a": (1.0, None), "b": (10.0, None)})
    assert spent_uj(before, Reading({"a": (3.0, None), "b": (14.0, None)})) == 6.0


def test_our_sensors_come_through_the_front_door() -> None:
    assert {sensor.name for sensor in sensors("cpu")} == {"RAPL", "hwmon"}
    assert {sensor.name for sensor in sensors("npu")} == {"xrt-smi"}
    assert {sensor.name for sensor in sensors("gpu")} == {"NVML"}


def test_where_none_can_be_read_every_reason_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    for kind in (RaplSensor, HwmonSensor):
        monkeypatch.setattr(kind, "available", lambda self: f"no {self.name} here")
    assert usable("cpu") == (None, "hwmon: no hwmon here; RAPL: no RAPL here")
