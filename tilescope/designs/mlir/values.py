"""Whole numbers that a text's values are, as far as the text alone decides them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from xdsl.ir import Operation, SSAValue

from tilescope.designs.mlir.buffers import constant

LARGEST = 1 << 80  # beyond it a number is not followed

_CASTS = {"arith.index_cast", "arith.index_castui", "arith.extsi", "arith.extui", "arith.trunci"}
_PAIRS: dict[str, Callable[[int, int], int | None]] = {
    "arith.addi": lambda a, b: a + b,
    "arith.subi": lambda a, b: a - b,
    "arith.muli": lambda a, b: a * b,
    "arith.divui": lambda a, b: a // b if b > 0 <= a else None,
    "arith.divsi": lambda a, b: a // b if b > 0 <= a else None,
    "arith.floordivsi": lambda a, b: a // b if b > 0 else None,
    "arith.ceildivsi": lambda a, b: -(-a // b) if b > 0 else None,
    "arith.ceildivui": lambda a, b: -(-a // b) if b > 0 <= a else None,
    "arith.remui": lambda a, b: a % b if b > 0 <= a else None,
    "arith.remsi": lambda a, b: a % b if b > 0 <= a else None,
    "arith.andi": lambda a, b: a & b,
    "arith.ori": lambda a, b: a | b,
    "arith.xori": lambda a, b: a ^ b,
    "arith.shli": lambda a, b: a << b if 0 <= b < 64 else None,
    "arith.shrui": lambda a, b: a >> b if 0 <= b < 64 and a >= 0 else None,
    "arith.minsi": min,
    "arith.maxsi": max,
    "arith.minui": lambda a, b: min(a, b) if min(a, b) >= 0 else None,
    "arith.maxui": lambda a, b: max(a, b) if min(a, b) >= 0 else None,
}
_COMPARISONS: dict[int, Callable[[int, int], bool]] = {
    0: lambda a, b: a == b,
    1: lambda a, b: a != b,
    2: lambda a, b: a < b,
    3: lambda a, b: a <= b,
    4: lambda a, b: a > b,
    5: lambda a, b: a >= b,
    6: lambda a, b: a < b,
    7: lambda a, b: a <= b,
    8: lambda a, b: a > b,
    9: lambda a, b: a >= b,
}
FOLDED = {*_CASTS, *_PAIRS, "arith.constant", "arith.cmpi", "arith.select"}


@dataclass
class Numbers:
    """The numbers known so far, by value."""

    known: dict[SSAValue, int] = field(default_factory=dict)

    def of(self, value: SSAValue) -> int | None:
        """The number that a value is, or None where the text does not say."""
        found = self.known.get(value)
        return constant(value) if found is None else found

    def follow(self, op: Operation) -> bool:
        """Works an operation out if it is one on numbers; whether its result is now known."""
        if op.name not in FOLDED or len(op.results) != 1:
            return False
        values = [self.of(operand) for operand in op.operands]
        self.known.pop(op.results[0], None)
        result = self._result(op, values)
        if result is None or abs(result) > LARGEST:
            return False
        self.known[op.results[0]] = result
        return True

    def _result(self, op: Operation, values: list[int | None]) -> int | None:
        if op.name == "arith.constant":
            return constant(op.results[0])
        if op.name == "arith.select" and len(values) == 3 and values[0] is not None:
            return values[1] if values[0] else values[2]
        numbers = [value for value in values if value is not None]
        if len(numbers) < len(values):
            return None
        if op.name in _CASTS and len(numbers) == 1:
            return numbers[0]
        if len(numbers) != 2:
            return None
        if op.name == "arith.cmpi":
            predicate = getattr(op, "predicate", None)
            compare = _COMPARISONS.get(predicate.value.data) if predicate is not None else None
            return None if compare is None else int(compare(*numbers))
        return _PAIRS[op.name](*numbers) if op.name in _PAIRS else None
