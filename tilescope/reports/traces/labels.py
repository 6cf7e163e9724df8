"""Names of a trace: slices as AMD's aie-rt names events, lanes in the order of the array."""

from __future__ import annotations

import re

CONTROLLER = "controller"
KINDS = ("shim", "mem", "core")
UNITS = re.compile(r"^(shim|mem|core) \((\d+),(\d+)\)(?: (MM2S|S2MM)(\d+))?$")

WORDS = {
    "overhead": "acquire, release or call",
    "transfer": "transfer",
    "setup": "set-up",
    "issue": "issue",
    "token": "token",
}
STREAM_STALLS = {"MM2S": "STREAM_BACKPRESSURE", "S2MM": "STREAM_STARVATION"}
UNNAMED_WAITS = {"task_queue": "waits for a task", "token": "waits for a token"}


def lane_order(resource: str) -> tuple[int, int, int, str]:
    """The controller, shims, mem tiles, cores with their channels; what is unknown comes last."""
    if resource == CONTROLLER:
        return (0, 0, 0, "")
    found = UNITS.match(resource)
    if found is None:
        return (len(KINDS) + 1, 0, 0, resource)
    kind, column, row, *channel = found.groups()
    name = "".join(part or "" for part in channel)
    return (1 + KINDS.index(kind), int(column), int(row), name)


def slice_name(resource: str, activity: str, detail: str, subject: str) -> str:
    """What a slice is called; a wait by its event, its cause and the FIFO that is waited for."""
    if activity == "call":
        return detail or activity
    if activity == "wait":
        return _wait_name(resource, detail, subject)
    word = WORDS.get(activity, activity)
    return f"{word} {detail}" if detail else word


def _wait_name(resource: str, cause: str, subject: str) -> str:
    event = _event(resource, cause)
    if event is None:
        return UNNAMED_WAITS.get(cause, f"waits: {cause}")
    return event if cause == "stream" else f"{event}: {cause} {subject}".rstrip()


def _event(resource: str, cause: str) -> str | None:
    """The event that hardware would count, for a lock or a stream; None for any other wait."""
    found = UNITS.match(resource)
    direction, number = (found.group(4), found.group(5)) if found else (None, None)
    if cause.startswith("buffer"):
        return f"DMA_{direction}_{number}_STALLED_LOCK" if direction else "LOCK_STALL"
    if cause == "stream" and direction in STREAM_STALLS:
        return f"DMA_{direction}_{number}_{STREAM_STALLS[direction]}"
    return None
