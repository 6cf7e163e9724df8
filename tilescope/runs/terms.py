"""The names of a time budget's parts, in the order in which a launch meets them."""

from __future__ import annotations

ARRAY_TERMS = (
    "issue",
    "compute",
    "core_overhead",
    "shim_port",
    "mem_tile_port",
    "core_dma",
    "ddr",
    "sync",
)
"""What the array's time is charged to, in the order of the engine's own list."""

SIMULATED_TERMS = ("host", "launch", *ARRAY_TERMS)
"""What a simulated time is charged to."""

MEASURED_TERMS = ("host", "launch_and_array", "residual")
"""What a clock on the host tells apart; it does not see into a launch."""

TERMS = (*SIMULATED_TERMS, *MEASURED_TERMS[1:])
