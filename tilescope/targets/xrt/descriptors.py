"""Shims' buffer descriptors: how many a sequence needs at once, and giving them back in time.

aiecc gives every transfer of a runtime sequence a descriptor of its shim, and takes it back where
the transfer is awaited, or where the text says that it is done (`aiex.dma_free_task`); it does not
check that (mlir-aie, pass aie-assign-runtime-sequence-bd-ids). A sequence that needs more than a
shim has cannot be compiled.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, replace

from tilescope.designs.ir import Await, Design, DmaTask, Step, Tile
from tilescope.designs.mlir.printing import NONE_FREED, Freed
from tilescope.designs.plan import LaunchPlan
from tilescope.devices.device import Device


@dataclass(frozen=True)
class CompiledPlan:
    """A plan whose designs can be compiled as far as descriptors go; `freed` for each launch."""

    plan: LaunchPlan
    freed: tuple[Freed, ...]


def with_descriptors(plan: LaunchPlan, device: Device) -> CompiledPlan:
    """The plan, in which a design that needs too many descriptors gives them back block by block.

    Such a design awaits the outputs of all columns where it awaited the last column's alone: a few
    instructions more, and a design that is simulated as it is measured.
    """
    launches, freed = [], []
    for launch in plan.launches:
        design: Design = launch.design
        done: Freed = NONE_FREED
        if most(design) > device.shim_bds:
            design, done = returning(design)
        launches.append(replace(launch, design=design))
        freed.append(done)
    return CompiledPlan(replace(plan, launches=tuple(launches)), tuple(freed))


def returning(design: Design) -> tuple[Design, dict[int, tuple[int, ...]]]:
    """The design with every output of a block awaited where one was, and what is done by then.

    A block is some transfers of outputs and the inputs that follow. Once all its outputs are in
    DDR, its cores have used all its inputs, so that their transfers are done. This holds for
    products, where every output of a block takes all of the block's inputs.
    """
    blocks: list[tuple[list[int], list[int]]] = []
    block_of: dict[int, int] = {}
    for number, task in enumerate(design.tasks):
        written = design.fifo(task.fifo).producer.kind != "shim"
        if written and (not blocks or blocks[-1][1]):
            blocks.append(([], []))
        blocks[-1][0 if written else 1].append(number)
        block_of[number] = len(blocks) - 1
    steps: list[Step] = []
    freed: dict[int, tuple[int, ...]] = {}
    awaited: set[int] = set()
    for step in design.sequence:
        if not isinstance(step, Await) or step.task in awaited:
            if not isinstance(step, Await):
                steps.append(step)
            continue
        outputs, inputs = blocks[block_of[step.task]]
        if step.task not in outputs:
            steps.append(step)
            awaited.add(step.task)
            continue
        steps.extend(Await(task) for task in outputs if task not in awaited)
        freed[outputs[-1]] = tuple(task for task in inputs if task not in awaited)
        awaited.update(outputs)
    return replace(design, sequence=tuple(steps)), freed


def most(design: Design, freed: Freed = NONE_FREED) -> int:
    """The most descriptors that any shim needs at once."""
    return max(in_use(design, freed).values(), default=0)


def in_use(design: Design, freed: Freed = NONE_FREED) -> dict[Tile, int]:
    """The most descriptors that each shim needs at once, as aiecc hands them out."""
    used: Counter[Tile] = Counter()
    highest: Counter[Tile] = Counter()
    shims: dict[int, Tile] = {}
    issued = 0
    for step in design.sequence:
        if isinstance(step, DmaTask):
            fifo = design.fifo(step.fifo)
            shim = fifo.producer if fifo.producer.kind == "shim" else fifo.consumers[0]
            shims[issued] = shim
            issued += 1
            used[shim] += 1
            highest[shim] = max(highest[shim], used[shim])
        elif isinstance(step, Await):
            for task in (step.task, *freed.get(step.task, ())):
                if (done := shims.pop(task, None)) is not None:
                    used[done] -= 1
    return dict(highest)
