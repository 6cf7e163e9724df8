"""The few physical coefficients that calibration may move, with unit, meaning and bounds."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Coefficient:
    """One thing to fit: a value of the device, or a factor on a kind of kernel.

    low and high bound it to what the hardware could be; kernel says which of the two it is.
    """

    key: str
    unit: str
    meaning: str
    low: float
    high: float
    kernel: bool = False


DEVICE_COEFFICIENTS = (
    Coefficient("ddr_gbps", "GB/s", "peak rate of DDR, shared by all shim channels", 8.0, 260.0),
    Coefficient("ddr_run_ns", "ns", "DDR time of each contiguous run of bytes", 0.1, 20.0),
    Coefficient(
        "ddr_page_ns", "ns", "DDR time of each page of 4 KiB that a walk enters", 0.1, 40.0
    ),
    Coefficient("shim_run_ns", "ns", "time of a shim's interface for each run", 0.1, 40.0),
)


def kernel_coefficient(kind: str) -> Coefficient:
    """The factor on the cycles of one kind of kernel, `peano bfloat16`."""
    meaning = f"cycles of a {kind} product over those of its cost"
    return Coefficient(kind, "factor", meaning, 0.5, 4.0, kernel=True)
