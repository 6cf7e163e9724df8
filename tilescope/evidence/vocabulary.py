"""The words that a row of measurements may use, and the unit of each metric."""

from __future__ import annotations

UNITS = {
    "time_us": "us",
    "cycles": "cycles",
    "macs_per_cycle": "MAC/cycle",
    "tops": "TOPS",
    "gflops": "GFLOP/s",
    "gbps": "GB/s",
    "watts": "W",
    "efficiency_pct": "%",
}
"""Metrics and the one unit that each is stated in."""

STATISTICS = (
    "avg",
    "median",
    "min",
    "max",
    "best",
    "single",
    "fit",
    "sum",
    "cold",
    "derived",
)
ROLES = ("fit", "check")
CONFIDENCES = ("high", "medium", "low")
ANSWERS = ("yes", "no", "unknown")
ARITHMETICS = ("", "bfp16", "native")
COMPILERS = ("peano", "chess", "hand", "none", "unknown")
RUNTIMES = ("", "allo-call", "allo-profile", "iree", "xrt-linux", "xrt-python", "xrt-windows")
DEVICES = ("", "npu1", "npu1:hawk-point", "npu2", "npu2:strix-halo")
"""Devices of the record; empty where a source does not say. Others are those with a page."""

FOREIGN_DTYPES = ("bfp16", "int4", "bfloat16*int4", "float32/bfloat16")
"""Types of published products that tilescope does not run."""

COLUMNS = (
    "id",
    "experiment",
    "role",
    "origin",
    "device",
    "op",
    "m",
    "k",
    "n",
    "dtype_in",
    "dtype_acc",
    "dtype_out",
    "arithmetic",
    "kernel",
    "cores",
    "grid",
    "tile_m",
    "tile_k",
    "tile_n",
    "staged_k",
    "form",
    "metric",
    "value",
    "unit",
    "statistic",
    "includes_launch",
    "confidence",
    "inferred",
    "note",
)
REQUIRED = (
    "id",
    "experiment",
    "role",
    "origin",
    "op",
    "metric",
    "value",
    "unit",
    "statistic",
    "includes_launch",
    "confidence",
)
"""Cells that no row may leave empty."""
