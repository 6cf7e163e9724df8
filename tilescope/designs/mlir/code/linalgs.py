"""Operations of `linalg` on whole buffers."""

from __future__ import annotations

from collections.abc import Callable
from math import prod
from typing import Any

import numpy as np
from xdsl.dialects import builtin
from xdsl.ir import Operation, SSAValue

from tilescope.designs.mlir.code.arithmetic import computation, is_float
from tilescope.designs.mlir.code.costs import (
    FLOAT_CYCLES,
    WHOLE_CYCLES,
    element_cycles,
    operation_cycles,
)
from tilescope.designs.mlir.code.memory import Environment, Get

Made = tuple[Callable[[Environment], None], int, int, list[SSAValue]]
PAIRS: dict[str, Any] = {
    "linalg.add": np.add,
    "linalg.sub": np.subtract,
    "linalg.mul": np.multiply,
    "linalg.max": np.maximum,
    "linalg.min": np.minimum,
}
MAX_POINTS = 1 << 22  # of one generic


def compiled(op: Operation, get: Callable[[SSAValue], Get], where: str) -> Made | None:
    """What runs an operation, its cycles and evaluations and what it stores to; None for others."""
    inputs = list(getattr(op, "inputs", ()))
    outputs = list(getattr(op, "outputs", ()))
    if len(outputs) != 1 or not isinstance(outputs[0].type, builtin.MemRefType):
        return None
    target = outputs[0]
    elements = prod(outputs[0].type.get_shape())
    arithmetic = FLOAT_CYCLES if is_float(outputs[0].type.element_type) else WHOLE_CYCLES
    if any(isinstance(v.type, builtin.MemRefType) and _dynamic(v) for v in (*inputs, target)):
        return None
    shapes = [_shape(value) for value in (*inputs, target)]
    if op.name == "linalg.fill" and len(inputs) == 1:
        value = get(inputs[0])

        def fill(env: Environment) -> None:
            env[target][...] = value(env)

        return fill, elements * element_cycles(0, 0), 1, [target]
    if op.name == "linalg.copy" and len(inputs) == 1 and shapes[0] == shapes[1]:

        def copy(env: Environment) -> None:
            env[target][...] = env[inputs[0]]

        return copy, elements * element_cycles(1, 0), 1, [target]
    if op.name in PAIRS and len(inputs) == 2 and len(set(shapes)) == 1:
        compute = PAIRS[op.name]

        def pair(env: Environment) -> None:
            env[target][...] = compute(env[inputs[0]], env[inputs[1]])

        return pair, elements * element_cycles(2, arithmetic), 1, [target]
    if op.name == "linalg.matmul" and len(inputs) == 2:
        return _matmul(inputs, target, shapes, arithmetic)
    if op.name == "linalg.generic":
        return _generic(op, inputs, target, get)
    return None


def _dynamic(value: SSAValue) -> bool:
    return any(size < 0 for size in _shape(value))


def _shape(value: SSAValue) -> tuple[int, ...]:
    kind = value.type
    return tuple(kind.get_shape()) if isinstance(kind, builtin.MemRefType) else ()


def _matmul(
    inputs: list[SSAValue], target: SSAValue, shapes: list[tuple[int, ...]], arithmetic: int
) -> Made | None:
    a, b, c = shapes
    if [len(one) for one in shapes] != [2, 2, 2] or (a[0], a[1], b[1]) != (c[0], b[0], c[1]):
        return None

    def run(env: Environment) -> None:
        left, right, out = env[inputs[0]], env[inputs[1]], env[target]
        kind = out.dtype
        for k in range(a[1]):
            out += left[:, k : k + 1].astype(kind) * right[k : k + 1].astype(kind)

    points = a[0] * a[1] * b[1]
    return run, points * element_cycles(3, 2 * arithmetic), a[1], [target]


def _generic(
    op: Operation, inputs: list[SSAValue], target: SSAValue, get: Callable[[SSAValue], Get]
) -> Made | None:
    """Parallel dimensions at once, the others one after the other, in their order."""
    maps = [one.data for one in getattr(op, "indexing_maps").data]  # noqa: B009
    kinds = [str(one.data) for one in getattr(op, "iterator_types").data]  # noqa: B009
    block = op.regions[0].block
    operands = [*inputs, target]
    sizes: dict[int, int] = {}
    for value, one in zip(operands, maps, strict=True):
        for place, result in enumerate(one.results):
            number = getattr(result, "position", None)
            if number is not None and place < len(_shape(value)):
                sizes[number] = _shape(value)[place]
    if set(sizes) != set(range(len(kinds))) or prod(sizes.values()) > MAX_POINTS:
        return None
    steps: list[tuple[SSAValue, Any, list[Get]]] = []
    cost = 0
    inside: set[SSAValue] = set(block.args)
    for inner in block.ops:
        if inner.name in ("linalg.yield", "arith.constant"):
            continue
        compute = computation(inner)
        if compute is None:
            return None
        getters: list[Get] = [
            (lambda env, v=v: env[v]) if v in inside else get(v)  # type: ignore[misc]
            for v in inner.operands
        ]
        steps.append((inner.results[0], compute, getters))
        inside.update(inner.results)
        cost += operation_cycles(inner)
    last = block.last_op
    if last is None or last.name != "linalg.yield" or len(last.operands) != 1:
        return None
    (given,) = last.operands
    result = (lambda env: env[given]) if given in inside else get(given)
    sequential = [place for place, kind in enumerate(kinds) if "parallel" not in kind]
    parallel = [place for place in range(len(kinds)) if place not in sequential]
    trips = prod(sizes[place] for place in sequential)

    def run(env: Environment) -> None:
        grids = np.ix_(*(np.arange(sizes[place]) for place in parallel)) if parallel else ()
        for turn in np.ndindex(*(sizes[place] for place in sequential)):
            where: list[Any] = [0] * len(kinds)
            for place, grid in zip(parallel, grids, strict=True):
                where[place] = grid
            for place, number in zip(sequential, turn, strict=True):
                where[place] = number
            index = [tuple(one.eval(where, [])) for one in maps]
            for value, argument, at in zip(operands, block.args, index, strict=True):
                env[argument] = env[value][at] if _shape(value) else get(value)(env)
            for name, compute, getters in steps:
                env[name] = compute(*(one(env) for one in getters))
            env[target][index[-1]] = result(env)

    points = prod(sizes.values())
    return run, points * element_cycles(len(inputs), cost), trips * (1 + len(steps)), [target]
