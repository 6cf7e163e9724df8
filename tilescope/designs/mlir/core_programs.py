"""Reads what a core does: loops, acquires, releases and calls."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from math import prod

from xdsl.dialects import func, scf
from xdsl.dialects.builtin import MemRefType, NoneAttr
from xdsl.ir import Operation, Region, SSAValue

from tilescope.designs.ir import (
    Acquire,
    Call,
    CoreProgram,
    Held,
    Loop,
    ObjectFifo,
    Release,
    Statement,
    Tile,
)
from tilescope.designs.mlir.branches import straightened
from tilescope.designs.mlir.calls import (
    Given,
    Stated,
    has_formula,
    match_kernel,
    stated_cost,
)
from tilescope.designs.mlir.code.costs import FREE
from tilescope.designs.mlir.code.stretches import CodeReader, Nest, is_code
from tilescope.designs.mlir.descriptors import DescriptorReader, reaches
from tilescope.designs.mlir.syntax import Source
from tilescope.designs.mlir.types import SubviewType, read_number, read_numbers, read_text
from tilescope.designs.parts import InBuffer
from tilescope.errors import InputError
from tilescope.kernels.contract import Role
from tilescope.kernels.functions import FunctionKernel

ENDLESS_TRIPS = (1 << 31) - 1  # from here on a loop is taken to run for ever
MAX_TRIPS = 10_000_000  # of all loops around a statement that end
MAX_OBJECTS = 1 << 16  # of one acquire
PORTS = {"Produce": 0, "Consume": 1}
RESHAPES = {
    "memref.cast",
    "memref.collapse_shape",
    "memref.expand_shape",
    "memref.reinterpret_cast",
}


@dataclass(frozen=True)
class _View:
    """Objects of a FIFO behind a value: how many, and what was released before them."""

    fifo: str
    count: int
    released: int
    index: int | None  # of one object; None for the whole subview


@dataclass
class CoreReader:
    """Reads one core's program."""

    source: Source
    tile: Tile
    fifos: Mapping[str, ObjectFifo]
    costs: Mapping[str, Stated | int]
    toolchains: Mapping[str, str]
    memory: DescriptorReader
    held: dict[str, int] = field(default_factory=dict)
    released: dict[str, int] = field(default_factory=dict)
    views: dict[SSAValue, _View] = field(default_factory=dict)
    nests: list[Nest] = field(default_factory=list)
    pending: list[Operation] = field(default_factory=list)

    def __post_init__(self) -> None:
        """Code that the core holds itself is read by a reader of its own."""
        self.code = CodeReader(self.source, self.memory.numbers)

    def read(self, region: Region) -> CoreProgram:
        """The program of a core's region. Raises InputError with the place of what is not one."""
        block = straightened(self.source, region)
        return CoreProgram(self.tile, self._body(block.ops, 1))

    def _body(self, ops: Iterable[Operation], trips: int) -> tuple[Statement, ...]:
        found: list[Statement] = []
        code: list[Operation] = []
        pending = list(self.pending)
        for op in ops:
            if op.name not in ("aie.end", "scf.yield") and is_code(op):
                if not self.memory.numbers.follow(op) and not self._rename(op):
                    code.append(op)
                continue
            found.extend(self._code(code))
            code = []
            found.extend(self._statement(op, trips))
        found.extend(self._code(code))
        self.pending = pending
        return tuple(found)

    def _statement(self, op: Operation, trips: int) -> tuple[Statement, ...]:
        match op.name:
            case "aie.end" | "scf.yield":
                if op.operands:
                    raise self.source.fault(op, "A loop that hands values on is not simulated.")
                return ()
            case "aie.use_lock":
                return (self._lock(op),)
            case "scf.if":
                return self._branch(op, trips)
            case "aie.objectfifo.acquire":
                return tuple(self._acquire(op))
            case "aie.objectfifo.release":
                return (self._release(op),)
            case "aie.objectfifo.subview.access":
                self._access(op)
                return ()
            case "func.call":
                return (self._call(op),)
            case "scf.for":
                return self._loop(op, trips)
        raise self.source.fault(
            op,
            f"{op.name} in a core is not simulated; neither its data nor its time can go on "
            "without it.",
        )

    def _code(self, ops: list[Operation]) -> tuple[Statement, ...]:
        """Operations in a row that only compute, as one call."""
        if not ops:
            return ()
        ops = [*self.pending, *ops]
        costless = all(op.name in FREE and op.name.startswith("arith.") for op in ops)
        self.pending = ops if costless else []  # numbers alone are worked out where they are used
        if costless:
            return ()
        call = self.code.read(ops, tuple(self.nests), self._operand)
        return () if call is None else (call,)

    def _rename(self, op: Operation) -> bool:
        """Whether an operation gives an object or a buffer as a whole another shape, no more."""
        if op.name not in RESHAPES or not op.operands:
            return False
        source, result = op.operands[0], op.results[0]
        kind = result.type
        if not isinstance(kind, MemRefType) or not isinstance(kind.layout, NoneAttr):
            return False
        found = self._operand(source)
        if found is None or prod(kind.get_shape()) != found[1].elements:
            return False
        if source in self.views:
            self.views[result] = self.views[source]
        else:
            self.memory.buffers[result] = self.memory.buffers[source]
        return True

    def _operand(self, value: SSAValue) -> tuple[Held | InBuffer, Given] | None:
        """What a value stands for as an argument: an object held, or a buffer; None for others."""
        view = self.views.get(value)
        if view is not None and view.index is not None:
            fifo = self.fifos[view.fifo]
            where = value.owner if isinstance(value.owner, Operation) else None
            held = self._held(where or self.source.module, view, view.index)
            return held, Given.of(fifo, self._role(view.fifo))
        buffer = self.memory.buffers.get(value)
        if buffer is None:
            return None
        if not reaches(self.tile, buffer.tile):
            where = value.owner if isinstance(value.owner, Operation) else self.source.module
            raise self.source.fault(where, f"{self.tile} does not reach {buffer.name}.")
        return InBuffer(buffer.name), Given.of(buffer, Role.INOUT)

    def _port(self, op: Operation) -> tuple[str, int]:
        """The FIFO of an acquire or a release, and how many objects it says."""
        name = read_text(op.attributes.get("objFifo_name"))
        fifo = self.fifos.get(name or "")
        if name is None or fifo is None:
            raise self.source.fault(op, f"{self.tile} uses @{name}, and there is no such FIFO.")
        produces = fifo.producer == self.tile
        if not produces and self.tile not in fifo.consumers:
            raise self.source.fault(op, f"{self.tile} uses @{name}, which does not end there.")
        port = op.attributes.get("port")
        text = read_text(port)
        number = read_number(port) if text is None else PORTS.get(text)
        if number not in (0, 1) or (number == 0) != produces:
            role = "produces" if produces else "consumes"
            raise self.source.fault(op, f"{self.tile} {role} @{name}; the port says otherwise.")
        size = read_numbers(op.attributes.get("size"))
        if size is None or len(size) != 1 or not 1 <= size[0] <= MAX_OBJECTS:
            raise self.source.fault(op, "How many objects are meant is not said.")
        depth = fifo.producer_depth if produces or fifo.memory else fifo.depth_at(self.tile)
        if size[0] > depth:
            raise self.source.fault(op, f"@{name} has {depth} objects there; {size[0]} are named.")
        return name, size[0]

    def _acquire(self, op: Operation) -> list[Statement]:
        name, wanted = self._port(op)
        more = wanted - self.held.get(name, 0)
        self.held[name] = max(wanted, self.held.get(name, 0))
        if op.results:
            whole = isinstance(op.results[0].type, SubviewType)
            released = self.released.get(name, 0)
            self.views[op.results[0]] = _View(name, wanted, released, None if whole else 0)
        return [Acquire(name, more)] if more > 0 else []

    def _release(self, op: Operation) -> Statement:
        name, count = self._port(op)
        if count > self.held.get(name, 0):
            raise self.source.fault(
                op, f"{count} of @{name} are released, and {self.held.get(name, 0)} are held."
            )
        self.held[name] -= count
        self.released[name] = self.released.get(name, 0) + count
        return Release(name, count)

    def _lock(self, op: Operation) -> Statement:
        use = self.memory.use_lock(op)
        lock = self.memory.locks[op.operands[0]]
        if not reaches(self.tile, lock.tile):
            raise self.source.fault(op, f"{self.tile} does not reach the lock at {lock.tile}.")
        return use

    def _branch(self, op: Operation, trips: int) -> tuple[Statement, ...]:
        """The side of a condition that the text decides."""
        decided = self.memory.numbers.of(op.operands[0])
        if decided is None or op.results:
            raise self.source.fault(
                op, "A condition that the text does not decide is not simulated; time cannot go on."
            )
        region = op.regions[0 if decided else 1]
        return self._body(region.block.ops, trips) if region.blocks else ()

    def _access(self, op: Operation) -> None:
        view = self.views.get(op.operands[0]) if op.operands else None
        index = read_numbers(op.attributes.get("index"))
        if view is None or view.index is not None:
            raise self.source.fault(op, "What is accessed is no subview that was acquired.")
        if index is None or len(index) != 1 or not 0 <= index[0] < view.count:
            raise self.source.fault(op, f"The subview of @{view.fifo} has {view.count} objects.")
        if op.results:
            self.views[op.results[0]] = _View(view.fifo, view.count, view.released, index[0])

    def _call(self, op: Operation) -> Statement:
        assert isinstance(op, func.CallOp)
        symbol = op.callee.root_reference.data
        held: list[Held | InBuffer] = []
        objects: list[Given] = []
        scalars: list[int] = []
        stated = stated_cost(symbol, self.costs)
        unknown = 0  # arguments that only a run would tell
        for value in op.arguments:
            number = self.memory.numbers.of(value)
            operand = None if number is not None else self._operand(value)
            if number is not None:
                scalars.append(number)
            elif operand is not None:
                if scalars and stated is None:
                    raise self.source.fault(op, f"{symbol} should take its buffers first.")
                held.append(operand[0])
                objects.append(operand[1])
            elif value in self.memory.locks:
                raise self.source.fault(
                    op, f"{symbol} is given a lock; what it does with it is not known."
                )
            elif isinstance(value.type, MemRefType) or stated is None or has_formula(stated):
                raise self.source.fault(
                    op, f"An argument of {symbol} is neither an object held nor a constant."
                )
            else:
                unknown += 1
        if op.results:
            raise self.source.fault(op, f"{symbol} gives a value, which is not simulated.")
        if any(not -(1 << 31) <= number < 1 << 31 for number in scalars):
            raise self.source.fault(op, f"A size that {symbol} is given has more than 32 bits.")
        toolchain = self.toolchains.get(symbol, "peano")
        try:
            kernel = match_kernel(symbol, toolchain, objects, scalars, self.costs)
        except InputError as error:
            raise self.source.fault(op, str(error)) from None
        if unknown and isinstance(kernel, FunctionKernel):
            kernel = replace(kernel, make=None)
        return Call(kernel, tuple(held), tuple(scalars))

    def _held(self, op: Operation, view: _View, index: int) -> Held:
        place = index - (self.released.get(view.fifo, 0) - view.released)
        if not 0 <= place < self.held.get(view.fifo, 0):
            raise self.source.fault(op, f"An object of @{view.fifo} is used after its release.")
        return Held(view.fifo, place)

    def _role(self, fifo: str) -> Role:
        return Role.OUT if self.fifos[fifo].producer == self.tile else Role.IN

    def _loop(self, op: Operation, around: int) -> tuple[Statement, ...]:
        assert isinstance(op, scf.ForOp)
        first, end, step = (self.memory.numbers.of(value) for value in (op.lb, op.ub, op.step))
        if first is None or end is None or step is None:
            raise self.source.fault(op, "The bounds of a loop should be constants.")
        if step < 1:
            raise self.source.fault(op, f"A loop steps by 1 or more, not by {step}.")
        if op.iter_args:
            raise self.source.fault(op, "A loop that hands values on is not simulated.")
        trips: int | None = max(0, -((first - end) // step))
        if end - first >= ENDLESS_TRIPS:
            trips = None
        elif trips is not None and trips * around > MAX_TRIPS:
            raise self.source.fault(
                op, f"{trips * around:,} trips are more than is simulated ({MAX_TRIPS:,})."
            )
        held, released = dict(self.held), dict(self.released)
        whole = self._trips(op, first, step, trips, around)
        if whole is not None:
            return (whole,)
        if trips != 1:  # a window that slides is filled by the first trip, and moved by the others
            self.held, self.released = held, released
            once = self._trips(op, first, step, 1, around, alike=False)
            rest = self._trips(op, first + step, step, None if trips is None else trips - 1, around)
            if once is not None and rest is not None:
                return (once, rest)
        raise self.source.fault(op, "A trip of the loop ends with other objects than it began.")

    def _trips(
        self,
        op: Operation,
        first: int,
        step: int,
        trips: int | None,
        around: int,
        *,
        alike: bool = True,
    ) -> Loop | None:
        """Some trips of a loop, or None where one ends with other objects than it began."""
        before = {name: count for name, count in self.held.items() if count}
        views = dict(self.views)
        released = dict(self.released)
        for value, view in views.items():  # a second trip would find other objects there
            if _releases(op, view.fifo):
                del self.views[value]
        assert isinstance(op, scf.ForOp)
        self.nests.append(Nest(op.body.block.args[0], first, step, trips))
        inside = around if trips is None else max(1, trips) * around
        body = self._body(op.body.block.ops, inside)
        self.nests.pop()
        self.views = views
        if alike and before != {name: count for name, count in self.held.items() if count}:
            return None
        for fifo, count in self.released.items():
            if count != released.get(fifo, 0):  # what was held before is no longer known
                self.views = {v: view for v, view in self.views.items() if view.fifo != fifo}
        return Loop(trips, body)


def _releases(op: Operation, fifo: str) -> bool:
    return any(
        inner.name == "aie.objectfifo.release"
        and read_text(inner.attributes.get("objFifo_name")) == fifo
        for inner in op.walk()
    )
