"""Memory for the largest of the seven projections, and disk for what is written."""

from __future__ import annotations

import shutil
from pathlib import Path

from tilescope.profiling.doctor.findings import Finding
from tilescope.profiling.memory import available_bytes, needed_bytes
from tilescope.quantities.units import format_bytes
from tilescope.targets.machine import Machine
from tilescope.workloads.cases import default_test_cases

COMFORTABLE_BYTES = 1_500_000_000
"""What the main job may take at its peak, PyTorch included."""
DISK_BYTES = 100_000_000
"""Enough for run files and timelines many times over."""


def largest_case_bytes() -> int:
    """What the largest of the seven projections needs in float32."""
    return max(needed_bytes(case.to_gemm("float32")) for case in default_test_cases())


def check_memory(machine: Machine) -> Finding:
    """Whether the main job fits, in a container's limit too."""
    free, limit = available_bytes(machine.root), control_group_bytes(machine)
    if free is None and limit is None:
        return Finding(
            "note",
            "memory",
            "this system does not say how much is free",
            f"Have {format_bytes(COMFORTABLE_BYTES)} free for the seven projections.",
        )
    usable = min(amount for amount in (free, limit) if amount is not None)
    by_limit = limit is not None and usable == limit
    detail = f"{format_bytes(usable)} free" + (", by the container's limit" if by_limit else "")
    remedy = (
        "Raise the container's memory limit"
        if by_limit
        else "Close other programs or add swap space"
    )
    needed = largest_case_bytes()
    if usable < needed:
        return Finding(
            "broken",
            "memory",
            f"{detail}; the largest projection needs {format_bytes(needed)}",
            f"{remedy}, or profile smaller products with --case.",
        )
    if usable < COMFORTABLE_BYTES:
        return Finding(
            "note",
            "memory",
            f"{detail}; the seven projections with PyTorch take up to "
            f"{format_bytes(COMFORTABLE_BYTES)}",
            f"{remedy}, or profile one projection at a time.",
        )
    return Finding("ok", "memory", f"{detail}; the largest projection needs {format_bytes(needed)}")


def control_group_bytes(machine: Machine) -> int | None:
    """What is left of the control group's limit; None without a limit."""
    for limit, used in (
        ("memory.max", "memory.current"),
        ("memory/memory.limit_in_bytes", "memory/memory.usage_in_bytes"),
    ):
        allowed = machine.text(f"sys/fs/cgroup/{limit}")
        taken = machine.text(f"sys/fs/cgroup/{used}")
        # Version 1 writes "no limit" as a number larger than any memory.
        if allowed and allowed.isdigit() and int(allowed) < 1 << 60:
            return max(int(allowed) - int(taken if taken and taken.isdigit() else 0), 0)
    return None


def check_disk(folder: Path) -> Finding:
    """Room for what a run writes, in the folder that one is in."""
    try:
        free = shutil.disk_usage(folder).free
    except OSError as error:
        return Finding(
            "note",
            "disk",
            f"{folder}: {error.strerror or error}",
            "Start from a folder that exists, or name a path with --json.",
        )
    detail = f"{format_bytes(free)} free in {folder}"
    if free < DISK_BYTES:
        return Finding("note", "disk", detail, "Free some space, or write elsewhere with --json.")
    return Finding("ok", "disk", detail)
