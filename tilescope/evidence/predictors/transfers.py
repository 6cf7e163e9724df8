"""One shim DMA task: the cycles that a channel takes for so many words."""

from __future__ import annotations

from tilescope.designs.ir import (
    Await,
    Design,
    DmaTask,
    HostBuffer,
    Link,
    ObjectFifo,
    Tile,
    shape_walk,
)
from tilescope.evidence.model import Model
from tilescope.evidence.predictions import Answer, Prediction, Unpredictable
from tilescope.evidence.records import Row
from tilescope.simulation.outcomes import DesignOutcome

KIND = "transfer"
DIRECTIONS = {"dma_mm2s": "MM2S", "dma_s2mm": "S2MM"}
MAX_CHUNK_WORDS = 1024


def predict(row: Row, model: Model) -> Answer | None:
    """Rows that time one task of one shim channel, first word's set-up included."""
    if row.op not in DIRECTIONS:
        return None
    if row.n is None:
        return Unpredictable(KIND, "the size of the transfer is not recorded")
    device = model.device(row.device)
    outcome = model.run(("transfer", row.n), through_mem_tile(row.n), device)
    direction = DIRECTIONS[row.op]
    own = next(use for use in outcome.resources if _is_shim(use.name, direction))
    cycles = _task_cycles(outcome, own.name, device.clock_mhz)
    return Prediction(KIND, cycles, {"shim_port": cycles})


def through_mem_tile(words: int) -> Design:
    """In through a shim, into a mem tile and out again: one task on either channel."""
    chunk = words
    while chunk > MAX_CHUNK_WORDS and chunk % 2 == 0:
        chunk //= 2
    shim, mem = Tile(0, 0), Tile(0, 1)
    fifos = (
        ObjectFifo("In", shim, (mem,), (chunk,), "int32"),
        ObjectFifo("Out", mem, (shim,), (chunk,), "int32"),
    )
    links = (Link(("In",), ("Out",), (0,)),)
    buffers = tuple(HostBuffer(name, (words,), "int32") for name in ("In", "Out"))
    walk = shape_walk((words,), (1,))
    tasks = tuple(DmaTask(name, name, 0, walk) for name in ("Out", "In"))
    return Design("transfer", fifos, links, (), buffers, (*tasks, Await(0)))


def _is_shim(name: str, direction: str) -> bool:
    return name.startswith("shim") and name.split()[-1].startswith(direction)


def _task_cycles(outcome: DesignOutcome, channel: str, clock_mhz: int) -> float:
    """Cycles from the task's start on the channel to its end, without waiting for data."""
    use = next(use for use in outcome.resources if use.name == channel)
    return float(use.busy_us * clock_mhz)
