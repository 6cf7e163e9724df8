"""Blocks of a core that jump to each other, made loops again.

MLIR-AIR prints the round of a core that never ends as a jump to a block before it, and a compiler
that is further on a loop as `^head(%i)`: compare, jump to the body or beyond it, and jump back with
`%i + step`.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

from xdsl.dialects import arith, scf
from xdsl.dialects.builtin import IndexType
from xdsl.ir import Block, Operation, Region, SSAValue

from tilescope.designs.mlir.names import FOREVER
from tilescope.designs.mlir.syntax import Source
from tilescope.designs.mlir.values import Numbers

JUMPS = {"cf.br", "cf.cond_br"}
LESS = {2, 6}  # arith.cmpi slt and ult
MAX_DEPTH = 64


def straightened(source: Source, region: Region) -> Block:
    """The one block of a region; where jumps join several, one with loops in place of them.

    Raises InputError for a jump that is none of these and that the text does not decide.
    """
    if len(region.blocks) == 1:
        return region.blocks[0]
    ops, _ = _Straightener(source, region).take(region.blocks[0], None)
    return Block(ops)


@dataclass
class _Head:
    """The block at which a loop begins anew, as a compiler lowers `scf.for`."""

    end: SSAValue
    body: Block
    beyond: Block
    before: list[Operation]  # what stands in it and depends on no trip


class _Straightener:
    def __init__(self, source: Source, region: Region) -> None:
        self.source = source
        self.numbers = Numbers()
        self.depth = 0
        jumps = [jump for block in region.blocks if (jump := _jump(block)) is not None]
        self.entries = Counter(target for jump in jumps for target in jump.successors)

    def take(self, block: Block, head: Block | None) -> tuple[list[Operation], list[SSAValue]]:
        """Operations from a block on to the end, or a jump to `head` with what it hands on."""
        ops: list[Operation] = []
        starts: dict[Block, int] = {}
        while block not in starts:
            starts[block] = len(ops)
            jump = _jump(block)
            for op in [one for one in block.ops if one is not jump]:
                self.numbers.follow(op)
                block.detach_op(op)
                ops.append(op)
            if jump is None:
                if head is not None:
                    where = ops[-1] if ops else self.source.module
                    raise self.source.fault(where, NO_WAY_BACK)
                return ops, []
            target, given = self._followed(jump)
            if target is head:
                _drop(jump)
                return ops, given
            found = self._head(target) if target not in starts else None
            if found is not None:
                loop = self._loop(jump, target, given, found)
                ops += [*found.before, loop]
                target = found.beyond
            elif given:
                if self.entries[target] > 1 or len(given) != len(target.args):
                    raise self.source.fault(jump, UNDECIDED)
                for argument, value in zip(target.args, given, strict=True):
                    argument.replace_all_uses_with(value)
            block = target
        first = starts[block]
        last = _jump(block)
        return [*ops[:first], *_endless(self.source, ops[first:], last or ops[-1])], []

    def _followed(self, jump: Operation) -> tuple[Block, list[SSAValue]]:
        if jump.name == "cf.br":
            return jump.successors[0], list(jump.operands)
        decided = self.numbers.of(jump.operands[0])
        if decided is None or len(jump.operands) > 1:
            raise self.source.fault(jump, UNDECIDED)
        return jump.successors[0 if decided else 1], []

    def _head(self, block: Block) -> _Head | None:
        """What a block begins as a lowered loop, or None where it is none."""
        jump = _jump(block)
        if jump is None or jump.name != "cf.cond_br" or not block.args or len(jump.operands) != 1:
            return None
        compare = jump.operands[0].owner
        if not isinstance(compare, arith.CmpiOp) or compare.predicate.value.data not in LESS:
            return None
        before = [op for op in block.ops if op is not jump and op is not compare]
        depends = any(value in block.args for op in before for value in op.operands)
        if compare.parent is not block or compare.lhs is not block.args[0] or depends:
            return None
        if len(list(compare.results[0].uses)) > 1:
            return None
        return _Head(compare.rhs, jump.successors[0], jump.successors[1], before)

    def _loop(self, jump: Operation, head: Block, given: list[SSAValue], found: _Head) -> Operation:
        for op in found.before:
            head.detach_op(op)
        for op in reversed(list(head.ops)):  # the jump, then what it compares
            _drop(op)
        self.depth += 1
        if self.depth > MAX_DEPTH:
            raise self.source.fault(jump, f"Loops of jumps are nested more than {MAX_DEPTH} deep.")
        body, back = self.take(found.body, head)
        self.depth -= 1
        variable = head.args[0]
        step = next((_step(back[0], variable) for _ in back[:1]), None)
        if step is None or len(back) != len(head.args) or len(given) != len(head.args):
            raise self.source.fault(jump, UNDECIDED)
        count = back[0].owner
        if isinstance(count, Operation) and not list(back[0].uses):  # a trip counts by itself
            body = [op for op in body if op is not count]
            _drop(count)
        inside = Block(arg_types=[argument.type for argument in head.args])
        inside.add_ops([*body, scf.YieldOp(*back[1:])])
        loop = scf.ForOp(given[0], found.end, step, given[1:], Region(inside))
        for argument, own in zip(head.args, inside.args, strict=True):
            for use in list(argument.uses):
                within = loop.is_ancestor(use.operation)
                if not within and argument is variable:
                    raise self.source.fault(jump, UNDECIDED)
                result = own if within else loop.results[argument.index - 1]
                use.operation.operands[use.index] = result
        self.source.positions[loop] = self.source.positions.get(jump, 0)
        return loop


UNDECIDED = "A jump that the text does not decide is not simulated; time cannot go on without it."
NO_WAY_BACK = "A loop of jumps does not come back to where it began."


def _jump(block: Block) -> Operation | None:
    last = block.ops.last
    return last if last is not None and last.name in JUMPS else None


def _drop(op: Operation) -> None:
    if op.parent is not None:
        op.parent.detach_op(op)
    op.erase()


def _step(value: SSAValue, variable: SSAValue) -> SSAValue | None:
    """What is added to a variable to get a value."""
    add = value.owner
    if not isinstance(add, arith.AddiOp) or variable not in add.operands:
        return None
    return add.rhs if add.lhs is variable else add.lhs


def _endless(source: Source, body: list[Operation], where: Operation) -> list[Operation]:
    """A loop without end around some operations."""
    index = IndexType()
    bounds = [arith.ConstantOp.from_int_and_width(value, index) for value in (0, FOREVER, 1)]
    inside = Block(arg_types=[index])
    inside.add_ops([*body, scf.YieldOp()])
    first, end, step = bounds
    loop = scf.ForOp(first, end, step, [], Region(inside))
    source.positions[loop] = source.positions.get(where, 0)
    return [*bounds, loop]
