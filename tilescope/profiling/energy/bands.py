"""What a simulated NPU may take: a published band of power times the simulated time."""

from __future__ import annotations

import tomllib
from pathlib import Path

from tilescope.devices.facts import read_fact
from tilescope.errors import InputError
from tilescope.runs.counters import Energy

POWER = Path(__file__).parents[2] / "data" / "power.toml"
KEYS = ("low_w", "high_w")


def npu_energy(device: str, npu_us: float, path: Path = POWER) -> Energy:
    """The band for a time on a device, or why there is none; a power mode is a device of its own.

    W times µs are µJ. No energy of a multiply-accumulate or a byte has been published, so that the
    band knows nothing of what the NPU does in that time.

    Raises:
        InputError: the page of powers cannot be read.
    """
    try:
        content = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, tomllib.TOMLDecodeError) as error:
        raise InputError(f"{path.name}: cannot be read ({error}).") from error
    leaves, sources = content.get(device), content["sources"]
    if leaves is None:
        return Energy(of="npu", missing=f"no power of the NPU of {device} alone was published")
    low, high = (read_fact(path.name, f"{device}.{key}", leaves[key], sources) for key in KEYS)
    told = dict.fromkeys(sources[name] for fact in (low, high) for name in fact.source)
    return Energy(
        of="npu",
        kind="band",
        low_uj=float(low.value) * npu_us,
        high_uj=float(high.value) * npu_us,
        source=f"{low.value} to {high.value} W as published × simulated time; {'; '.join(told)}",
    )
