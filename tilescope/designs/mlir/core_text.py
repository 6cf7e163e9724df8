"""Prints what one core does."""

from __future__ import annotations

from collections.abc import Iterator

from tilescope.designs.ir import (
    Acquire,
    Call,
    CoreProgram,
    Design,
    Held,
    Loop,
    Release,
    Statement,
)
from tilescope.designs.mlir.names import FOREVER, memref, symbol
from tilescope.errors import DesignError

_Subviews = dict[str, tuple[str, int]]  # by FIFO: the value of its last acquire, and objects in it


class CoreText:
    """The text of one core program.

    MLIR-AIE counts the objects that a core holds after an acquire, a design those that it adds:
    the text has the sum of both.
    """

    def __init__(self, design: Design, core: CoreProgram) -> None:
        """Nothing is printed before `lines`."""
        self.core = core
        self.fifos = {fifo.name: fifo for fifo in design.fifos}
        self.values = 0
        self.held: dict[str, int] = {}
        self.constants: dict[tuple[int, str], str] = {}

    def lines(self) -> list[str]:
        """The core and its program. Raises DesignError for what a core of MLIR-AIE cannot do."""
        body = list(self._body(self.core.body, {}))
        tile = f"{self.core.tile.column}_{self.core.tile.row}"
        return [
            f"aie.core(%core_{tile}) {{",
            *(
                f"  {name} = arith.constant {value} : {kind}"
                for (value, kind), name in self.constants.items()
            ),
            *(f"  {line}" for line in body),
            "  aie.end",
            "}",
        ]

    def _value(self) -> str:
        self.values += 1
        return f"%v{self.values}"

    def _constant(self, value: int, kind: str) -> str:
        name = f"%c{value}_{kind}" if value >= 0 else f"%cm{-value}_{kind}"
        return self.constants.setdefault((value, kind), name)

    def _port(self, fifo: str) -> str:
        return "Produce" if self.fifos[fifo].producer == self.core.tile else "Consume"

    def _type(self, fifo: str) -> str:
        return memref(self.fifos[fifo].shape, self.fifos[fifo].dtype)

    def _body(self, body: tuple[Statement, ...], subviews: _Subviews) -> Iterator[str]:
        accessed: dict[Held, str] = {}
        for statement in body:
            match statement:
                case Acquire(fifo, count):
                    self.held[fifo] = self.held.get(fifo, 0) + count
                    _forget(accessed, fifo)
                    yield self._acquire(fifo, subviews)
                case Release(fifo, count):
                    self.held[fifo] = self.held.get(fifo, 0) - count
                    if self.held[fifo] < 0:
                        raise DesignError(f"{self.core.tile} releases more of {fifo} than it has.")
                    _forget(accessed, fifo)
                    subviews.pop(fifo, None)
                    yield f"aie.objectfifo.release {symbol(fifo)}({self._port(fifo)}, {count})"
                case Call():
                    yield from self._call(statement, subviews, accessed)
                case Loop():
                    yield from self._loop(statement, subviews)
                    for fifo in list(subviews):  # what the body released is no longer in a subview
                        if fifo in _released(statement.body):
                            subviews.pop(fifo)
                            _forget(accessed, fifo)

    def _acquire(self, fifo: str, subviews: _Subviews) -> str:
        count = self.held[fifo]
        value = self._value()
        subviews[fifo] = (value, count)
        return (
            f"{value} = aie.objectfifo.acquire {symbol(fifo)}({self._port(fifo)}, {count}) : "
            f"!aie.objectfifosubview<{self._type(fifo)}>"
        )

    def _call(self, call: Call, subviews: _Subviews, accessed: dict[Held, str]) -> Iterator[str]:
        operands = held_operands(call)
        for held in operands:
            if held in accessed:
                continue
            if held.index >= self.held.get(held.fifo, 0):
                raise DesignError(f"{self.core.tile} uses {held.fifo} and does not hold it.")
            if held.fifo not in subviews:
                yield self._acquire(held.fifo, subviews)
            kind = self._type(held.fifo)
            accessed[held] = self._value()
            yield (
                f"{accessed[held]} = aie.objectfifo.subview.access "
                f"{subviews[held.fifo][0]}[{held.index}] : "
                f"!aie.objectfifosubview<{kind}> -> {kind}"
            )
        values = [accessed[held] for held in operands]
        values += [self._constant(scalar, "i32") for scalar in call.scalars]
        kinds = [self._type(held.fifo) for held in operands] + ["i32"] * len(call.scalars)
        name = call.kernel.symbol
        yield f"func.call {symbol(name)}({', '.join(values)}) : ({', '.join(kinds)}) -> ()"

    def _loop(self, loop: Loop, subviews: _Subviews) -> Iterator[str]:
        before = dict(self.held)
        released = _released(loop.body)
        within = {fifo: value for fifo, value in subviews.items() if fifo not in released}
        trips = FOREVER if loop.trips is None else loop.trips
        bounds = [self._constant(value, "index") for value in (0, trips, 1)]
        variable = self._value()
        yield f"scf.for {variable} = {bounds[0]} to {bounds[1]} step {bounds[2]} {{"
        for line in self._body(loop.body, within):
            yield f"  {line}"
        yield "}"
        if {f: n for f, n in before.items() if n} != {f: n for f, n in self.held.items() if n}:
            raise DesignError(f"A loop of {self.core.tile} ends with other objects than it began.")


def held_operands(call: Call) -> list[Held]:
    """A call's arguments where all are objects of FIFOs; DesignError where one is a buffer."""
    held = [operand for operand in call.operands if isinstance(operand, Held)]
    if len(held) < len(call.operands):
        raise DesignError(f"{call.kernel.symbol} takes a buffer, which is not printed.")
    return held


def _forget(accessed: dict[Held, str], fifo: str) -> None:
    for held in [held for held in accessed if held.fifo == fifo]:
        del accessed[held]


def _released(body: tuple[Statement, ...]) -> set[str]:
    """FIFOs that a body releases or acquires anew, in its loops too."""
    found: set[str] = set()
    for statement in body:
        if isinstance(statement, Loop):
            found |= _released(statement.body)
        elif isinstance(statement, (Acquire, Release)):
            found.add(statement.fifo)
    return found
