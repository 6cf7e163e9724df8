"""Reads what a core does: loops, acquires, releases and calls."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from xdsl.dialects import func, scf
from xdsl.ir import Block, Operation, SSAValue

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
from tilescope.designs.mlir.calls import Given, match_kernel
from tilescope.designs.mlir.descriptors import DescriptorReader, reaches
from tilescope.designs.mlir.syntax import Source
from tilescope.designs.mlir.types import SubviewType, read_number, read_numbers, read_text
from tilescope.designs.parts import InBuffer
from tilescope.errors import InputError
from tilescope.kernels.contract import Role

ENDLESS_TRIPS = (1 << 31) - 1  # from here on a loop is taken to run for ever
MAX_TRIPS = 10_000_000  # of all loops around a statement that end
MAX_OBJECTS = 1 << 16  # of one acquire
PORTS = {"Produce": 0, "Consume": 1}


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
    costs: Mapping[str, int]
    toolchains: Mapping[str, str]
    memory: DescriptorReader
    held: dict[str, int] = field(default_factory=dict)
    released: dict[str, int] = field(default_factory=dict)
    views: dict[SSAValue, _View] = field(default_factory=dict)

    def read(self, block: Block) -> CoreProgram:
        """The program of a core's region. Raises InputError with the place of what is not one."""
        return CoreProgram(self.tile, self._body(block.ops, 1))

    def _body(self, ops: Iterable[Operation], trips: int) -> tuple[Statement, ...]:
        found: list[Statement] = []
        for op in ops:
            match op.name:
                case "aie.end" | "scf.yield":
                    if op.operands:
                        raise self.source.fault(op, "A loop that hands values on is not simulated.")
                case "aie.use_lock":
                    found.append(self._lock(op))
                case "scf.if":
                    found.extend(self._branch(op, trips))
                case "aie.objectfifo.acquire":
                    found.extend(self._acquire(op))
                case "aie.objectfifo.release":
                    found.append(self._release(op))
                case "aie.objectfifo.subview.access":
                    self._access(op)
                case "func.call":
                    found.append(self._call(op))
                case "scf.for":
                    found.append(self._loop(op, trips))
                case _ if self.memory.numbers.follow(op):
                    pass
                case _:
                    raise self.source.fault(
                        op,
                        f"{op.name} in a core is not simulated; neither its data nor its time "
                        "can go on without it.",
                    )
        return tuple(found)

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
        depth = fifo.producer_depth if produces else fifo.consumer_depth
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
        for value in op.arguments:
            view, number = self.views.get(value), self.memory.numbers.of(value)
            if number is not None:
                scalars.append(number)
            elif view is not None and view.index is not None:
                if scalars:
                    raise self.source.fault(op, f"{symbol} should take its buffers first.")
                held.append(self._held(op, view, view.index))
                objects.append(Given.of(self.fifos[view.fifo], self._role(view.fifo)))
            elif value in self.memory.buffers and not scalars:
                buffer = self.memory.buffers[value]
                if not reaches(self.tile, buffer.tile):
                    raise self.source.fault(op, f"{self.tile} does not reach {buffer.name}.")
                held.append(InBuffer(buffer.name))
                objects.append(Given.of(buffer, Role.INOUT))
            else:
                raise self.source.fault(
                    op, f"An argument of {symbol} is neither an object held nor a constant."
                )
        if op.results:
            raise self.source.fault(op, f"{symbol} gives a value, which is not simulated.")
        if any(not -(1 << 31) <= number < 1 << 31 for number in scalars):
            raise self.source.fault(op, f"A size that {symbol} is given has more than 32 bits.")
        toolchain = self.toolchains.get(symbol, "peano")
        try:
            kernel = match_kernel(symbol, toolchain, objects, scalars, self.costs)
        except InputError as error:
            raise self.source.fault(op, str(error)) from None
        return Call(kernel, tuple(held), tuple(scalars))

    def _held(self, op: Operation, view: _View, index: int) -> Held:
        place = index - (self.released.get(view.fifo, 0) - view.released)
        if not 0 <= place < self.held.get(view.fifo, 0):
            raise self.source.fault(op, f"An object of @{view.fifo} is used after its release.")
        return Held(view.fifo, place)

    def _role(self, fifo: str) -> Role:
        return Role.OUT if self.fifos[fifo].producer == self.tile else Role.IN

    def _loop(self, op: Operation, around: int) -> Statement:
        assert isinstance(op, scf.ForOp)
        first, end, step = (self.memory.numbers.of(value) for value in (op.lb, op.ub, op.step))
        if first is None or end is None or step is None:
            raise self.source.fault(op, "The bounds of a loop should be constants.")
        if step < 1:
            raise self.source.fault(op, f"A loop steps by 1 or more, not by {step}.")
        if op.iter_args:
            raise self.source.fault(op, "A loop that hands values on is not simulated.")
        trips = max(0, -((first - end) // step))
        endless = end - first >= ENDLESS_TRIPS
        if not endless and trips * around > MAX_TRIPS:
            raise self.source.fault(
                op, f"{trips * around:,} trips are more than is simulated ({MAX_TRIPS:,})."
            )
        before = {name: count for name, count in self.held.items() if count}
        views = dict(self.views)
        released = dict(self.released)
        for value, view in views.items():  # a second trip would find other objects there
            if _releases(op, view.fifo):
                del self.views[value]
        body = self._body(op.body.block.ops, around if endless else max(1, trips) * around)
        self.views = views
        if before != {name: count for name, count in self.held.items() if count}:
            raise self.source.fault(op, "A trip of the loop ends with other objects than it began.")
        for fifo, count in self.released.items():
            if count != released.get(fifo, 0):  # what was held before is no longer known
                self.views = {v: view for v, view in self.views.items() if view.fifo != fifo}
        return Loop(None if endless else trips, body)


def _releases(op: Operation, fifo: str) -> bool:
    return any(
        inner.name == "aie.objectfifo.release"
        and read_text(inner.attributes.get("objFifo_name")) == fifo
        for inner in op.walk()
    )
