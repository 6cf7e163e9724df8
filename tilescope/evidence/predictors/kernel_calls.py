"""Kernels on one core: cycles of a call, or the rate they give."""

from __future__ import annotations

from tilescope.evidence.kernels import product_kernel
from tilescope.evidence.model import Model
from tilescope.evidence.predictions import Answer, Prediction, Unpredictable
from tilescope.evidence.records import Row
from tilescope.kernels.catalog import find_kernel

KIND = "kernel"
REPEATS = 100
WITH_CLEARING = "with-clearing"
"""An average over all calls of a core, those that clear C among them."""
WHOLE_CALLS = ("", "best-tile", "balanced")
PARTS = {
    "vector": "vector instructions of a call are not told apart",
    "other": "other instructions of a call are not told apart",
    "stall": "memory stalls are not told apart",
}


def predict(row: Row, model: Model) -> Answer | None:
    """Rows of one core's kernel alone: traced calls, rates, and kernels repeated 100 times."""
    if row.op == "gemm_repeat100":
        return Unpredictable(KIND, "the tile of the repeated kernel is not recorded")
    traced = row.op == "gemm_tile" or row.metric == "macs_per_cycle"
    alone = row.op == "gemm" and row.origin.compiler == "hand"
    if not (traced or alone):
        return None
    if row.statistic == "fit":
        return Unpredictable(KIND, "the slope of a fit, with whatever limited the products in it")
    if row.form in PARTS:
        return Unpredictable(KIND, PARTS[row.form])
    if row.core_tile is None:
        return Unpredictable(KIND, "the core tile is not recorded")
    device = model.device(row.device)
    m, n, k = row.core_tile
    overhead = 2 * (device.lock_acquire_cycles + device.lock_release_cycles) + device.call_cycles
    if row.form == "gap":
        return Prediction(KIND, overhead, {"core_overhead": overhead})
    if row.form == "zero":
        cycles = find_kernel("linear_zero", row.dtype_out).cycles(device, m * n)
        return Prediction(KIND, cycles, {"compute": cycles})
    kernel, assumed = product_kernel(row, model)
    cycles = kernel.cycles(device, m, k, n)
    terms = {"compute": float(cycles)}
    if row.form == WITH_CLEARING:
        if row.k is None:
            return Unpredictable(KIND, "how many calls clear C is not recorded")
        calls = row.k // k
        cleared = find_kernel("linear_zero", row.dtype_out).cycles(device, m * n)
        terms["compute"] = (calls * cycles + cleared) / (calls + 1)
    if row.form == "iteration":
        terms["core_overhead"] = float(overhead)
    total = sum(terms.values())
    if row.metric == "cycles":
        return Prediction(KIND, total, terms, assumed)
    if row.metric == "macs_per_cycle":
        return Prediction(KIND, m * n * k / total, terms, assumed)
    if row.metric == "gflops":
        value = 2 * m * n * k / total * (row.origin.clock_mhz or device.clock_mhz) / 1e3
        return Prediction(KIND, value, terms, assumed)
    return Unpredictable(KIND, f"{row.metric} of a kernel does not follow from its cycles")
