"""Makes of operations in a core what runs them: nothing of the text is ever executed as Python."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from xdsl.dialects import arith, builtin, scf
from xdsl.ir import Block, Operation, SSAValue

from tilescope.designs.mlir.code import linalgs, memory
from tilescope.designs.mlir.code.arithmetic import computation, numpy_type
from tilescope.designs.mlir.code.costs import JUMP_CYCLES, WHOLE_CYCLES, operation_cycles
from tilescope.designs.mlir.code.vectors import is_elementwise, may_be_one_step
from tilescope.designs.mlir.syntax import Source
from tilescope.designs.mlir.values import Numbers

Run = Callable[[dict[Any, Any]], None]
FARTHEST = 1 << 32
VIEWS = {"memref.collapse_shape", "memref.expand_shape", "memref.cast"}


@dataclass
class Compiled:
    """Operations as steps, the cycles they take and the evaluations that running them is."""

    runs: list[Run] = field(default_factory=list)
    cycles: int = 0
    evaluations: int = 0

    def add(self, run: Run, cycles: int, evaluations: int = 1) -> None:
        """One more step."""
        self.runs.append(run)
        self.cycles += cycles
        self.evaluations += evaluations


@dataclass
class Compiler:
    """Compiles the code of one core. `outside` are values that it takes from elsewhere."""

    source: Source
    numbers: Numbers
    outside: list[SSAValue] = field(default_factory=list)
    stored: set[SSAValue] = field(default_factory=set)
    inside: set[SSAValue] = field(default_factory=set)

    def compile(self, ops: Iterable[Operation]) -> Compiled:
        """The steps of a block. Raises InputError with the place of what is not simulated."""
        found = Compiled()
        for op in ops:
            try:
                op.verify(verify_nested_ops=False)
            except Exception as error:  # its checks raise many kinds, each for a text that is wrong
                said = str(error).strip().splitlines()
                detail = said[-1].rstrip(".") if said else op.name
                raise self.source.fault(
                    op, f"{op.name} is not as it should be: {detail}."
                ) from None
            self._one(op, found)
            self.inside.update(op.results)
        return found

    def get(self, value: SSAValue) -> memory.Get:
        """How to find a value while the code runs."""
        known = self._constant(value)
        if known is not None:
            return lambda env: known
        if value not in self.inside and value not in self.outside:
            self.outside.append(value)
        return lambda env: env[value]

    def _constant(self, value: SSAValue) -> Any:
        kind = numpy_type(value.type)
        if kind is None:
            return None
        number: float | None = self.numbers.of(value)
        op = value.owner
        if isinstance(op, arith.ConstantOp) and isinstance(op.value, builtin.FloatAttr):
            number = op.value.value.data
        return None if number is None else np.array(number).astype(kind)[()]

    def _one(self, op: Operation, found: Compiled) -> None:
        where = self.source.place(op)
        cost = operation_cycles(op)
        compute = computation(op)
        match op.name:
            case "arith.constant" | "scf.yield":
                return
            case "memref.load":
                self._buffer(op.operands[0])
                self._check_places(op, op.operands[0], len(op.operands) - 1)
                places = [self.get(value) for value in op.operands[1:]]
                found.add(memory.load(op.results[0], op.operands[0], places, where), cost)
            case "memref.store":
                self._buffer(op.operands[1])
                self._check_places(op, op.operands[1], len(op.operands) - 2)
                self.stored.add(op.operands[1])
                value, places = self.get(op.operands[0]), [self.get(v) for v in op.operands[2:]]
                found.add(memory.store(value, op.operands[1], places, where), cost)
            case "memref.subview":
                self._buffer(op.operands[0])
                found.add(memory.subview(op, self.get, where), cost)
            case "scf.for":
                self._loop(op, found)
            case "scf.if":
                self._branch(op, found)
            case _ if op.name in VIEWS:
                self._buffer(op.operands[0])
                found.add(memory.reshaped(op), cost)
            case _ if op.name.startswith("linalg."):
                self._whole(op, found, where)
            case _ if compute is not None:
                getters = [self.get(value) for value in op.operands]
                found.add(_computed(op.results[0], compute, getters), cost)
            case _:
                raise self.source.fault(
                    op,
                    f"{op.name} in a core is not simulated; neither its data nor its time can go "
                    "on without it.",
                )

    def _check_places(self, op: Operation, buffer: SSAValue, count: int) -> None:
        kind = buffer.type
        rank = len(kind.get_shape()) if isinstance(kind, builtin.MemRefType) else -1
        if rank != count:
            raise self.source.fault(op, f"{count} places are named of {rank} dimensions.")

    def _buffer(self, value: SSAValue) -> None:
        if value not in self.inside and value not in self.outside:
            self.outside.append(value)

    def _loop(self, op: Operation, found: Compiled) -> None:
        assert isinstance(op, scf.ForOp)
        bounds = [self.numbers.of(value) for value in (op.lb, op.ub, op.step)]
        first, end, step = bounds
        if first is None or end is None or step is None or step < 1:
            raise self.source.fault(op, "The bounds of a loop should be constants, its step 1 up.")
        if max(abs(first), abs(end)) >= FARTHEST:
            raise self.source.fault(op, "A loop of code counts within 32 bits.")
        span = range(first, end, step)
        variable, *carried = op.body.block.args
        self.inside.update(op.body.block.args)
        starts = [self.get(value) for value in op.iter_args]
        body = self.compile(op.body.block.ops)
        ends = [self.get(value) for value in _yielded(op.body.block)]
        cycles = len(span) * (body.cycles + JUMP_CYCLES + WHOLE_CYCLES)
        if may_be_one_step(op):
            found.add(_at_once(op, variable, span, body.runs), cycles, body.evaluations)
            return
        run = _trips(variable, carried, list(op.results), span, starts, body.runs, ends)
        found.add(run, cycles, len(span) * (1 + body.evaluations))

    def _branch(self, op: Operation, found: Compiled) -> None:
        condition = self.get(op.operands[0])
        sides = []
        for region in op.regions:
            side = self.compile(region.block.ops) if region.blocks else Compiled()
            values = [self.get(v) for v in _yielded(region.block)] if region.blocks else []
            sides.append((side, values))
        (yes, yes_values), (no, no_values) = sides
        results = list(op.results)

        def run(env: dict[Any, Any]) -> None:
            side, values = (yes, yes_values) if condition(env) else (no, no_values)
            for one in side.runs:
                one(env)
            for result, value in zip(results, values, strict=True):
                env[result] = value(env)

        longer = max(yes.cycles, no.cycles)
        found.add(run, longer + JUMP_CYCLES, 1 + max(yes.evaluations, no.evaluations))

    def _whole(self, op: Operation, found: Compiled, where: str) -> None:
        """An operation on whole buffers."""
        for value in op.operands:
            if isinstance(value.type, builtin.MemRefType):
                self._buffer(value)
        made = linalgs.compiled(op, self.get, where)
        if made is None or op.results:
            raise self.source.fault(
                op, f"{op.name} of this kind in a core is not simulated; time cannot go on."
            )
        run, cycles, evaluations, written = made
        self.stored.update(written)
        found.add(run, cycles, evaluations)


def _yielded(block: Block) -> list[SSAValue]:
    last = block.last_op
    return list(last.operands) if last is not None and last.name == "scf.yield" else []


def _computed(result: SSAValue, compute: Callable[..., Any], getters: list[memory.Get]) -> Run:
    if len(getters) == 1:
        (only,) = getters
        return lambda env: env.__setitem__(result, compute(only(env)))
    if len(getters) == 2:
        one, two = getters
        return lambda env: env.__setitem__(result, compute(one(env), two(env)))
    return lambda env: env.__setitem__(result, compute(*(get(env) for get in getters)))


def _trips(
    variable: SSAValue,
    carried: list[Any],
    results: list[Any],
    span: range,
    starts: list[memory.Get],
    body: list[Run],
    ends: list[memory.Get],
) -> Run:
    def run(env: dict[Any, Any]) -> None:
        values = [start(env) for start in starts]
        for place in span:
            env[variable] = place
            for name, value in zip(carried, values, strict=True):
                env[name] = value
            for one in body:
                one(env)
            values = [end(env) for end in ends]
        for name, value in zip(results, values, strict=True):
            env[name] = value

    return run


def _at_once(op: Operation, variable: SSAValue, span: range, body: list[Run]) -> Run:
    """All trips in one step where no trip sees another's stores, one by one otherwise."""

    def run(env: dict[Any, Any]) -> None:
        if len(span) and is_elementwise(op, env):
            env[variable] = np.arange(span.start, span.stop, span.step, dtype=np.int64)
            for one in body:
                one(env)
            return
        for place in span:
            env[variable] = place
            for one in body:
                one(env)

    return run
