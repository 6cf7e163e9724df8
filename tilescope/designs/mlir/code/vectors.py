"""Whether all trips of a loop may be taken in one step."""

from __future__ import annotations

from typing import Any

import numpy as np
from xdsl.dialects import scf
from xdsl.ir import Operation, SSAValue


def may_be_one_step(op: Operation) -> bool:
    """Whether a loop only loads, computes and stores, each trip in places of its own.

    Each store names the loop's variable, so that no two trips write to one place, and what is
    loaded of a buffer that is stored to is loaded from the very place that is stored to.
    """
    assert isinstance(op, scf.ForOp)
    if op.iter_args:
        return False
    variable = op.body.block.args[0]
    body = list(op.body.block.ops)
    if any(inner.regions or inner.name.startswith(("linalg.", "memref.sub")) for inner in body):
        return False
    stores = [inner for inner in body if inner.name == "memref.store"]
    places: dict[SSAValue, list[SSAValue]] = {}
    for store in stores:
        buffer, indices = store.operands[1], list(store.operands[2:])
        if variable not in indices or buffer in places:
            return False
        places[buffer] = indices
    for inner in body:
        if inner.name != "memref.load" or inner.operands[0] not in places:
            continue
        if list(inner.operands[1:]) != places[inner.operands[0]]:
            return False
    return bool(stores)


def is_elementwise(op: Operation, env: dict[Any, Any]) -> bool:
    """Whether the buffers of such a loop are as different as their names."""
    assert isinstance(op, scf.ForOp)
    stored, touched = set(), set()
    for inner in op.body.block.ops:
        if inner.name == "memref.store":
            stored.add(inner.operands[1])
            touched.add(inner.operands[1])
        elif inner.name == "memref.load":
            touched.add(inner.operands[0])
    return not any(
        np.may_share_memory(env[one], env[other])
        for one in stored
        for other in touched
        if one is not other
    )
